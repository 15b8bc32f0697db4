// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Philox;
import dlc.ir.scalar.Scalar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Turns indices and scalars into closures, which run much faster than a walk over the expressions.
 *
 * <p>Floats are computed in f64 and rounded where they are stored or named; integers wrap at each
 * step. A read outside of its buffer is an error, whatever the memory next to it holds.
 */
final class Closures {

  /** The current value of a loop counter. */
  static final class Counter {
    int value;
  }

  /** The current value of a local. */
  static final class Local {
    double value;
  }

  private final Function<Buffer, Memory> memories;
  private final Map<LoopVar, Counter> counters = new HashMap<>();
  private final Map<String, Local> locals = new HashMap<>();

  Closures(Function<Buffer, Memory> memories) {
    this.memories = memories;
  }

  Counter counter(LoopVar loop) {
    return counters.computeIfAbsent(loop, _ -> new Counter());
  }

  Local local(String name) {
    return locals.computeIfAbsent(name, _ -> new Local());
  }

  /** Runs {@code body} for all values of {@code loops}, the last fastest. */
  void forEach(List<LoopVar> loops, Runnable body) {
    if (loops.isEmpty()) {
      body.run();
      return;
    }
    LoopVar loop = loops.getFirst();
    List<LoopVar> inner = loops.subList(1, loops.size());
    Counter counter = counter(loop);
    for (counter.value = 0; counter.value < loop.extent(); counter.value++) {
      forEach(inner, body);
    }
  }

  IntSupplier index(Index index) {
    int constant = index.constant();
    IntSupplier sum = () -> constant;
    for (Index.Term term : index.terms()) {
      IntSupplier before = sum;
      IntSupplier atom = atom(term.atom());
      int coefficient = term.coefficient();
      sum = () -> before.getAsInt() + coefficient * atom.getAsInt();
    }
    return sum;
  }

  private IntSupplier atom(Index.Atom atom) {
    return switch (atom) {
      case LoopVar loop -> {
        Counter counter = counter(loop);
        yield () -> counter.value;
      }
      case Index.Quotient(Index dividend, int divisor) -> {
        IntSupplier inner = index(dividend);
        yield () -> Math.floorDiv(inner.getAsInt(), divisor);
      }
      case Index.Remainder(Index dividend, int divisor) -> {
        IntSupplier inner = index(dividend);
        yield () -> Math.floorMod(inner.getAsInt(), divisor);
      }
      case Index.Dynamic(Scalar value, int _) -> {
        DoubleSupplier inner = scalar(value);
        yield () -> (int) inner.getAsDouble();
      }
    };
  }

  BooleanSupplier condition(Condition condition) {
    BooleanSupplier all = () -> true;
    for (Condition.Test test : condition.tests()) {
      BooleanSupplier before = all;
      IntSupplier index = index(test.index());
      all =
          switch (test) {
            case Condition.InRange(Index _, int low, int high) ->
                () -> {
                  int value = index.getAsInt();
                  return before.getAsBoolean() && low <= value && value < high;
                };
            case Condition.Divisible(Index _, int divisor) ->
                () -> before.getAsBoolean() && Math.floorMod(index.getAsInt(), divisor) == 0;
          };
    }
    return all;
  }

  /** The row-major position of {@code at} in {@code buffer}. */
  IntSupplier position(Buffer buffer, List<Index> at) {
    TensorType type = buffer.type();
    IntSupplier position = index(Index.linear(at, type.dims()));
    for (int axis = 0; axis < at.size(); axis++) {
      if (at.get(axis).min() < 0 || at.get(axis).max() >= type.dim(axis)) {
        position = checked(position, buffer, at.get(axis), type.dim(axis));
      }
    }
    return position;
  }

  private IntSupplier checked(IntSupplier position, Buffer buffer, Index index, int extent) {
    IntSupplier coordinate = index(index);
    return () -> {
      int at = coordinate.getAsInt();
      if (at < 0 || at >= extent) {
        throw new IndexOutOfBoundsException(
            "%s is %d, outside of %s: %s".formatted(index, at, buffer, buffer.type()));
      }
      return position.getAsInt();
    };
  }

  DoubleSupplier scalar(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Arg arg -> throw new IllegalStateException("unfilled argument " + arg.index());
      case Scalar.Literal(double value, DType type) -> {
        double rounded = type.round(value);
        yield () -> rounded;
      }
      case Scalar.Unary(var fn, Scalar operand) -> {
        DoubleSupplier x = scalar(operand);
        yield wrapped(scalar.type(), () -> fn.of(x.getAsDouble()));
      }
      case Scalar.Binary(var fn, Scalar lhs, Scalar rhs) -> {
        DoubleSupplier x = scalar(lhs);
        DoubleSupplier y = scalar(rhs);
        boolean integral = !lhs.type().isFloat();
        yield wrapped(scalar.type(), () -> fn.of(x.getAsDouble(), y.getAsDouble(), integral));
      }
      case Scalar.Fma(Scalar a, Scalar b, Scalar c) -> {
        DoubleSupplier x = scalar(a);
        DoubleSupplier y = scalar(b);
        DoubleSupplier z = scalar(c);
        yield () -> Math.fma(x.getAsDouble(), y.getAsDouble(), z.getAsDouble());
      }
      case Scalar.Select(Scalar test, Scalar whenTrue, Scalar whenFalse) -> {
        DoubleSupplier which = scalar(test);
        DoubleSupplier x = scalar(whenTrue);
        DoubleSupplier y = scalar(whenFalse);
        yield () -> which.getAsDouble() != 0 ? x.getAsDouble() : y.getAsDouble();
      }
      case Scalar.Cast(DType type, Scalar operand) -> {
        DoubleSupplier x = scalar(operand);
        yield () -> type.round(x.getAsDouble());
      }
      case Scalar.Position(Index index) -> {
        IntSupplier position = index(index);
        yield position::getAsInt;
      }
      case Scalar.Uniform(int stream, Scalar seed, Scalar step, Index element) -> {
        DoubleSupplier key = scalar(seed);
        DoubleSupplier time = scalar(step);
        IntSupplier place = index(element);
        yield () ->
            Philox.uniform(
                stream, (int) key.getAsDouble(), (int) time.getAsDouble(), place.getAsInt());
      }
      case Scalar.Load load -> load(load);
      case Scalar.Holds(Condition when) -> {
        BooleanSupplier holds = condition(when);
        yield () -> holds.getAsBoolean() ? 1 : 0;
      }
      case Scalar.Local(String name, DType _) -> {
        Local local = local(name);
        yield () -> local.value;
      }
    };
  }

  private DoubleSupplier load(Scalar.Load load) {
    Memory memory = memories.apply(load.buffer());
    IntSupplier position = position(load.buffer(), load.at());
    DoubleSupplier read = () -> memory.get(position.getAsInt());
    if (load.when().always()) {
      return read;
    }
    BooleanSupplier when = condition(load.when());
    return () -> when.getAsBoolean() ? read.getAsDouble() : load.otherwise();
  }

  private static DoubleSupplier wrapped(DType type, DoubleSupplier value) {
    return type.isFloat() ? value : () -> type.round(value.getAsDouble());
  }
}
