// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.drawing.Drawing;
import dlc.frontend.CheckedModel;
import dlc.runtime.file.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc graph}. */
@Command(
    name = "graph",
    description = "Draws the network of FILE: layers with shapes and weights, and what joins them.",
    footer = {
      "",
      "The ending of the name says what is written: .svg, .png, or .html for a page to move about in.",
      "",
      "Example:",
      "  dlc graph samples/resnet18.dl -o resnet18.svg"
    })
final class GraphCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private ProgramArguments program;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "Where to write the picture: a .svg, .png or .html.")
  private Path file;

  @Override
  public Integer call() {
    String name = file.toString().toLowerCase(Locale.ROOT);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    if (!ending.equals("svg") && !ending.equals("png") && !ending.equals("html")) {
      throw new UserError(Code.BAD_OPTION, "-o is %s, the ending is not known".formatted(file))
          .help("end the name with .svg, .png or .html");
    }
    CheckedModel model = program.load().checked().model(program.model());
    Drawing drawing = Drawing.of(model);
    byte[] content =
        switch (ending) {
          case "png" -> drawing.png();
          case "html" -> drawing.html().getBytes(StandardCharsets.UTF_8);
          default -> drawing.svg().getBytes(StandardCharsets.UTF_8);
        };
    AtomicFile.write(file, content);
    output.note("wrote " + file);
    return 0;
  }
}
