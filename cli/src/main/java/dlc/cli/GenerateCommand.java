// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.Generator;
import dlc.driver.Sampling;
import dlc.driver.Workbench;
import dlc.runtime.data.Vocabulary;
import dlc.runtime.file.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc generate}. */
@Command(
    name = "generate",
    description = "Writes text with a model that was trained on text.",
    footer = {
      "",
      "The data are not needed: the weights say what they stand for.",
      "",
      "Example:",
      "  dlc generate samples/tiny_gpt.dl --weights gpt.safetensors --prompt \"ROMEO:\" --length"
          + " 300"
    })
final class GenerateCommand implements Callable<Integer> {

  private static final int MOST = 10_000_000;

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(
      names = "--weights",
      paramLabel = "W",
      required = true,
      description = "The weights, as train --save wrote them.")
  private Path weights;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "How the text begins (default: a new line).")
  private String prompt = "";

  @Option(
      names = "--length",
      paramLabel = "N",
      description = "How many tokens to write (default: ${DEFAULT-VALUE}).")
  private int length = 200;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 is the likeliest token always, more is more daring (default: 1).")
  private double temperature = 1;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Choose among the K likeliest tokens only (default: among all).")
  private Optional<Integer> top;

  @Option(names = "--json", description = "Print a JSON object.")
  private boolean isJson;

  @Override
  public Integer call() {
    if (length < 1 || length > MOST) {
      throw new UserError(
          Code.BAD_OPTION, "--length is %d, it must be from 1 to %d".formatted(length, MOST));
    }
    try (Workbench bench = run.open()) {
      OptionalInt best = top.map(OptionalInt::of).orElse(OptionalInt.empty());
      Sampling sampling = new Sampling(temperature, best, bench.seed());
      Generator generator = Generator.of(bench, weights);
      Vocabulary vocabulary = generator.vocabulary();
      int[] start = vocabulary.encode(prompt);
      // A byte may be a part of a character, so that bytes are shown when all are there.
      boolean isAtOnce = isJson || vocabulary.unit() == Vocabulary.Unit.BYTE;
      List<Integer> tokens = new ArrayList<>();
      PrintWriter out = output.out();
      if (!isAtOnce) {
        out.print(prompt);
      }
      generator.run(
          start,
          length,
          sampling,
          token -> {
            tokens.add(token);
            if (!isAtOnce) {
              out.print(vocabulary.decode(token));
              out.flush();
            }
          });
      String text = vocabulary.decode(tokens.stream().mapToInt(Integer::intValue).toArray());
      if (isJson) {
        out.println(
            "{\"prompt\":%s,\"text\":%s}".formatted(Json.quoted(prompt), Json.quoted(text)));
      } else {
        out.println(isAtOnce ? prompt + text : "");
      }
    }
    return 0;
  }
}
