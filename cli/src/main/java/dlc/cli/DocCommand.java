// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.NearestName;
import dlc.frontend.DocPrinter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dlc doc}. */
@Command(
    name = "doc",
    description = "Describes a layer, function, loss or optimizer; lists all names without one.",
    footer = {"", "Example:", "  dlc doc conv2d"})
final class DocCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private Output output;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "A name of the standard library.")
  private Optional<String> name;

  @Override
  public Integer call() {
    if (name.isEmpty()) {
      DocPrinter.names().forEach(output.out()::println);
      return 0;
    }
    String text = DocPrinter.of(name.get()).orElseThrow(() -> unknown(name.get()));
    output.out().print(text);
    output.out().flush();
    return 0;
  }

  private ParameterException unknown(String wanted) {
    String near =
        NearestName.of(wanted, DocPrinter.names())
            .map("; did you mean '%s'?"::formatted)
            .orElse("; dlc doc lists all names");
    return new ParameterException(
        spec.commandLine(),
        "the standard library has nothing called '%s'%s".formatted(wanted, near));
  }
}
