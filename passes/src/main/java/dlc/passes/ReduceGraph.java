// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes a graph smaller as long as something about it stays true: that a pass fails on it, as a
 * rule.
 *
 * <p>It tries to leave out results, to put a parameter in the place of a value, to end a result one
 * op earlier, to put an operand in the place of a value of the same type, and to make constants
 * simple, the largest steps first, and again until nothing more can go. Each step makes the graph
 * smaller, so it ends.
 */
public final class ReduceGraph {

  private final Predicate<Graph> keeps;

  private ReduceGraph(Predicate<Graph> keeps) {
    this.keeps = keeps;
  }

  /** The smallest graph that is found for which {@code keeps} holds; it must hold for the first. */
  public static Graph run(Graph graph, Predicate<Graph> keeps) {
    if (!keeps.test(graph)) {
      throw new IllegalArgumentException("it does not hold for the whole graph");
    }
    return new ReduceGraph(keeps).run(graph);
  }

  private Graph run(Graph graph) {
    Graph current = graph;
    Optional<Graph> next = smaller(current);
    while (next.isPresent()) {
      current = next.get();
      next = smaller(current);
    }
    return current;
  }

  private Optional<Graph> smaller(Graph graph) {
    return Stream.of(
            withoutResults(graph),
            withParameters(graph),
            withEarlierResults(graph),
            withOperands(graph),
            simpler(graph))
        .flatMap(candidates -> candidates)
        .filter(candidate -> size(candidate) < size(graph))
        .filter(keeps)
        .findFirst();
  }

  /** What is to become less: values and results, then operands and elements that are not 0. */
  private static long size(Graph graph) {
    long size = 0;
    for (Value value : graph.values()) {
      size += 1_000_000;
      size += value.op() instanceof Leaf ? 0 : 1_000;
      size += value.op() instanceof Leaf.Constant constant && !constant.isAll(0) ? 1 : 0;
    }
    return size + 1_000L * graph.results().size();
  }

  /** With half of the results, or without one of them. */
  private static Stream<Graph> withoutResults(Graph graph) {
    List<String> names = List.copyOf(graph.results().keySet());
    if (names.size() < 2) {
      return Stream.empty();
    }
    int half = names.size() / 2;
    Stream<List<String>> halves =
        Stream.of(names.subList(0, half), names.subList(half, names.size()));
    Stream<List<String>> others =
        names.stream().map(gone -> names.stream().filter(name -> !name.equals(gone)).toList());
    return Stream.concat(halves, others)
        .map(
            kept -> {
              Map<String, Value> results = new LinkedHashMap<>(graph.results());
              results.keySet().retainAll(kept);
              return rebuilt(graph, results, Map.of());
            });
  }

  /** With an operand of a result as the result. */
  private static Stream<Graph> withEarlierResults(Graph graph) {
    return graph.results().keySet().stream()
        .flatMap(
            name ->
                Objects.requireNonNull(graph.results().get(name)).operands().stream()
                    .map(
                        operand -> {
                          Map<String, Value> results = new LinkedHashMap<>(graph.results());
                          results.put(name, operand);
                          return rebuilt(graph, results, Map.of());
                        }));
  }

  /** With a parameter in the place of a value, the last ones first: they hold most. */
  private static Stream<Graph> withParameters(Graph graph) {
    return values(graph).map(value -> rebuilt(graph, graph.results(), Map.of(value, value)));
  }

  /** With an operand in the place of a value. */
  private static Stream<Graph> withOperands(Graph graph) {
    return values(graph)
        .flatMap(
            value ->
                value.operands().stream()
                    .filter(operand -> operand.type().equals(value.type()))
                    .map(operand -> rebuilt(graph, graph.results(), Map.of(value, operand))));
  }

  /** With zeros in the place of a constant. */
  private static Stream<Graph> simpler(Graph graph) {
    return graph.values().stream()
        .filter(value -> value.op() instanceof Leaf.Constant)
        .map(
            value -> {
              GraphBuilder zeros = new GraphBuilder(graph.name());
              double[] elements = new double[Math.toIntExact(value.type().elements())];
              Value zero = zeros.constant(value.type(), elements, value.span());
              return rebuilt(graph, graph.results(), Map.of(value, zero));
            });
  }

  private static Stream<Value> values(Graph graph) {
    List<Value> values = new ArrayList<>(graph.values());
    values.removeIf(value -> value.op() instanceof Leaf);
    return values.reversed().stream();
  }

  /**
   * The graph with {@code results} alone and what they need. A value that is replaced by itself
   * becomes a parameter.
   */
  private static Graph rebuilt(
      Graph graph, Map<String, Value> results, Map<Value, Value> replaced) {
    Graph kept = new Graph(graph.name(), graph.parameters(), results);
    GraphBuilder builder = new GraphBuilder(graph.name());
    Map<Value, Value> images = new HashMap<>();
    List<Value> needed = needed(kept, replaced);
    for (Value value : needed) {
      Value other = replaced.get(value);
      if (other == value) {
        String name = unused("cut", graph);
        images.put(value, builder.parameter(name, value.type(), Role.INPUT, value.span()));
      } else if (other != null && other.op() instanceof Leaf.Constant) {
        images.put(value, builder.emit(other.op(), other.span()));
      } else if (other != null) {
        images.put(value, Objects.requireNonNull(images.get(other)));
      } else if (value.op() instanceof Leaf.Parameter(var name, var type, var role)) {
        images.put(value, builder.parameter(name, type, role, value.span()));
      } else {
        images.put(
            value,
            builder.emit(
                value.op(), value.span(), value.operands().stream().map(images::get).toList()));
      }
    }
    results.forEach(
        (name, value) -> builder.result(name, Objects.requireNonNull(images.get(value))));
    return builder.build();
  }

  /** The values that results need when some are replaced, operands first. */
  private static List<Value> needed(Graph graph, Map<Value, Value> replaced) {
    List<Value> order = graph.values();
    Map<Value, Boolean> isNeeded = new HashMap<>();
    graph.results().values().forEach(value -> isNeeded.put(value, true));
    for (Value value : order.reversed()) {
      if (isNeeded.getOrDefault(value, false)) {
        Value other = replaced.get(value);
        List<Value> reads =
            other == null
                ? value.operands()
                : other == value || other.op() instanceof Leaf.Constant
                    ? List.of()
                    : List.of(other);
        reads.forEach(read -> isNeeded.put(read, true));
      }
    }
    return order.stream().filter(value -> isNeeded.getOrDefault(value, false)).toList();
  }

  private static String unused(String stem, Graph graph) {
    List<String> names =
        graph.parameters().stream().map(value -> Graph.declaration(value).name()).toList();
    int number = 0;
    while (names.contains(stem + number)) {
      number++;
    }
    return stem + number;
  }
}
