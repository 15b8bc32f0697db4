// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.ir.op.Contraction;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import dlc.ir.op.Tiles;
import dlc.passes.lower.FusionPlan.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which images lie in memory with their channels last.
 *
 * <p>Ops on tiles run along the channels, so what they read and write, {@code [n, c, height,
 * width]} by its type, is kept as {@code [n, height, width, c]}; and so is whatever is computed
 * from such an image, or it from that, element by element or by windows. State lies as its type
 * says, and so does what is read as a matrix of another shape. Inputs and results do for those who
 * call; where ops on tiles read or write them, their images are copied at the border, which costs
 * less than to gather each element.
 */
final class PlanLayouts {

  /** Images with fewer places a channel are gathered as fast as they are turned. */
  private static final int PLACES = 16;

  private final FusionPlan plan;
  private final Set<Value> seeds = new LinkedHashSet<>();

  /** Inputs, and results that nothing reads but those who call. */
  private final Set<Value> copied = new HashSet<>();

  private final Map<Value, Set<Value>> neighbours = new HashMap<>();
  private final Set<Value> fixed = new HashSet<>();

  private PlanLayouts(FusionPlan plan) {
    this.plan = plan;
  }

  /** The plan with layouts. */
  static FusionPlan run(FusionPlan plan) {
    return plan.withStorage(plan.storage().withChannelsLast(new PlanLayouts(plan).channelsLast()));
  }

  private Set<Value> channelsLast() {
    Set<Value> found = new LinkedHashSet<>();
    findSeeds();
    if (seeds.isEmpty()) {
      return found;
    }
    fix();
    List<Value> next = new ArrayList<>(seeds);
    plan.groups().forEach(this::connect);
    while (!next.isEmpty()) {
      Value value = next.removeLast();
      if (isFree(value) && found.add(value)) {
        next.addAll(neighbours.getOrDefault(value, Set.of()));
      }
    }
    return found;
  }

  /** What ops on tiles read and write. */
  private void findSeeds() {
    for (Group group : plan.groups()) {
      for (Value member : group.members()) {
        if (member.op() instanceof Tiles.ToTiles) {
          Value image = Storage.base(member.operand(2));
          seeds.add(image);
          if (isInput(image) && isLarge(image)) {
            copied.add(image);
          }
        }
      }
      if (group.first().op() instanceof Tiles.FromTiles) {
        seeds.addAll(group.stored());
        group.stored().stream()
            .filter(image -> isLarge(image) && !isReadOutside(group, image))
            .forEach(copied::add);
      }
    }
  }

  private boolean isReadOutside(Group group, Value image) {
    return plan.graph().values().stream()
        .filter(reader -> !group.members().contains(reader))
        .flatMap(reader -> reader.operands().stream())
        .anyMatch(operand -> Storage.base(operand).equals(image));
  }

  private boolean isFree(Value value) {
    return plan.kept().contains(value)
        && isImage(value)
        && !fixed.contains(value)
        && (!(value.op() instanceof Leaf) || copied.contains(value));
  }

  private static boolean isLarge(Value value) {
    return isImage(value)
        && value.type().elements() >= (long) PLACES * value.type().dim(0) * value.type().dim(1);
  }

  private static boolean isInput(Value value) {
    return value.op() instanceof Leaf.Parameter && !isState(value);
  }

  private static boolean isState(Value value) {
    return value.op() instanceof Leaf.Parameter declared && declared.role().persists();
  }

  private static boolean isImage(Value value) {
    return value.type().rank() >= 3;
  }

  private static boolean haveSameChannels(Value x, Value y) {
    return isImage(x)
        && isImage(y)
        && x.type().dims().subList(0, 2).equals(y.type().dims().subList(0, 2));
  }

  /** What others see as row-major. */
  private void fix() {
    Graph graph = plan.graph();
    Set<String> states = new HashSet<>();
    for (Value parameter : graph.parameters()) {
      if (isState(parameter)) {
        states.add(Graph.declaration(parameter).name());
      }
    }
    graph
        .results()
        .forEach(
            (name, result) -> {
              Value base = Storage.base(result);
              if (states.contains(name) || !copied.contains(base)) {
                fixed.add(base);
              }
            });
    for (Value value : graph.values()) {
      if (value.op() instanceof Layout.Reshape && !haveSameChannels(value, Storage.base(value))) {
        fixed.add(Storage.base(value));
      }
    }
  }

  /** Makes neighbours of the images that a kernel reads and writes, channel by channel. */
  private void connect(Group group) {
    Set<Value> images = new LinkedHashSet<>();
    boolean meetsState = false;
    for (Value member : group.members()) {
      images.add(member);
      if (member.op() instanceof Contraction || member.op() instanceof Tiles) {
        continue;
      }
      Map<Value, Boolean> accesses = PlanFusion.accesses(member, plan.within(group).kept());
      for (Map.Entry<Value, Boolean> access : accesses.entrySet()) {
        Value read = access.getKey();
        if (haveSameChannels(read, member)) {
          images.add(read);
          meetsState |= read.op() instanceof Leaf && access.getValue();
        }
      }
    }
    for (Value image : images) {
      neighbours.computeIfAbsent(image, _ -> new LinkedHashSet<>()).addAll(images);
    }
    if (meetsState) {
      fixed.addAll(images);
    }
  }
}
