// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.Workbench;
import dlc.driver.health.Overfit;
import dlc.runtime.file.Json;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc overfit}. */
@Command(
    name = "overfit",
    description = "Tries to learn a single batch by heart: can the model of FILE learn at all?",
    footer = {
      "",
      "A model that is put together rightly can. Exits with 1 where it cannot, and says what may",
      "be the matter. The learning rate is the program's, without its schedule; nothing is saved.",
      "",
      "Example:",
      "  dlc overfit samples/digits.dl --steps 100"
    })
final class OverfitCommand implements Callable<Integer> {

  private static final int STEPS = 300;

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Give up after so many steps (default: " + STEPS + ").")
  private int steps = STEPS;

  @Option(names = "--json", description = "Print a JSON document.")
  private boolean isJson;

  @Override
  public Integer call() {
    if (steps < 1) {
      throw new UserError(Code.BAD_OPTION, "--steps is %d, it must be at least 1".formatted(steps));
    }
    try (Workbench bench = run.open()) {
      Overfit result = Overfit.run(bench, steps);
      if (isJson) {
        output.out().println(json(result));
      } else {
        result.symptoms().forEach(output::warn);
        output.out().print(TextCurve.of("step", 1, result.losses()));
        output.out().println(verdict(result));
      }
      output.out().flush();
      return result.verdict() == Overfit.Verdict.LEARNS ? 0 : 1;
    }
  }

  private static String verdict(Overfit result) {
    String facts =
        "after %s the loss on %s is %s, it was %s; %s"
            .formatted(
                Words.counted(result.losses().size(), "step"),
                Words.counted(result.samples(), "sample"),
                Words.number(result.losses().getLast()),
                Words.number(result.losses().getFirst()),
                "when evaluated: " + Words.figures("", result.last()));
    return switch (result.verdict()) {
      case LEARNS -> "yes, it can learn: " + facts;
      case SLOW ->
          "slowly: %s\n  = help: try more --steps, or a larger learning rate (now %s): dlc lr-find"
              .formatted(facts, Words.rate(result.rate()));
      case FAILS ->
          ("no, it does not learn: %s\n  = help: look at the layers and the loss; try another"
                  + " learning rate (now %s): dlc lr-find")
              .formatted(facts, Words.rate(result.rate()));
      case DIVERGES ->
          "no, it diverges: %s\n  = help: lower the learning rate (now %s): dlc lr-find"
              .formatted(facts, Words.rate(result.rate()));
    };
  }

  private static String json(Overfit result) {
    return "{\"verdict\":%s,\"samples\":%d,\"steps\":%d,\"lr\":%s,\"first\":%s,\"last\":%s,%s}"
        .formatted(
            Json.quoted(result.verdict().name().toLowerCase(Locale.ROOT)),
            result.samples(),
            result.losses().size(),
            Json.number(result.rate()),
            Words.json(result.first()),
            Words.json(result.last()),
            "\"losses\":[%s],\"warnings\":[%s]"
                .formatted(
                    numbers(result.losses()),
                    result.symptoms().stream()
                        .map(each -> Json.quoted(each.code().id() + ": " + each.message()))
                        .collect(Collectors.joining(","))));
  }

  private static String numbers(List<Double> losses) {
    return losses.stream().map(Json::number).collect(Collectors.joining(","));
  }
}
