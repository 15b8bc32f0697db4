// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.Span;
import dlc.driver.ModelSession;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Program;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.op.Layout;
import dlc.ir.op.Op;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Reduction;
import dlc.passes.Differentiate;
import dlc.passes.RoundEarly;
import dlc.runtime.Executable;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * An entry point that shows more than its own results, and leaves all state as it is.
 *
 * <p>It is compiled like any other, so that what it shows is what happens; only what is fused
 * together may differ.
 */
final class Probe implements AutoCloseable {

  private final Executable executable;
  private final String entry;

  private Probe(Executable executable, String entry) {
    this.executable = executable;
    this.entry = entry;
  }

  /** The graph of an entry point with its gradients written out. */
  static Graph differentiated(Graph graph) {
    return new Differentiate().run(new RoundEarly().run(graph));
  }

  /**
   * Compiles {@code graph} with other results.
   *
   * @param program the entry point is one of it
   * @param shown results beside the loss, the outputs and whatever else is no state
   */
  static Probe of(ModelSession session, Program program, Graph graph, Map<String, Value> shown) {
    Set<String> states = program.states().keySet();
    Map<String, Value> results = new LinkedHashMap<>();
    graph
        .results()
        .forEach(
            (name, value) -> {
              boolean isGradient = name.startsWith("grad.") || name.startsWith("grad_clipped.");
              if (!states.contains(name) && !isGradient) {
                results.put(name, value);
              }
            });
    results.putAll(shown);
    Graph probing = new Graph(graph.name(), graph.parameters(), results);
    Program changed = program.map(each -> each.name().equals(graph.name()) ? probing : each);
    return new Probe(session.load(changed), graph.name());
  }

  Executable executable() {
    return executable;
  }

  /** What the last run gave for the result called {@code name}. */
  NumberArray read(String name) {
    TensorType type = executable.type(entry, name);
    return new NumberArray(
        ElementType.of(type.dtype()),
        type.dims(),
        executable.result(entry, name).orElseThrow().asSlice(0, type.bytes()));
  }

  @Override
  public void close() {
    executable.close();
  }

  /** Makes values that say something of others, in few numbers. */
  static final class Figures {

    private final GraphBuilder builder = new GraphBuilder("figures");

    /** How many elements of {@code value}, which is of floats, are NaN or infinite. */
    Value countNotFinite(Value value) {
      Value wide = wide(value);
      Value size = emit(Elementwise.ABS, wide);
      Value isFinite =
          emit(Elementwise.LESS_EQUAL, size, filled(wide.type(), largest(wide.type().dtype())));
      return sum(counted(emit(Elementwise.NOT, isFinite)));
    }

    /** How many samples of a batch have a positive number, at each place of a sample. */
    Value countPositive(Value value) {
      Value wide = wide(value);
      Value counts = counted(emit(Elementwise.GREATER, wide, filled(wide.type(), 0)));
      return emit(new Reduction.Reduce(ReduceFn.SUM, List.of(0)), counts);
    }

    /** The sum of all squares. */
    Value sumOfSquares(Value value) {
      Value wide = wide(value);
      return sum(emit(Elementwise.MUL, wide, wide));
    }

    private static double largest(DType dtype) {
      return dtype == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
    }

    private Value wide(Value value) {
      DType dtype = value.type().dtype();
      return dtype.isNarrow() ? emit(new Generator.Cast(DType.F32), value) : value;
    }

    private Value counted(Value test) {
      return emit(new Generator.Cast(DType.F32), test);
    }

    private Value sum(Value value) {
      List<Integer> axes = IntStream.range(0, value.type().rank()).boxed().toList();
      return axes.isEmpty() ? value : emit(new Reduction.Reduce(ReduceFn.SUM, axes), value);
    }

    private Value filled(TensorType type, double number) {
      Value scalar = builder.constant(type.dtype(), number, Span.NONE);
      return type.rank() == 0 ? scalar : emit(new Layout.Broadcast(type.dims(), List.of()), scalar);
    }

    private Value emit(Op op, Value... operands) {
      return builder.emit(op, Span.NONE, operands);
    }
  }
}
