// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class FmtCommandTest {

  private static final String UGLY = "model  M( x:f32[4] ) { linear( 2 )\nrelu }  // end\n";
  private static final String TIDY =
      """
      model M(x: f32[4]) {
        linear(2)
        relu
      }  // end
      """;

  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void rewritesWhatDiffers() throws IOException {
    Path ugly = write("ugly.dl", UGLY);
    Path tidy = write("tidy.dl", TIDY);
    Shell shell = Shell.dlc("fmt", ugly, tidy);
    assertThat(shell.code()).isZero();
    assertThat(shell.err()).isEqualTo("laid out " + ugly + "\n");
    assertThat(ugly).hasContent(TIDY);
    assertThat(Shell.dlc("fmt", ugly).err()).isEmpty();
  }

  @Test
  void checkNamesWhatDiffersAndChangesNothing() throws IOException {
    Path ugly = write("ugly.dl", UGLY);
    Path tidy = write("tidy.dl", TIDY);
    Shell shell = Shell.dlc("fmt", "--check", ugly, tidy);
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.out()).isEqualTo(ugly + "\n");
    assertThat(ugly).hasContent(UGLY);
    assertThat(Shell.dlc("fmt", "--check", tidy).code()).isZero();
  }

  @Test
  void reportsSyntaxErrorsAndDoesTheOtherFiles() throws IOException {
    Path broken = write("broken.dl", "model M(x: f32[4] {}");
    Path ugly = write("ugly.dl", UGLY);
    Shell shell = Shell.dlc("fmt", broken, ugly);
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0001]", "broken.dl:1:");
    assertThat(ugly).hasContent(TIDY);
    assertThat(broken).hasContent("model M(x: f32[4] {}");
  }

  @Test
  void readsStandardInput() {
    StringWriter out = new StringWriter();
    byte[] bytes = UGLY.getBytes(StandardCharsets.UTF_8);
    CommandLine line = new CommandLine(new FmtCommand(new ByteArrayInputStream(bytes)));
    assertThat(line.setOut(new PrintWriter(out, true)).execute("-")).isZero();
    assertThat(out).hasToString(TIDY);
  }

  @Test
  void saysWhatCannotBeRead() {
    Shell shell = Shell.dlc("fmt", folder.resolve("none.dl"));
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("there is no such file");
  }
}
