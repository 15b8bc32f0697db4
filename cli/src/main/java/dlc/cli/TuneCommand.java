// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.Span;
import dlc.base.UserError;
import dlc.driver.Workbench;
import dlc.driver.profile.TilingFile;
import dlc.driver.profile.Tuner;
import dlc.runtime.file.Json;
import dlc.runtime.file.Text;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc tune}. */
@Command(
    name = "tune",
    description = "Measures other tilings of the products and convolutions of FILE.",
    footer = {
      "",
      "The fastest ones are kept by kernel and processor, for train, compile and all other commands.",
      "The file may be shared and deleted; DLC_TILINGS names another one.",
      "",
      "Examples:",
      "  dlc tune samples/digits.dl",
      "  dlc tune samples/simple_cnn.dl --data ~/data --threads 1 --tilings 20"
    })
final class TuneCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(
      names = "--tilings",
      paramLabel = "N",
      description = "How many to try of each kernel at most (default: 12).")
  private int alternatives = 12;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long to run with each (default: 0.3).")
  private double seconds = 0.3;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Keep them in this file instead of the usual one.")
  private Optional<Path> file;

  @Option(names = "--json", description = "Print a JSON document instead of the table.")
  private boolean isJson;

  @Override
  public Integer call() {
    if (alternatives < 2 || !(seconds > 0)) {
      throw new UserError(
          Code.BAD_OPTION, "--tilings must be at least 2, and --seconds greater than 0");
    }
    Path path = file.or(Tilings::path).orElseGet(CacheFolder::tilings);
    Tuner.Setup setup = new Tuner.Setup(alternatives);
    try (Workbench bench = run.open(setup::code)) {
      bench.section();
      Tuner.Result result =
          Tuner.run(
              bench,
              setup,
              seconds,
              (round, of) -> output.detail("round %d of %d".formatted(round + 1, of)));
      TilingFile kept = TilingFile.read(path);
      kept.warnings().forEach(warning -> output.note("note: " + warning));
      result.keep(kept, bench);
      output.detail(measured(result).stripTrailing());
      output.out().print(isJson ? json(result) + "\n" : table(result));
      output.out().flush();
      kept.write(path);
      output.note("%s keeps %d tilings".formatted(path, kept.size()));
    }
    return 0;
  }

  private static String table(Tuner.Result result) {
    Table table = new Table(3);
    table.row("kernel", "line", "tiling", "estimated", "fastest", "tried");
    for (Tuner.Row row : result.rows()) {
      table.row(
          row.kernel().name(),
          place(row.kernel().parts().getFirst().span()),
          row.isBetter() ? row.best() : "as estimated",
          micros(row.estimatedNanos()),
          micros(row.bestNanos()),
          Integer.toString(row.nanos().size()));
    }
    return table + (result.rows().stream().anyMatch(Tuner.Row::isBetter) ? step(result) : "");
  }

  /** Every tiling of every kernel, the estimated one first. */
  private static String measured(Tuner.Result result) {
    Table table = new Table(2);
    table.row("kernel", "tiling", "time");
    for (Tuner.Row row : result.rows()) {
      row.nanos().forEach((tiling, nanos) -> table.row(row.kernel().name(), tiling, micros(nanos)));
    }
    return table.toString();
  }

  private static String step(Tuner.Result result) {
    return "a step takes %s as estimated, %s with the fastest%s\n"
        .formatted(
            micros(result.estimatedNanos()),
            micros(result.tunedNanos()),
            result.isBetter() ? "" : ": nothing is won, nothing is kept");
  }

  private static String micros(double nanos) {
    return Text.of("%.2f µs", nanos * 1e-3);
  }

  private static String place(Span span) {
    return span.source().text().isEmpty() ? "" : span.source().name() + ":" + span.line();
  }

  private static String json(Tuner.Result result) {
    return result.rows().stream()
        .map(
            row ->
                "{\"kernel\":%s,\"line\":%s,\"estimated\":%s,\"fastest\":%s,\"estimated_ns\":%s,\"fastest_ns\":%s,\"tried\":%d,\"ns\":{%s}}"
                    .formatted(
                        Json.quoted(row.kernel().name()),
                        Json.quoted(place(row.kernel().parts().getFirst().span())),
                        Json.quoted(row.estimated()),
                        Json.quoted(row.best()),
                        Json.number(row.estimatedNanos()),
                        Json.number(row.bestNanos()),
                        row.nanos().size(),
                        times(row)))
        .collect(
            Collectors.joining(
                ",",
                "{\"kernels\":[",
                "],\"step_ns\":%s,\"tuned_step_ns\":%s,\"kept\":%b}"
                    .formatted(
                        Json.number(result.estimatedNanos()),
                        Json.number(result.tunedNanos()),
                        result.isBetter())));
  }

  private static String times(Tuner.Row row) {
    return row.nanos().entrySet().stream()
        .map(each -> Json.quoted(each.getKey()) + ":" + Json.number(each.getValue()))
        .collect(Collectors.joining(","));
  }
}
