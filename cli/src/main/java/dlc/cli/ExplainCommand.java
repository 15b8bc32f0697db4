// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dlc explain}. */
@Command(
    name = "explain",
    description = "Explains a message by its code; lists all codes without one.",
    footer = {"", "Example:", "  dlc explain E0301"})
final class ExplainCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private Output output;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CODE",
      description = "A code such as E0301.")
  private Optional<String> id;

  @Override
  public Integer call() {
    if (id.isEmpty()) {
      output
          .out()
          .println(
              Arrays.stream(Code.values())
                  .map(code -> code.id() + "  " + firstSentence(code))
                  .collect(Collectors.joining("\n")));
      return 0;
    }
    Code code =
        Code.withId(id.get())
            .or(() -> Code.withId("E" + "0".repeat(Math.max(0, 4 - id.get().length())) + id.get()))
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "there is no code '%s'; dlc explain lists all".formatted(id.get())));
    output.out().println(code.id() + "\n\n" + code.explanation());
    return 0;
  }

  private static String firstSentence(Code code) {
    String text = code.explanation().replaceAll("\\s+", " ");
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1);
  }
}
