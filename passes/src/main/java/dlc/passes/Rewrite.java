// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.Span;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import dlc.ir.op.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Builds a graph anew, operands before users, with some values replaced.
 *
 * <p>Equal values become one and values that no result needs are left behind, so every pass that is
 * written with it also shares and removes dead values.
 */
public final class Rewrite {

  /** A replacement for a value whose operands are rewritten already, or nothing to keep it. */
  @FunctionalInterface
  public interface Rule {
    Optional<Value> apply(Value value, Rewrite target);
  }

  private final GraphBuilder builder;
  private final Map<Value, Value> images = new HashMap<>();
  private Span span = Span.NONE;
  private @Nullable Value original;

  private Rewrite(String name) {
    builder = new GraphBuilder(name);
  }

  /** {@code graph} with {@code rule} tried once on each value. */
  public static Graph everywhere(Graph graph, Rule rule) {
    Rewrite rewrite = new Rewrite(graph.name());
    for (Value value : graph.values()) {
      Value copy = rewrite.copy(value);
      rewrite.span = value.span();
      rewrite.original = value;
      Value image = rule.apply(copy, rewrite).orElse(copy);
      if (!image.type().equals(value.type())) {
        throw new IllegalStateException(
            "a rewriting changed the type of %s to %s".formatted(value, image.type()));
      }
      rewrite.images.put(value, image);
    }
    graph
        .results()
        .forEach(
            (name, value) ->
                rewrite.builder.result(name, Objects.requireNonNull(rewrite.images.get(value))));
    return rewrite.builder.build();
  }

  /** The value of the old graph that is being replaced. */
  public Value original() {
    return Objects.requireNonNull(original);
  }

  /** What has become of a value of the old graph that comes before the one being replaced. */
  public Value image(Value old) {
    return Objects.requireNonNull(images.get(old));
  }

  private Value copy(Value value) {
    if (value.op() instanceof Leaf.Parameter(String name, TensorType type, Role role)) {
      return builder.parameter(name, type, role, value.span());
    }
    List<Value> operands = value.operands().stream().map(images::get).toList();
    return builder.emit(value.op(), value.span(), operands);
  }

  /** A new value with the span of the one that is being replaced. */
  public Value emit(Op op, Value... operands) {
    return builder.emit(op, span, operands);
  }

  /** As {@link #emit(Op, Value...)}. */
  public Value emit(Op op, List<Value> operands) {
    return builder.emit(op, span, operands);
  }

  /** A constant with these elements. */
  public Value constant(TensorType type, double[] elements) {
    return builder.constant(type, elements, span);
  }

  /** A value of {@code type} all of whose elements are {@code number}. */
  public Value fill(TensorType type, double number) {
    Value scalar = builder.constant(type.dtype(), number, span);
    return type.rank() == 0
        ? scalar
        : emit(new dlc.ir.op.Layout.Broadcast(type.dims(), List.of()), scalar);
  }
}
