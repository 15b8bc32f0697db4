// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.CompilationFailed;
import dlc.base.Diagnostic;
import dlc.base.Reason;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.driver.ModelFile;
import dlc.frontend.parse.Formatter;
import dlc.runtime.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc fmt}. */
@Command(
    name = "fmt",
    description = "Lays programs out: indentation, spaces, line ends. Comments stay.",
    footer = {
      "",
      "Files are rewritten where they differ; with - the text goes from standard input to standard",
      "output. --check writes nothing: it names the files that differ and exits with 1.",
      "",
      "Examples:",
      "  dlc fmt samples/*.dl",
      "  dlc fmt --check model.dl",
      "  dlc fmt - < model.dl"
    })
final class FmtCommand implements Callable<Integer> {

  private static final String STANDARD_INPUT = "-";

  private final InputStream in;

  @Mixin private Output output;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Programs; - for standard input.")
  private List<String> files = new ArrayList<>();

  @Option(names = "--check", description = "Name the files that would change, and change none.")
  private boolean isCheck;

  FmtCommand() {
    this(System.in);
  }

  /** What formats the text of {@code in} where a file is called {@code -}. */
  FmtCommand(InputStream in) {
    this.in = in;
  }

  @Override
  public Integer call() {
    List<Diagnostic> wrong = new ArrayList<>();
    int differing = 0;
    for (String file : files) {
      try {
        differing += format(file);
      } catch (CompilationFailed failed) {
        wrong.addAll(failed.diagnostics());
      }
    }
    output.out().flush();
    if (!wrong.isEmpty()) {
      throw new CompilationFailed(wrong);
    }
    return isCheck && differing > 0 ? Failures.WRONG_PROGRAM : 0;
  }

  /** The number of files that differ from their layout: 1 or 0. */
  private int format(String name) {
    boolean isStandardInput = name.equals(STANDARD_INPUT);
    SourceFile source = isStandardInput ? standardInput() : ModelFile.source(Path.of(name));
    String text = Formatter.format(source);
    boolean differs = !text.equals(source.text());
    if (isCheck && differs) {
      output.out().println(source.name());
    } else if (isStandardInput && !isCheck) {
      output.out().print(text);
    } else if (differs) {
      write(Path.of(name), text);
      output.note("laid out " + name);
    }
    return differs ? 1 : 0;
  }

  private SourceFile standardInput() {
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      String text = decoder.decode(ByteBuffer.wrap(in.readAllBytes())).toString();
      return new SourceFile("<standard input>", text);
    } catch (CharacterCodingException _) {
      throw new UserError(Code.CANNOT_READ, "standard input", "it is not UTF-8 text")
          .help("save the program as UTF-8");
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_READ, "standard input", Reason.of(failure));
    }
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
