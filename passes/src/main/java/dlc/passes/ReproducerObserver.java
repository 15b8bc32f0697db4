// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import dlc.ir.text.GraphPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the graph on which a pass failed to a file that runs that pass again.
 *
 * <p>The file is a golden test as soon as it is moved to {@code src/test/golden}.
 *
 * @param file where it is written, {@code dlc-crash.dlir} as a rule
 */
public record ReproducerObserver(Path file) implements Pipeline.Observer {

  /** The name that the file has as a rule. */
  public static final String FILE_NAME = "dlc-crash.dlir";

  @Override
  public void after(Pass pass, Graph before, Graph after) {}

  @Override
  public void failed(Pass pass, Graph before, RuntimeException failure) {
    String reason = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    String text =
        "// RUN: dlc opt --passes=%s\n// %s: %s\n\n%s"
            .formatted(
                pass.id(), failure.getClass().getSimpleName(), reason, GraphPrinter.print(before));
    try {
      Files.writeString(file, text);
    } catch (IOException unwritten) {
      failure.addSuppressed(unwritten);
    }
  }
}
