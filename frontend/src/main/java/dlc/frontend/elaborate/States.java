// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Span;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Expression;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The weights, buffers and optimizer state of a model, and their initial values. */
final class States {

  /** A weight, a buffer, or what an optimizer keeps. */
  record State(String name, TensorType type, Role role, TensorDatum parameter) {}

  private final Elaboration run;
  private final TensorOps initial;
  private final Map<String, State> all = new LinkedHashMap<>();
  private final Map<String, TensorDatum> updates = new LinkedHashMap<>();
  private final Map<String, TensorDatum> initialValues = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private long weights;
  private boolean averaged;

  States(Elaboration run, TensorOps initial) {
    this.run = run;
    this.initial = initial;
  }

  Map<String, State> all() {
    return all;
  }

  /** From now on the entry point reads averages of weights instead of the weights themselves. */
  void readAverages() {
    averaged = true;
  }

  /** What the state called {@code name} is initialized with, made with the initial ops. */
  TensorDatum initialValue(String name) {
    return Objects.requireNonNull(initialValues.get(name));
  }

  /** Makes the initial values of all. */
  Graph initialGraph() {
    return initial.builder().build();
  }

  /** The new values of buffers, by name. */
  Map<String, TensorDatum> updates() {
    return updates;
  }

  /** The state {@code name}: a new one, or the same again where a layer is applied again. */
  TensorDatum declare(String name, TensorType type, Role role, Span span, Supplier<Datum> init) {
    State before = all.get(name);
    if (before != null) {
      if (!before.type().equals(type)) {
        throw new Complaint(Code.TIED_SHAPE, name, before.type(), type);
      }
      return updates.getOrDefault(name, before.parameter());
    }
    Value parameter =
        averaged && role == Role.WEIGHT
            ? run.ops().builder().parameter(WeightAverages.name(name), type, Role.STATE, span)
            : run.ops().builder().parameter(name, type, role, span);
    State state = new State(name, type, role, new TensorDatum(parameter, false));
    TensorOps outer = run.exchangeOps(initial);
    try {
      Datum value = init.get();
      if (value != Datum.Poison.POISON) {
        TensorDatum first = initialValue(name, value, type);
        initialValues.put(name, first);
        initial.builder().result(name, first.value());
      }
    } finally {
      run.exchangeOps(outer);
    }
    all.put(name, state);
    weights += role == Role.WEIGHT ? type.elements() : 0;
    return state.parameter();
  }

  void update(String name, TensorDatum value) {
    State state = all.get(name);
    if (state == null) {
      throw new IllegalStateException("no state " + name);
    }
    TensorOps ops = run.ops();
    if (value.batched()
        || !TensorOps.commonDims(":=", List.of(state.parameter(), value))
            .equals(state.type().dims())) {
      throw new Complaint(
          Code.SHAPE,
          name,
          "the new value is "
              + (value.batched() ? "batched " : "")
              + value.type()
              + ", the buffer "
              + state.type());
    }
    TensorDatum same = ops.broadcast(value, state.type().dims(), false);
    updates.put(name, ops.cast(same, state.type().dtype()));
  }

  /** What {@code expression} gives a new weight: an initializer, or a number or tensor. */
  Datum initializer(Expression expression, Context context) {
    return run.expressions.initializer(expression, context);
  }

  /** A datum as the initial value of a tensor of {@code type}; made with the initial ops. */
  private TensorDatum initialValue(String name, Datum datum, TensorType type) {
    TensorDatum value =
        datum instanceof Datum.InitializerDatum(Declaration.Routine routine, var arguments, Span at)
            ? apply(routine, arguments, at, type)
            : initial.tensor("the initial value", datum);
    if (value.batched() || dependsOnModel(value.value())) {
      throw new Complaint(
          Code.BAD_ARGUMENT, name, "an initial value may not depend on inputs or weights");
    }
    List<Integer> common =
        value.dims().equals(type.dims())
            ? type.dims()
            : TensorOps.commonDims(
                "initial value", List.of(initial.filled(DType.F32, type.dims(), 0), value));
    if (!common.equals(type.dims())) {
      throw new Complaint(
          Code.SHAPE, name, "the initial value is " + value.type() + ", the type " + type);
    }
    return initial.cast(initial.broadcast(value, type.dims(), false), type.dtype());
  }

  private static boolean dependsOnModel(Value value) {
    Set<Value> seen = new HashSet<>();
    Deque<Value> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      Value each = open.pop();
      if (each.op() instanceof Leaf.Parameter parameter && parameter.role() != Role.SETTING) {
        return true;
      }
      each.operands().stream().filter(seen::add).forEach(open::push);
    }
    return false;
  }

  /** Runs an initializer's body, which sees {@code shape}, {@code fan_in} and {@code fan_out}. */
  private TensorDatum apply(
      Declaration.Routine routine, Map<String, Datum> arguments, Span place, TensorType type) {
    Activation activation =
        run.activate(routine.name().text(), routine.span(), run.used(place), Optional.empty(), "");
    Scope scope = run.outerScope(routine.span().source());
    List<Integer> dims = type.dims();
    scope.define("shape", Expressions.list(dims));
    scope.define("fan_in", new IntDatum(fan(dims, 1)));
    scope.define("fan_out", new IntDatum(fan(dims, 0)));
    arguments.forEach(scope::define);
    Context context = new Context(activation, Frame.at("initial"), scope);
    run.statements.run(routine.body(), context);
    Datum result = activation.current().orElseThrow(() -> new Complaint(Code.NO_CURRENT_VALUE));
    return initial.tensor(routine.name().text(), result);
  }

  /** PyTorch's fan: the size of {@code axis} times the sizes after the first two. */
  private static long fan(List<Integer> dims, int axis) {
    if (dims.isEmpty()) {
      return 1;
    }
    long fan = dims.get(dims.size() > 1 ? axis : 0);
    for (int dim : dims.subList(Math.min(2, dims.size()), dims.size())) {
      fan *= dim;
    }
    return fan;
  }

  /** Remembers that the layer at {@code path} is wrong, so that its weights are not missed. */
  void markBroken(String path) {
    broken.add(path);
  }

  boolean isBroken(String path) {
    return broken.contains(path);
  }

  /** The state of that name, as it is now. */
  Optional<TensorDatum> value(String name) {
    return Optional.ofNullable(all.get(name))
        .map(state -> updates.getOrDefault(name, state.parameter()));
  }

  /** The names below a layer's path, without it. */
  List<String> below(String path) {
    return all.keySet().stream()
        .filter(name -> name.startsWith(path + "."))
        .map(name -> name.substring(path.length() + 1))
        .toList();
  }

  /** How many trained numbers there are so far. */
  long weights() {
    return weights;
  }
}
