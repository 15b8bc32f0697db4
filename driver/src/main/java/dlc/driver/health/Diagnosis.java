// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.Diagnostic;
import dlc.driver.ModelSession;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.Value;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import dlc.runtime.train.SingleSteps;
import dlc.runtime.train.TrainSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks for dead units, and for gradients that vanish or explode, in a model as it is now.
 *
 * <p>It runs the model forward and back on some batches with a program of its own, which gives a
 * few numbers for each layer. Nothing that the model keeps is changed.
 */
public final class Diagnosis {

  /** A unit that is silent for so many samples is hardly ever heard. */
  private static final int SAMPLES = 256;

  private static final int MOST_BATCHES = 32;

  private Diagnosis() {}

  /** What is wrong with the model of {@code session} on {@code data}, if anything. */
  public static List<Diagnostic> of(ModelSession session, TrainSettings settings, Dataset data) {
    int batch = Math.min(settings.batch(), data.size());
    Program program = session.program(batch);
    Graph graph = Probe.differentiated(program.entry("gradients").orElseThrow());
    DeadUnits units = new DeadUnits(rectified(graph));
    GradientFlow flow = new GradientFlow(graph);
    Map<String, Value> shown = new LinkedHashMap<>();
    Probe.Figures figures = new Probe.Figures();
    units.addTo(shown, figures);
    flow.addTo(shown, figures);
    int batches = Math.min(Math.ceilDiv(Math.min(SAMPLES, data.size()), batch), MOST_BATCHES);
    int[] order = RandomStream.permutation(Purpose.SHUFFLE, settings.seed(), 0, data.size());
    try (Probe probe = Probe.of(session, program, graph, shown)) {
      SingleSteps steps = new SingleSteps(_ -> probe.executable(), graph.name(), settings, data);
      for (int i = 0; i < Math.max(1, batches); i++) {
        int start = Math.min(i * batch, data.size() - batch);
        steps.run(Arrays.copyOfRange(order, start, start + batch), 1, settings.lr());
        units.count(probe, batch);
        flow.count(probe);
      }
    }
    List<Diagnostic> found = new ArrayList<>(units.warnings());
    found.addAll(flow.warnings(session, settings, !found.isEmpty()));
    return found;
  }

  /** The values on the way to an output that are 0 where something is negative. */
  private static List<Value> rectified(Graph graph) {
    Map<String, Value> outputs = new LinkedHashMap<>(graph.results());
    outputs.keySet().removeIf(name -> !name.startsWith("output"));
    Set<Value> forward = new HashSet<>(new Graph(graph.name(), List.of(), outputs).values());
    return graph.values().stream()
        .filter(forward::contains)
        .filter(DeadUnits::isRectified)
        .toList();
  }
}
