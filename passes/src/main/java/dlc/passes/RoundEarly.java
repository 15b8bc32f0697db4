// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import dlc.ir.op.Op;
import dlc.ir.op.ReduceFn;
import dlc.ir.op.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rounds values before ops that only pick among them, where nothing wants more digits afterwards.
 *
 * <pre>
 * %1 = relu %0                             %1 = cast %0 dtype=bf16
 * %2 = window_reduce %1 fn=max      =>     %2 = relu %1
 * %3 = cast %2 dtype=bf16                  %3 = window_reduce %2 fn=max
 * </pre>
 *
 * <p>The result is the same, as rounding keeps the order of numbers. What is kept for the gradient
 * takes half the memory, and so does the gradient.
 */
public final class RoundEarly implements Pass {

  @Override
  public Graph run(Graph graph) {
    return new Run(graph).rewrite();
  }

  private static final class Run {
    private final Graph graph;
    private final GraphBuilder builder;
    private final Map<Value, DType> narrow = new HashMap<>();
    private final Map<Value, Value> images = new HashMap<>();

    Run(Graph graph) {
      this.graph = graph;
      this.builder = new GraphBuilder(graph.name());
    }

    Graph rewrite() {
      List<Value> values = graph.values();
      findNarrow(values);
      for (Value value : values) {
        images.put(value, rewritten(value));
      }
      graph.results().forEach((name, value) -> builder.result(name, image(value)));
      return builder.build();
    }

    /** Finds what can have a narrow type, because all users round it to that. */
    private void findNarrow(List<Value> values) {
      Map<Value, Set<@Nullable DType>> wanted = new HashMap<>();
      Set<Value> results = new HashSet<>(graph.results().values());
      for (Value value : values.reversed()) {
        Set<@Nullable DType> types = wanted.getOrDefault(value, Set.of());
        DType only = types.size() == 1 ? types.iterator().next() : null;
        if (only != null && !results.contains(value) && picks(value)) {
          narrow.put(value, only);
        }
        DType ofOperands =
            value.op() instanceof Generator.Cast(DType dtype) && dtype.isNarrow()
                ? dtype
                : narrow.get(value);
        for (Value operand : value.operands()) {
          wanted.computeIfAbsent(operand, _ -> new HashSet<>()).add(ofOperands);
        }
      }
    }

    // Not slices and lookups: the rest of their operand would be rounded for nothing.
    private static boolean picks(Value value) {
      return value.type().dtype() == DType.F32
          && switch (value.op()) {
            case Elementwise op -> op.isExact();
            case Layout.Reshape _,
                Layout.Transpose _,
                Layout.Reverse _,
                Layout.Pad _,
                Layout.Concat _ ->
                true;
            case Window.WindowReduce window -> window.fn() == ReduceFn.MAX;
            default -> false;
          };
    }

    private Value rewritten(Value value) {
      if (value.op() instanceof Leaf.Parameter parameter) {
        return builder.parameter(
            parameter.name(), parameter.type(), parameter.role(), value.span());
      }
      DType type = narrow.get(value);
      List<Value> operands = new ArrayList<>();
      for (Value operand : value.operands()) {
        operands.add(
            type != null && operand.type().dtype() == DType.F32
                ? rounded(operand, type)
                : image(operand));
      }
      return value.op() instanceof Generator.Cast && narrow.containsKey(value.operand(0))
          ? operands.getFirst()
          : builder.emit(value.op(), value.span(), operands);
    }

    private Value rounded(Value operand, DType type) {
      Op cast = new Generator.Cast(type);
      return narrow.containsKey(operand)
          ? image(operand)
          : builder.emit(cast, operand.span(), image(operand));
    }

    private Value image(Value value) {
      return Objects.requireNonNull(images.get(value));
    }
  }
}
