// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.base.SourceFile;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.Program;
import dlc.runtime.file.JsonTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares learning rates, and the momentum where it changes, with recorded traces: training steps
 * of a small model, of which each is an epoch, say what is in force.
 */
final class ScheduleParity {

  private final Machine machine;
  private final ReportBuilder report;

  ScheduleParity(Machine machine, ReportBuilder report) {
    this.machine = machine;
    this.report = report;
  }

  void run(JsonTree traces) {
    traces.members().forEach((name, trace) -> report.attempt(name, () -> run(name, trace)));
  }

  private void run(String name, JsonTree trace) {
    String optimizer = trace.get("optimizer").text();
    String scheduler = trace.get("scheduler").text();
    Optional<String> inDl = ScheduleTable.find(optimizer);
    Optional<String> schedule = ScheduleTable.find(scheduler);
    if (inDl.isEmpty() || schedule.isEmpty()) {
      report.notRun(name, "dl has no " + (inDl.isEmpty() ? optimizer : scheduler));
      return;
    }
    List<double[]> computed = rates(name, inDl.get(), schedule.get(), trace);
    report.add(compare(name, "lr", trace.get("lr").numbers(), computed.getFirst()));
    trace
        .find("momentum_or_beta1")
        .ifPresent(
            momentum ->
                report.add(compare(name, "momentum", momentum.numbers(), computed.getLast())));
  }

  private static Comparison compare(String part, String name, double[] expected, double[] found) {
    return Expected.rates(expected).compare(part, name, found);
  }

  /** The rates, and the momenta where there are any. */
  private List<double[]> rates(String name, String optimizer, String schedule, JsonTree trace) {
    Program program = program(name, optimizer, schedule);
    int count = trace.get("lr").items().size();
    Optional<double[]> watched = trace.find("metrics").map(JsonTree::numbers);
    Map<String, double[]> inputs = new HashMap<>();
    inputs.put("x", new double[] {0});
    inputs.put("target", new double[] {0});
    inputs.put("seed", new double[] {0});
    inputs.put("lr", new double[] {ModelParity.learningRate(optimizer)});
    inputs.put("steps_per_epoch", new double[] {1});
    inputs.put("epochs", new double[] {count});
    double[] rates = new double[count];
    double[] momenta = new double[count];
    List<String> entries = new ArrayList<>(List.of("init", "train_step"));
    program.entry("epoch_end").ifPresent(end -> entries.add(end.name()));
    try (Loaded loaded = machine.load(program, entries)) {
      loaded.run("init", inputs);
      for (int i = 0; i < count; i++) {
        inputs.put("step", new double[] {i + 1});
        inputs.put("epoch", new double[] {i});
        Results results = loaded.run("train_step", inputs);
        rates[i] = results.get("lr")[0];
        momenta[i] = results.find("momentum").map(each -> each[0]).orElse(Double.NaN);
        if (watched.isPresent() && entries.contains("epoch_end")) {
          inputs.put("watched", new double[] {watched.get()[i]});
          loaded.run("epoch_end", inputs);
        }
      }
    }
    return List.of(rates, momenta);
  }

  private static Program program(String name, String optimizer, String schedule) {
    String text =
        """
        model M(x: f32[1]) { linear(1) }
        train M { data random loss mse optimizer %s schedule %s }
        """
            .formatted(optimizer, schedule);
    return FrontEnd.check(new SourceFile(name, text), Imports.none(), Map.of())
        .model(Optional.empty())
        .program(ProgramOptions.of(1));
  }
}
