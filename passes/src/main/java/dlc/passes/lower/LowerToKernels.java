// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.base.Span;
import dlc.ir.Graph;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Comprehension;
import dlc.ir.op.Leaf;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.CallerMemory;
import dlc.passes.lower.LoweredGraph.ConstantMemory;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.StateMemory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Turns a graph into plain kernels and calls of them, in an order in which state is updated in
 * place.
 *
 * <p>A new state that is computed element by element overwrites the old one, after every other
 * kernel that reads the old one. Where the order does not allow it, it is copied at the end.
 */
public final class LowerToKernels {

  /** The entry point that makes state and reads none: all its results are state. */
  private static final String INIT = "init";

  private final Graph graph;
  private final FusionPlan plan;
  private final Map<Value, Memory> memories = new HashMap<>();
  private final List<Call> calls = new ArrayList<>();
  private final Map<String, Memory> inputs = new LinkedHashMap<>();
  private final Map<String, Memory> results = new LinkedHashMap<>();
  private final Set<StateMemory> states = new LinkedHashSet<>();
  private int temporaries;

  private LowerToKernels(Graph graph) {
    this.graph = graph;
    this.plan =
        PlanPitches.run(PlanParts.run(PlanLayouts.run(Recompute.run(PlanFusion.plan(graph)))));
  }

  public static LoweredGraph run(Graph graph) {
    return new LowerToKernels(graph).lower();
  }

  private LoweredGraph lower() {
    for (Value parameter : graph.parameters()) {
      declare(Graph.declaration(parameter), parameter);
    }
    Order order = Order.of(graph, plan);
    order.inPlace().forEach((value, parameter) -> memories.put(value, memory(parameter)));
    List<Call> copies = placeResults();
    for (FusionPlan.Group group : order.groups()) {
      if (plan.storage().isComputedInParts(group.first())) {
        continue;
      }
      WriteGroup.Written written = WriteGroup.write(plan, group, order.inPlace());
      calls.add(
          new Call(written.kernel(), written.arguments().stream().map(this::memory).toList()));
    }
    calls.addAll(copies);
    return new LoweredGraph(
        graph.name(), calls, inputs, results, List.copyOf(states), plan.remarks());
  }

  private void declare(Leaf.Parameter declared, Value parameter) {
    if (declared.role().persists()) {
      StateMemory state = new StateMemory(declared.name(), declared.type());
      states.add(state);
      memories.put(parameter, state);
    } else {
      Memory memory = new CallerMemory(declared.name(), declared.type());
      inputs.put(declared.name(), memory);
      if (plan.storage().hasChannelsLast(parameter)) {
        calls.add(copy(memory, memory(parameter), Storage::lastSecond));
      } else {
        memories.put(parameter, memory);
      }
    }
  }

  private Memory memory(Value value) {
    return memories.computeIfAbsent(
        value,
        _ ->
            value.op() instanceof Leaf.Constant constant
                ? new ConstantMemory(constant)
                : new TemporaryMemory(temporaries++, plan.storage().type(value)));
  }

  /** Gives each result its memory; the copies that remain to be made at the end are returned. */
  private List<Call> placeResults() {
    List<Call> copies = new ArrayList<>();
    FusionPlan.results(graph)
        .forEach(
            (name, result) -> {
              Value base = Storage.base(result);
              Memory target = target(name, result);
              if (target.equals(memories.get(base))) {
                return;
              }
              boolean direct =
                  !memories.containsKey(base) && !isRead(name) && !(base.op() instanceof Leaf);
              if (plan.storage().hasChannelsLast(base)) {
                copies.add(copy(memory(base), target, Storage::secondLast));
              } else if (direct) {
                memories.put(base, target);
              } else if (FusionPlan.isNumber(base)) {
                copies.add(fill((Leaf.Constant) base.op(), target, base.span()));
              } else {
                copies.add(copy(isOverwritten(base) ? saved(base) : memory(base), target));
              }
            });
    return copies;
  }

  /** Whether {@code value} is an old state of which there is a new one. */
  private boolean isOverwritten(Value value) {
    if (!(value.op() instanceof Leaf.Parameter declared) || !declared.role().persists()) {
      return false;
    }
    Value next = graph.results().get(declared.name());
    return next != null && Storage.base(next) != value;
  }

  /** The old state in memory that no kernel overwrites: copied there before all kernels. */
  private Memory saved(Value state) {
    Memory memory = new TemporaryMemory(temporaries++, state.type());
    calls.add(copy(memory(state), memory));
    return memory;
  }

  private Memory target(String name, Value result) {
    for (Value parameter : graph.parameters()) {
      Leaf.Parameter declared = Graph.declaration(parameter);
      if (declared.name().equals(name) && declared.role().persists()) {
        return memory(parameter);
      }
    }
    if (graph.name().equals(INIT)) {
      StateMemory state = new StateMemory(name, result.type());
      states.add(state);
      return state;
    }
    Memory memory = new CallerMemory("result " + name, result.type());
    results.put(name, memory);
    return memory;
  }

  /** Whether some kernel may read the old value of the state called {@code name}. */
  private boolean isRead(String name) {
    return graph.parameters().stream()
        .map(Graph::declaration)
        .anyMatch(declared -> declared.role().persists() && declared.name().equals(name));
  }

  private static TensorType flat(Memory memory) {
    return TensorType.of(memory.type().dtype(), Math.toIntExact(memory.type().elements()));
  }

  private static Call copy(Memory from, Memory target) {
    return copy(from, flat(from), target, flat(target), at -> at);
  }

  /** Copies to each place of {@code target} what lies in {@code from} at {@code place} of it. */
  private static Call copy(Memory from, Memory target, UnaryOperator<List<Index>> place) {
    return copy(from, from.type(), target, target.type(), place);
  }

  private static Call copy(
      Memory from,
      TensorType read,
      Memory target,
      TensorType written,
      UnaryOperator<List<Index>> place) {
    List<LoopVar> loops = Comprehension.loops("d", written.dims());
    List<Index> at = Comprehension.indices(loops);
    Buffer source = Buffer.global("b0", read);
    Buffer destination = Buffer.global("b1", written);
    Scalar element = new Scalar.Load(source, place.apply(at), Condition.ALWAYS, 0);
    Stmt copy = new Stmt.Store(destination, at, element);
    Kernel kernel =
        new Kernel(
            "copy", List.of(source, destination), WriteGroup.nest(loops, List.of(copy)), Span.NONE);
    return new Call(kernel, List.of(from, target));
  }

  private static Call fill(Leaf.Constant constant, Memory target, Span span) {
    List<LoopVar> loops = List.of(new LoopVar("d0", flat(target).dim(0)));
    Buffer destination = Buffer.global("b0", flat(target));
    Scalar number = Scalar.literal(constant.element(0), destination.type().dtype());
    Stmt fill = new Stmt.Store(destination, Comprehension.indices(loops), number);
    Kernel kernel =
        new Kernel("fill", List.of(destination), WriteGroup.nest(loops, List.of(fill)), span);
    return new Call(kernel, List.of(target));
  }
}
