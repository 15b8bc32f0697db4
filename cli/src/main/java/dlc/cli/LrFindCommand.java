// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.Workbench;
import dlc.driver.health.RateSearch;
import dlc.report.plot.RatePlot;
import dlc.runtime.file.Json;
import dlc.runtime.file.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc lr-find}. */
@Command(
    name = "lr-find",
    description = "Looks for a learning rate for the model of FILE.",
    footer = {
      "",
      "Trains with a rate that grows from step to step and suggests the one at which the loss",
      "falls most steeply. The schedule is left out; weights and files are left as they are.",
      "",
      "Example:",
      "  dlc lr-find samples/digits.dl -o lr.svg"
    })
final class LrFindCommand implements Callable<Integer> {

  private static final int LINES = 16;

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(names = "--from", paramLabel = "LR", description = "The first rate (default: 1e-7).")
  private double from = RateSearch.Range.USUAL.from();

  @Option(names = "--to", paramLabel = "LR", description = "The last rate (default: 10).")
  private double to = RateSearch.Range.USUAL.to();

  @Option(names = "--steps", paramLabel = "N", description = "How many rates (default: 200).")
  private int steps = RateSearch.Range.USUAL.steps();

  @Option(names = "--init", paramLabel = "W", description = "Start with the weights in this file.")
  private Optional<Path> init;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PICTURE",
      description = "Draw the curve to this .svg or .png file.")
  private Optional<Path> picture;

  @Option(names = "--json", description = "Print a JSON document.")
  private boolean isJson;

  @Override
  public Integer call() {
    if (!(from > 0) || !(to > from) || Double.isInfinite(to)) {
      throw new UserError(
          Code.BAD_OPTION,
          "--from %s and --to %s are no range of learning rates".formatted(from, to));
    }
    picture
        .filter(path -> !RatePlot.isPicture(path))
        .ifPresent(
            path -> {
              throw new UserError(Code.BAD_OPTION, "-o %s is no picture".formatted(path))
                  .help("give a name that ends with .svg or .png");
            });
    if (steps < 10) {
      throw new UserError(Code.BAD_OPTION, "--steps is %d, 10 is the least".formatted(steps));
    }
    try (Workbench bench = run.open()) {
      RateSearch result = RateSearch.run(bench, new RateSearch.Range(from, to, steps), init);
      picture.ifPresent(path -> draw(result, path));
      output.out().print(isJson ? json(result) + "\n" : text(result, bench));
      output.out().flush();
      return result.suggestion().isPresent() ? 0 : 1;
    }
  }

  private static void draw(RateSearch result, Path path) {
    List<RateSearch.Point> points = result.points();
    new RatePlot(
            points.stream().map(RateSearch.Point::rate).toList(),
            points.stream().map(RateSearch.Point::loss).toList(),
            points.stream().map(RateSearch.Point::smoothed).toList(),
            result.suggestion())
        .write(path);
  }

  private static String text(RateSearch result, Workbench bench) {
    Table table = new Table(0);
    table.row("lr", "loss", "smoothed", "");
    List<RateSearch.Point> points = result.points();
    int between = Math.max(1, Math.ceilDiv(points.size(), LINES));
    for (int i = 0; i < points.size(); i++) {
      RateSearch.Point point = points.get(i);
      boolean isSuggested = result.suggestion().filter(rate -> rate == point.rate()).isPresent();
      if (i % between == 0 || isSuggested || i == points.size() - 1) {
        table.row(
            Text.of("%.2e", point.rate()),
            Words.number(point.loss()),
            Words.number(point.smoothed()),
            isSuggested ? "◀ steepest" : "          ");
      }
    }
    double now = bench.section().learningRate().orElse(0.0);
    return table
        + result
            .suggestion()
            .map(
                rate ->
                    "suggested learning rate: %s (the program has %s)\n"
                        .formatted(Text.of("%.2g", rate), Words.rate(now)))
            .orElse("the loss falls at none of these rates; dlc overfit looks for the reason\n");
  }

  private static String json(RateSearch result) {
    return "{\"suggestion\":%s,\"points\":[%s]}"
        .formatted(
            result.suggestion().map(Json::number).orElse("null"),
            result.points().stream()
                .map(
                    point ->
                        "{\"lr\":%s,\"loss\":%s,\"smoothed\":%s}"
                            .formatted(
                                Json.number(point.rate()),
                                Json.number(point.loss()),
                                Json.number(point.smoothed())))
                .collect(Collectors.joining(",")));
  }
}
