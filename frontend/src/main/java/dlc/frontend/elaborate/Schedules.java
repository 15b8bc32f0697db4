// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Span;
import dlc.frontend.ast.Expression;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.BoolDatum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.op.Elementwise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Computes the learning rate in force: by one schedule after the other, in f64, from the settings
 * {@code step} (from 1), {@code epoch} (from 0), {@code steps_per_epoch} and {@code epochs}.
 */
final class Schedules {

  /** The entry point after an epoch. */
  static final String EPOCH_END = "epoch_end";

  /** What is in force; the momentum where a schedule changes it. */
  record InForce(TensorDatum rate, Optional<TensorDatum> momentum) {}

  /** A moment or a time, counted both ways. */
  private record Clocks(TensorDatum step, TensorDatum epoch) {}

  private final Elaboration run;
  private final List<RoutineUse> chain;
  private final TensorOps ops;
  private final boolean epochEnded;
  private final Map<String, TensorDatum> updates = new LinkedHashMap<>();

  /**
   * Schedules within the entry point that {@code run} makes.
   *
   * @param epochEnded whether that is {@code epoch_end}
   */
  Schedules(Elaboration run, List<RoutineUse> chain, boolean epochEnded) {
    this.run = run;
    this.chain = List.copyOf(chain);
    this.ops =
        new TensorOps(
            run.ops().builder(), run.ops().batch(), DType.F64, Optional.empty(), Optional.empty());
    this.epochEnded = epochEnded;
  }

  /** The schedules that stand one after the other; each but the last must say when it ends. */
  static List<RoutineUse> chain(Elaboration run, List<Expression> expressions) {
    List<RoutineUse> chain = new ArrayList<>();
    for (Expression expression : expressions) {
      RoutineUse use = RoutineUse.schedule(run, expression);
      boolean isLast = chain.size() == expressions.size() - 1;
      if (!isLast && length(use, "steps").isEmpty() && length(use, "epochs").isEmpty()) {
        throw new Failure(
            Code.BAD_SETTING
                .at(use.span(), "schedule", use.name() + " does not say when the next one follows")
                .withHelp("give it epochs=, or let it stand last"));
      }
      chain.add(use);
    }
    return chain;
  }

  /** The entry point that runs after an epoch, where some schedule wants to. */
  static Optional<Graph> epochEnd(Elaboration run, List<Expression> expressions) {
    Schedules schedules = new Schedules(run, chain(run, expressions), true);
    schedules.inForce(schedules.baseRate());
    if (schedules.updates.isEmpty()) {
      return Optional.empty();
    }
    GraphBuilder builder = run.ops().builder();
    schedules.updates.forEach((name, value) -> builder.result(name, value.value()));
    return Optional.of(builder.build());
  }

  private static Optional<Double> length(RoutineUse use, String clock) {
    return switch (use.arguments().get(clock)) {
      case IntDatum(long value) -> Optional.of((double) value);
      case FloatDatum number -> Optional.of(number.observed());
      case null, default -> Optional.empty();
    };
  }

  /** The setting called {@code name} of the entry point, as f64. */
  private TensorDatum setting(String name, DType dtype) {
    return ops.cast(
        new TensorDatum(
            ops.builder().parameter(name, TensorType.of(dtype), Role.SETTING, Span.NONE), false),
        DType.F64);
  }

  /** The base rate of the entry point. */
  TensorDatum baseRate() {
    return setting("lr", DType.F64);
  }

  /** What is in force where {@code base} is the rate that the schedules start from. */
  InForce inForce(TensorDatum base) {
    if (chain.isEmpty()) {
      return new InForce(base, Optional.empty());
    }
    TensorOps before = run.exchangeOps(ops);
    try {
      return chained(base);
    } finally {
      run.exchangeOps(before);
    }
  }

  /** The new values of what schedules keep, by name; known once a rate is computed. */
  Map<String, TensorDatum> updates() {
    return updates;
  }

  private InForce chained(TensorDatum base) {
    TensorDatum step = on(Elementwise.SUB, setting("step", DType.I32), number(1));
    TensorDatum epoch = setting("epoch", DType.I32);
    TensorDatum inEpoch = setting("steps_per_epoch", DType.I32);
    TensorDatum epochs = setting("epochs", DType.I32);
    Clocks now = new Clocks(step, epoch);
    Clocks total = new Clocks(on(Elementwise.MUL, epochs, inEpoch), epochs);
    ops.at(chain.getFirst().span());
    InForce all = run(chain.getFirst(), base, now, total, ops.scalar(DType.BOOL, 1));
    Clocks start = new Clocks(number(0), number(0));
    for (int i = 1; i < chain.size(); i++) {
      RoutineUse use = chain.get(i);
      ops.at(use.span());
      start = end(chain.get(i - 1), start, inEpoch);
      TensorDatum begun = on(Elementwise.GREATER_EQUAL, step, start.step());
      InForce own = run(use, base, since(now, start), since(total, start), begun);
      all = either(begun, own, all);
    }
    return all;
  }

  /** What has passed since {@code start}; nothing before it. */
  private Clocks since(Clocks now, Clocks start) {
    return new Clocks(
        on(Elementwise.MAX, on(Elementwise.SUB, now.step(), start.step()), number(0)),
        on(Elementwise.MAX, on(Elementwise.SUB, now.epoch(), start.epoch()), number(0)));
  }

  private InForce either(TensorDatum begun, InForce later, InForce earlier) {
    Optional<TensorDatum> momentum =
        later.momentum().isPresent() && earlier.momentum().isPresent()
            ? Optional.of(select(begun, later.momentum().get(), earlier.momentum().get()))
            : later.momentum().or(earlier::momentum);
    return new InForce(select(begun, later.rate(), earlier.rate()), momentum);
  }

  private Clocks end(RoutineUse use, Clocks start, TensorDatum inEpoch) {
    Optional<Double> epochs = length(use, "epochs");
    if (epochs.isPresent()) {
      TensorDatum epoch = on(Elementwise.ADD, start.epoch(), number(epochs.get()));
      return new Clocks(on(Elementwise.MUL, epoch, inEpoch), epoch);
    }
    TensorDatum steps = number(length(use, "steps").orElse(0.0));
    TensorDatum step = on(Elementwise.ADD, start.step(), steps);
    TensorDatum epoch =
        ops.elementwise("schedule", Elementwise.FLOOR, on(Elementwise.DIV, step, inEpoch));
    return new Clocks(step, epoch);
  }

  private InForce run(
      RoutineUse use, TensorDatum base, Clocks now, Clocks total, TensorDatum begun) {
    Activation activation =
        run.activate(use.name(), use.routine().span(), use.span(), Optional.empty(), "");
    activation.setOwner(new Activation.Owner(use.name(), TensorType.of(DType.F64)));
    Scope scope = run.outerScope(use.routine().span().source());
    scope.define("lr", base);
    scope.define("step", now.step());
    scope.define("epoch", now.epoch());
    scope.define("total_steps", total.step());
    scope.define("total_epochs", total.epoch());
    scope.define("epoch_ended", new BoolDatum(epochEnded));
    if (epochEnded) {
      scope.define("watched", setting("watched", DType.F64));
    }
    use.arguments().forEach(scope::define);
    run.statements.run(use.routine().body(), new Context(activation, Frame.at(""), scope));
    activation.updates().forEach((name, value) -> keep(use, name, value, begun));
    List<Datum> results =
        activation.results().orElseGet(() -> activation.current().stream().toList());
    if (results.isEmpty() || results.size() > 2) {
      throw run.failure(
          new Complaint(Code.BAD_SETTING, "schedule", use.name() + " leaves no rate in it"),
          use.span(),
          activation);
    }
    return new InForce(
        scalar(use, results.getFirst()),
        results.size() > 1 ? Optional.of(scalar(use, results.getLast())) : Optional.empty());
  }

  private void keep(RoutineUse use, String name, Datum value, TensorDatum begun) {
    String full = use.name() + "/" + name;
    States.State state = run.states.all().get(full);
    if (state != null && value instanceof TensorDatum tensor && !value.equals(state.parameter())) {
      TensorDatum fitting = ops.cast(tensor, state.type().dtype());
      updates.putIfAbsent(full, select(begun, fitting, state.parameter()));
    }
  }

  private TensorDatum scalar(RoutineUse use, Datum value) {
    TensorDatum tensor = ops.tensor(use.name(), value);
    if (tensor.batched() || tensor.rank() > 0) {
      throw new Complaint(Code.WRONG_TYPE, use.name() + ": the rate", "a number", value.type());
    }
    return ops.cast(tensor, DType.F64);
  }

  private TensorDatum number(double value) {
    return ops.scalar(DType.F64, value);
  }

  private TensorDatum on(Elementwise op, TensorDatum x, TensorDatum y) {
    return ops.elementwise("schedule", op, x, y);
  }

  private TensorDatum select(TensorDatum condition, TensorDatum x, TensorDatum y) {
    return ops.elementwise("schedule", Elementwise.SELECT, condition, x, y);
  }
}
