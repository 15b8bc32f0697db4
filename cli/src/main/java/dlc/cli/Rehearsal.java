// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Commands that together need most classes, in one process: the launcher keeps what they load, so
 * that later commands start sooner.
 */
final class Rehearsal {

  private Rehearsal() {}

  /** Takes a program and a folder for what the commands write. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    String program = arguments[0];
    Path folder = Path.of(arguments[1]);
    int failures =
        Main.run(out, out, "train", program, "--steps", "3", "--report", folder.toString())
            + Main.run(out, out, "compile", program, "-o", folder.resolve("program").toString());
    System.exit(failures);
  }
}
