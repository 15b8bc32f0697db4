// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.lsp.DlServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc lsp}. */
@Command(
    name = "lsp",
    description = "Tells editors what they ask about programs, by the Language Server Protocol.",
    footer = {
      "",
      "Editors start it themselves and talk to it over standard input and output: mistakes while one",
      "types, shapes and documentation, completion, definitions, renaming, layout. docs/editors.md",
      "says how to set them up.",
      "",
      "Example:",
      "  dlc lsp"
    })
final class LspCommand implements Callable<Integer> {

  @Mixin
  @SuppressWarnings("UnusedVariable") // for the options that every command has
  private Output output;

  @Option(names = "--stdio", hidden = true, description = "Some editors say so; it is always so.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean isStdio;

  @Override
  public Integer call() {
    // Whatever a library prints must not get between the messages of the protocol.
    System.setOut(System.err);
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    return DlServer.serve(System.in, out) ? 0 : Failures.WRONG_PROGRAM;
  }
}
