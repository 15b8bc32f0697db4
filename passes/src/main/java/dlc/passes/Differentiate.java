// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.Span;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Computed;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Gradient;
import dlc.ir.op.GradientContext;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import dlc.ir.op.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Replaces each {@link Gradient} by the values that compute it, in reverse mode.
 *
 * <pre>
 * %1 = gradient %loss, %w     =>     the sum over all paths from %loss back to %w
 * </pre>
 *
 * <p>All gradients of one loss share one backward walk. It relies on the loss holding no gradient
 * itself: there are no second derivatives.
 */
public final class Differentiate implements Pass {

  @Override
  public Graph run(Graph graph) {
    return new Run(graph).rewrite();
  }

  private static final class Run {
    private final Graph graph;
    private final GraphBuilder builder;
    private final Map<Value, Value> images = new HashMap<>();
    private final Map<Value, Map<Value, Value>> gradients = new HashMap<>();

    Run(Graph graph) {
      this.graph = graph;
      this.builder = new GraphBuilder(graph.name());
    }

    Graph rewrite() {
      List<Value> values = graph.values();
      for (Value value : values) {
        images.put(value, rewritten(value, values));
      }
      graph.results().forEach((name, value) -> builder.result(name, image(value)));
      return builder.build();
    }

    private Value rewritten(Value value, List<Value> values) {
      return switch (value.op()) {
        case Leaf.Parameter(String name, TensorType type, Role role) ->
            builder.parameter(name, type, role, value.span());
        case Gradient _ -> gradient(value.operand(0), value.operand(1), values);
        case Leaf.Constant op -> builder.emit(op, value.span());
        case Computed op ->
            builder.emit(op, value.span(), value.operands().stream().map(this::image).toList());
      };
    }

    private Value image(Value value) {
      return Objects.requireNonNull(images.get(value));
    }

    private Value gradient(Value loss, Value variable, List<Value> values) {
      Map<Value, Value> ofLoss = gradients.computeIfAbsent(image(loss), _ -> walk(loss, values));
      Value found = ofLoss.get(image(variable));
      return found != null ? found : fill(image(variable).type(), 0, variable.span());
    }

    /** The gradient of {@code loss} in everything that it depends on, by the value's image. */
    private Map<Value, Value> walk(Value loss, List<Value> values) {
      List<Value> variables = new ArrayList<>();
      for (Value value : values) {
        if (value.op() instanceof Gradient && value.operand(0) == loss) {
          variables.add(image(value.operand(1)));
        }
      }
      Value end = image(loss);
      List<Value> order = new Graph("loss", List.of(), Map.of("loss", end)).values();
      Set<Value> active = new HashSet<>(variables);
      for (Value value : order) {
        if (value.operands().stream().anyMatch(active::contains)) {
          active.add(value);
        }
      }
      Map<Value, Value> sums = new LinkedHashMap<>();
      sums.put(end, fill(end.type(), 1, end.span()));
      for (Value value : order.reversed()) {
        Value upstream = sums.get(value);
        if (upstream != null && active.contains(value) && value.op() instanceof Computed op) {
          op.gradient(new Context(value, upstream, active, sums));
        }
      }
      return sums;
    }

    private Value fill(TensorType type, double number, Span span) {
      Value scalar = builder.constant(type.dtype(), number, span);
      return type.rank() == 0
          ? scalar
          : builder.emit(new Layout.Broadcast(type.dims(), List.of()), span, scalar);
    }

    private final class Context implements GradientContext {
      private final Value result;
      private final Value upstream;
      private final Set<Value> active;
      private final Map<Value, Value> sums;

      Context(Value result, Value upstream, Set<Value> active, Map<Value, Value> sums) {
        this.result = result;
        this.upstream = upstream;
        this.active = active;
        this.sums = sums;
      }

      @Override
      public Value result() {
        return result;
      }

      @Override
      public Value upstream() {
        return upstream;
      }

      @Override
      public boolean wants(int index) {
        return active.contains(result.operand(index));
      }

      @Override
      public void add(int index, Value part) {
        if (wants(index)) {
          sums.merge(result.operand(index), part, (sum, more) -> emit(Elementwise.ADD, sum, more));
        }
      }

      @Override
      public Value emit(Op op, Value... operands) {
        return builder.emit(op, result.span(), operands);
      }

      @Override
      public Value fill(TensorType type, double number) {
        return Run.this.fill(type, number, result.span());
      }
    }
  }
}
