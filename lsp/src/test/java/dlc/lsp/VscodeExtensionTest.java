// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Runs the tests of the extension for VS Code, which tokenize programs, and packs it.
 *
 * <p>Skipped where there is no Node, or its packages cannot be had.
 */
final class VscodeExtensionTest {

  private static final Path FOLDER = Path.of("..", "editors", "vscode");

  private record Outcome(int code, String text) {}

  private static Outcome run(String... command) throws Exception {
    Path log = Files.createTempFile("npm", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(FOLDER.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      boolean ended = process.waitFor(180, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      String text = Files.readString(log, StandardCharsets.UTF_8);
      return new Outcome(ended ? process.exitValue() : -1, text);
    } catch (IOException missing) {
      return new Outcome(-1, missing.toString());
    } finally {
      Files.deleteIfExists(log);
    }
  }

  @Test
  void colorsProgramsAndIsPacked() throws Exception {
    assumeTrue(run("npm", "--version").code() == 0, "there is no npm: the extension is not tested");
    if (!Files.exists(FOLDER.resolve("node_modules/vscode-textmate"))) {
      Outcome installed = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
      assumeTrue(installed.code() == 0, "npm ci fails: the extension is not tested");
    }
    Outcome tested = run("npm", "test");
    assertThat(tested.code()).as(tested.text()).isZero();
    Outcome packed = run("npm", "run", "package");
    assertThat(packed.code()).as(packed.text()).isZero();
    assertThat(packed.text()).contains("dlc.vsix");
  }

  @Test
  void theLockFileNamesNoHost() throws IOException {
    assertThat(Files.readString(FOLDER.resolve("package-lock.json"))).doesNotContain("resolved");
  }
}
