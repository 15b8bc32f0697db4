// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.Devices;
import dlc.driver.parity.BackendMachine;
import dlc.driver.parity.CaseReport;
import dlc.driver.parity.Comparison;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Parity;
import dlc.opencl.device.OpenCl;
import dlc.runtime.file.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc parity}. */
@Command(
    name = "parity",
    description = "Compares what dlc computes with cases that a reference recorded.",
    footer = {
      "",
      "A line of the table is the largest error of its part, beside the tolerance. Exits with 1",
      "when an error is larger.",
      "",
      "Example:",
      "  dlc parity cases/01_mlp cases/02_cnn"
    })
final class ParityCommand implements Callable<Integer> {

  /** Cases are too small to be worth more. */
  private static final int THREADS = 1;

  /** How long the names of parts and arrays and the figures are, but for a few. */
  private static final int PART = 9;

  private static final int ARRAY = 36;
  private static final int NUMBER = 9;

  @Mixin private Output output;

  @Parameters(
      arity = "1..*",
      paramLabel = "CASE",
      description = "Folders with a manifest.json, or folders of such folders.")
  private List<Path> folders = List.of();

  @Option(names = "--strict", description = "Count what cannot be run as a miss.")
  private boolean isStrict;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "What computes: cpu, interpreter or opencl (default: cpu).")
  private String device = "cpu";

  @Override
  public Integer call() {
    List<CaseReport> reports = new ArrayList<>();
    try (Machine machine = machine(device)) {
      List<Path> cases = folders.stream().flatMap(each -> Parity.cases(each).stream()).toList();
      List<Integer> widths = widths(cases);
      print(
          new Table(3, widths)
              .row("case", "part", "largest error in", "error", "tolerance", "used", ""));
      for (Path each : cases) {
        output.detail("comparing " + each);
        CaseReport report = Parity.run(each, machine);
        Table part = new Table(3, widths);
        addTo(part, report);
        print(part);
        reports.add(report);
      }
    }
    conclude(reports);
    boolean agrees =
        reports.stream()
            .allMatch(
                report -> report.misses().isEmpty() && !(isStrict && !report.notRun().isEmpty()));
    return agrees ? 0 : 1;
  }

  /** The machine that the option {@code --device} names. */
  static Machine machine(String device) {
    if (Devices.isCpu(device)) {
      return new CpuMachine(THREADS);
    }
    if (device.equals("interpreter")) {
      return new InterpreterMachine();
    }
    if (OpenCl.isNamed(device)) {
      return new BackendMachine(OpenCl.open(device));
    }
    throw Devices.unknown(
        device, "--device takes cpu, interpreter, opencl, opencl:1 or opencl:part-of-a-name");
  }

  /** Cases take long on some devices, so each is told when it is done. */
  private void print(Table part) {
    output.out().print(part);
    output.out().flush();
  }

  private static List<Integer> widths(List<Path> cases) {
    int name =
        cases.stream().mapToInt(each -> each.getFileName().toString().length()).max().orElse(0);
    return List.of(name, PART, ARRAY, NUMBER, NUMBER, NUMBER);
  }

  private void conclude(List<CaseReport> reports) {
    for (CaseReport report : reports) {
      report
          .notRun()
          .forEach(
              part ->
                  output
                      .out()
                      .println(
                          "not run: %s, %s: %s"
                              .formatted(report.name(), part.part(), part.reason())));
    }
    output
        .out()
        .println(
            Text.of(
                "%d cases, %d arrays compared, %d misses, %d parts not run",
                reports.size(),
                reports.stream().mapToInt(report -> report.comparisons().size()).sum(),
                reports.stream().mapToInt(report -> report.misses().size()).sum(),
                reports.stream().mapToInt(report -> report.notRun().size()).sum()));
    output.out().flush();
  }

  private void addTo(Table table, CaseReport report) {
    List<Comparison> shown =
        output.isVerbose() ? report.comparisons() : worstOfEachPart(report.comparisons());
    for (Comparison each : shown) {
      table.row(
          report.name(),
          each.part(),
          each.name(),
          Text.of("%.1e", each.error()),
          Text.of("%.1e", each.tolerance()),
          Text.of("%.0f%%", 100 * each.ratio()),
          each.isMiss() ? "MISS" : "");
    }
  }

  private static List<Comparison> worstOfEachPart(List<Comparison> comparisons) {
    Map<String, Comparison> worst = new LinkedHashMap<>();
    for (Comparison comparison : comparisons) {
      worst.merge(
          comparison.part(), comparison, (one, other) -> other.ratio() > one.ratio() ? other : one);
    }
    return List.copyOf(worst.values());
  }
}
