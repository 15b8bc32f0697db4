// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.report.Run;
import dlc.report.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code dlc runs}. */
@Command(
    name = "runs",
    description = "Lists the runs whose reports are in a folder.",
    subcommands = RunsCompareCommand.class,
    footer = {
      "",
      "Examples:",
      "  dlc runs",
      "  dlc runs compare runs/digits-20260131-120000 runs/digits-20260131-121500"
    })
final class RunsCommand implements Callable<Integer> {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
  private static final List<String> PARTS = List.of("test", "validation", "training");

  @Mixin private Output output;

  @Option(
      names = "--in",
      paramLabel = "DIR",
      description = "The folder of the runs (default: runs, or what $DLC_RUNS says).")
  private Optional<Path> parent;

  @Option(names = "--json", description = "Print a JSON array with an object for each run.")
  private boolean isJson;

  @Override
  public Integer call() {
    Path folder = parent.or(Reporting::runs).orElse(Path.of("runs"));
    List<Run> runs = Files.isDirectory(folder) ? RunFolder.runsIn(folder) : List.of();
    if (isJson) {
      JsonMapper mapper = JsonMapper.builder().build();
      output
          .out()
          .println(
              Words.json(runs.stream().map(run -> mapper.writeValueAsString(json(run))).toList()));
    } else if (runs.isEmpty()) {
      output.note("there are no runs in " + folder + "; dlc train writes one there each time");
    } else {
      output.out().print(table(runs));
    }
    output.out().flush();
    return 0;
  }

  private static Table table(List<Run> runs) {
    Table table = new Table(4);
    table.row("run", "model", "started", "state", "epochs", "loss", "accuracy", "on", "took");
    for (Run run : runs) {
      String part = measured(run);
      OptionalDouble seconds = run.seconds();
      table.row(
          run.name(),
          run.model(),
          time(run.started()),
          run.state().name().toLowerCase(Locale.ROOT),
          String.valueOf(run.epochs().size()),
          text(run.last(part, "loss"), "%.4f", 1),
          text(run.last(part, "accuracy"), "%.2f%%", 100),
          run.last(part, "loss").isPresent() ? part : "",
          seconds.isPresent() ? Words.seconds(seconds.getAsDouble()) : "");
    }
    return table;
  }

  /** The part of the data that says most about the run. */
  private static String measured(Run run) {
    return PARTS.stream()
        .filter(part -> run.last(part, "loss").isPresent())
        .findFirst()
        .orElse("training");
  }

  private static String text(OptionalDouble value, String format, int factor) {
    return value.isPresent()
        ? String.format(Locale.ROOT, format, factor * value.getAsDouble())
        : "";
  }

  private static String time(String started) {
    try {
      return TIME.format(Instant.parse(started).atZone(ZoneId.systemDefault()));
    } catch (DateTimeParseException _) {
      return "";
    }
  }

  private static ObjectNode json(Run run) {
    ObjectNode json = run.json();
    json.remove(List.of("steps", "results", "epochs"));
    json.put("epochs", run.epochs().size());
    if (!run.epochs().isEmpty()) {
      json.set("last", run.epochs().getLast());
    }
    return json;
  }
}
