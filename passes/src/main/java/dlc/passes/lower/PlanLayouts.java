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
 * from such an image, or it from that, element by element or by windows. Inputs, results and state
 * lie as their type says, and so does what is read as a matrix of another shape.
 */
final class PlanLayouts {

  private final FusionPlan plan;
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
    List<Value> next = seeds();
    if (next.isEmpty()) {
      return found;
    }
    fix();
    plan.groups().forEach(this::connect);
    while (!next.isEmpty()) {
      Value value = next.removeLast();
      if (isFree(value) && found.add(value)) {
        next.addAll(neighbours.getOrDefault(value, Set.of()));
      }
    }
    return found;
  }

  private List<Value> seeds() {
    List<Value> seeds = new ArrayList<>();
    for (Value value : plan.graph().values()) {
      switch (value.op()) {
        case Tiles.ToTiles _ -> seeds.add(Storage.base(value.operand(2)));
        case Tiles.FromTiles _ -> seeds.add(value);
        default -> {}
      }
    }
    return seeds;
  }

  private boolean isFree(Value value) {
    return plan.kept().contains(value)
        && !(value.op() instanceof Leaf)
        && isImage(value)
        && !fixed.contains(value);
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
    graph.results().values().forEach(value -> fixed.add(Storage.base(value)));
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
