// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.UserError;
import dlc.driver.ModelSession;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.Value;
import dlc.ir.op.Gradient;
import dlc.ir.op.Leaf;
import dlc.runtime.file.NumberArray;
import dlc.runtime.train.Replay;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the value of a step that was the first to be NaN or infinite.
 *
 * <p>The step is done once more by a program that counts, for every value, the elements that are
 * not finite. From the results that are wrong the way leads back over operands that are wrong, too,
 * to a value whose operands are all in order: an infinity that is meant, such as that of a mask,
 * does not lead to a wrong result and so is never come by.
 */
public final class FirstNotFinite implements Replay.Inspector {

  private static final String COUNT = "@count";
  private static final String VALUE = "@value";
  private static final String GRADIENT = "@gradient";

  private final ModelSession session;

  /** Looks at the steps of the model of {@code session}. */
  public FirstNotFinite(ModelSession session) {
    this.session = session;
  }

  @Override
  public UserError explain(Replay replay, UserError plain) {
    Program program = session.program(replay.samples().size());
    Graph original = program.entry(replay.entry()).orElseThrow();
    Graph marked = Probe.differentiated(withGradients(original));
    Map<String, Value> gradients = new LinkedHashMap<>(marked.results());
    gradients.keySet().removeIf(name -> !name.startsWith(GRADIENT));
    Map<String, Value> results = new LinkedHashMap<>(marked.results());
    results.keySet().removeAll(gradients.keySet());
    Graph graph = new Graph(marked.name(), marked.parameters(), results);
    Optional<Value> origin = origin(replay, program, graph);
    return origin
        .map(
            value ->
                new NotFiniteReport(replay, part(value, graph, gradients), value)
                    .of(elements(replay, program, graph, value), plain))
        .orElse(plain);
  }

  /** The graph with every gradient it asks for as a result, to be told apart afterwards. */
  private static Graph withGradients(Graph graph) {
    Map<String, Value> results = new LinkedHashMap<>(graph.results());
    for (Value value : graph.values()) {
      if (value.op() instanceof Gradient) {
        results.put(GRADIENT + results.size(), value);
      }
    }
    return new Graph(graph.name(), graph.parameters(), results);
  }

  private Optional<Value> origin(Replay replay, Program program, Graph graph) {
    List<Value> values =
        graph.values().stream()
            .filter(value -> value.type().dtype().isFloat())
            .filter(value -> !(value.op() instanceof Leaf.Constant))
            .toList();
    Probe.Figures figures = new Probe.Figures();
    Map<String, Value> counts = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      counts.put(COUNT + i, figures.countNotFinite(values.get(i)));
    }
    Set<Value> wrong = new LinkedHashSet<>();
    try (Probe probe = Probe.of(session, program, graph, counts)) {
      replay.run().accept(probe.executable());
      for (int i = 0; i < values.size(); i++) {
        if (probe.read(COUNT + i).at(0) > 0) {
          wrong.add(values.get(i));
        }
      }
    }
    Set<Value> cause = cause(graph, wrong);
    return wrong.stream()
        .filter(cause::contains)
        .filter(value -> value.operands().stream().noneMatch(wrong::contains))
        .findFirst();
  }

  /** The values among {@code wrong} that lead to a wrong loss, or to wrong new state. */
  private static Set<Value> cause(Graph graph, Set<Value> wrong) {
    Set<String> states = new HashSet<>();
    graph.parameters().stream()
        .map(Graph::declaration)
        .filter(each -> each.role().persists())
        .forEach(each -> states.add(each.name()));
    Deque<Value> open = new ArrayDeque<>();
    graph
        .results()
        .forEach(
            (name, value) -> {
              if (wrong.contains(value) && (name.equals("loss") || states.contains(name))) {
                open.add(value);
              }
            });
    Set<Value> cause = new HashSet<>(open);
    while (!open.isEmpty()) {
      for (Value operand : open.pop().operands()) {
        if (wrong.contains(operand) && cause.add(operand)) {
          open.push(operand);
        }
      }
    }
    return cause;
  }

  private static NotFiniteReport.Part part(Value value, Graph graph, Map<String, Value> gradients) {
    Map<String, Value> forward = new LinkedHashMap<>(graph.results());
    forward.keySet().removeIf(name -> !name.equals("loss") && !name.startsWith("output"));
    if (new Graph(graph.name(), List.of(), forward).values().contains(value)) {
      return NotFiniteReport.Part.FORWARD;
    }
    boolean isGradient = new Graph(graph.name(), List.of(), gradients).values().contains(value);
    return isGradient ? NotFiniteReport.Part.BACKWARD : NotFiniteReport.Part.UPDATE;
  }

  /** The elements of {@code value} and of its operands, in that order. */
  private List<NumberArray> elements(Replay replay, Program program, Graph graph, Value value) {
    List<Value> shown = new ArrayList<>(List.of(value));
    shown.addAll(value.operands());
    Map<String, Value> results = new LinkedHashMap<>();
    for (int i = 0; i < shown.size(); i++) {
      results.put(VALUE + i, shown.get(i));
    }
    List<NumberArray> elements = new ArrayList<>();
    try (Probe probe = Probe.of(session, program, graph, results)) {
      replay.run().accept(probe.executable());
      for (int i = 0; i < shown.size(); i++) {
        elements.add(copy(probe.read(VALUE + i)));
      }
    }
    return elements;
  }

  private static NumberArray copy(NumberArray array) {
    double[] elements = new double[Math.toIntExact(array.elements())];
    Arrays.setAll(elements, array::at);
    return NumberArray.of(elements, array.dims().stream().mapToInt(dim -> dim).toArray());
  }
}
