// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/**
 * Runs kernel programs on memory of its own: what backends are tested against.
 *
 * <p>Loops of every kind run one iteration after the other. Work memory and registers are filled
 * with NaN before they are used, so that a read of what nobody wrote shows.
 */
public final class KernelInterpreter {

  private static final byte POISON = (byte) 0xFF;

  private final KernelProgram program;
  private final ByteBuffer state;
  private final ByteBuffer work;

  public KernelInterpreter(KernelProgram program) {
    this.program = program;
    this.state = poisoned(program.stateBytes());
    this.work = poisoned(program.workBytes());
  }

  private static ByteBuffer poisoned(long bytes) {
    ByteBuffer memory = ByteBuffer.allocate(Math.toIntExact(bytes));
    poison(memory);
    return memory;
  }

  private static void poison(ByteBuffer memory) {
    for (int i = 0; i < memory.capacity(); i++) {
      memory.put(i, POISON);
    }
  }

  /**
   * Runs an entry point and returns its results and all state after it.
   *
   * @param inputs the elements of each input, and of the state that is to be set before
   */
  public Map<String, double[]> run(String entryName, Map<String, double[]> inputs) {
    KernelProgram.Entry entry =
        program.entries().stream()
            .filter(each -> each.name().equals(entryName))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no entry point " + entryName));
    poison(work);
    entry.inputs().forEach((name, slot) -> write(slot, Inputs.of(name, slot.type(), inputs)));
    program
        .states()
        .forEach(
            (name, slot) -> {
              if (inputs.containsKey(name)) {
                write(slot, Inputs.of(name, slot.type(), inputs));
              }
            });
    entry.calls().forEach(this::call);
    Map<String, double[]> results = new LinkedHashMap<>();
    entry.results().forEach((name, slot) -> results.put(name, read(slot)));
    program.states().forEach((name, slot) -> results.put(name, read(slot)));
    return results;
  }

  private void write(Slot slot, double[] elements) {
    Memory memory = memory(slot.place(), slot.type());
    for (int i = 0; i < elements.length; i++) {
      memory.set(i, elements[i]);
    }
  }

  private double[] read(Slot slot) {
    Memory memory = memory(slot.place(), slot.type());
    double[] elements = new double[Math.toIntExact(slot.type().elements())];
    Arrays.setAll(elements, memory::get);
    return elements;
  }

  private Memory memory(Place place, TensorType type) {
    return switch (place.region()) {
      case STATE -> Memory.of(state, Math.toIntExact(place.offset()), type.dtype());
      case WORK -> Memory.of(work, Math.toIntExact(place.offset()), type.dtype());
      case CONSTANT ->
          Memory.of(program.constants().get(Math.toIntExact(place.offset())).elements());
    };
  }

  private void call(KernelProgram.Call call) {
    Kernel kernel = call.kernel();
    Map<String, Memory> memories = new HashMap<>();
    for (int i = 0; i < kernel.arguments().size(); i++) {
      Buffer argument = kernel.arguments().get(i);
      memories.put(argument.name(), memory(call.arguments().get(i), argument.type()));
    }
    new Body(memories).block(kernel.body()).run();
  }

  /** The statements of one kernel as closures. */
  private static final class Body {
    private final Map<String, Memory> memories;
    private final Closures closures;

    Body(Map<String, Memory> memories) {
      this.memories = memories;
      this.closures = new Closures(this::memory);
    }

    private Memory memory(Buffer buffer) {
      Memory memory = memories.get(buffer.name());
      if (memory == null) {
        throw new IllegalStateException("the buffer " + buffer + " is not declared");
      }
      return memory;
    }

    Runnable block(List<Stmt> statements) {
      Runnable[] steps = statements.stream().map(this::statement).toArray(Runnable[]::new);
      return () -> {
        for (Runnable step : steps) {
          step.run();
        }
      };
    }

    private Runnable statement(Stmt statement) {
      return switch (statement) {
        case Stmt.For(LoopVar counter, LoopKind _, List<Stmt> body) -> {
          Runnable inner = block(body);
          yield () -> closures.forEach(List.of(counter), inner);
        }
        case Stmt.If(var when, List<Stmt> body) -> {
          BooleanSupplier holds = closures.condition(when);
          Runnable inner = block(body);
          yield () -> {
            if (holds.getAsBoolean()) {
              inner.run();
            }
          };
        }
        case Stmt.Let(String name, Scalar value) -> {
          DoubleSupplier number = closures.scalar(value);
          Closures.Local local = closures.local(name);
          yield () -> local.value = value.type().round(number.getAsDouble());
        }
        case Stmt.Store(Buffer buffer, List<Index> at, Scalar value) -> {
          DoubleSupplier number = closures.scalar(value);
          IntSupplier position = closures.position(buffer, at);
          Memory memory = memory(buffer);
          yield () ->
              memory.set(position.getAsInt(), buffer.type().dtype().round(number.getAsDouble()));
        }
        case Stmt.Declare(Buffer buffer) -> {
          double[] elements = new double[Math.toIntExact(buffer.type().elements())];
          memories.put(buffer.name(), Memory.of(elements));
          yield () -> Arrays.fill(elements, Double.NaN);
        }
      };
    }
  }
}
