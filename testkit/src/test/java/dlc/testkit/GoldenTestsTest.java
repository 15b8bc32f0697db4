// SPDX-License-Identifier: Apache-2.0
package dlc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

final class GoldenTestsTest {

  @TempDir Path folder;

  @TestFactory
  List<DynamicTest> goldens() {
    return GoldenTests.under("reverse", GoldenTestsTest::reverse);
  }

  /** Every line after the first, backwards. */
  private static String reverse(List<String> command, String input, Path file) {
    assertThat(command).containsExactly("reverse", "--words");
    return input
        .lines()
        .skip(1)
        .map(line -> new StringBuilder(line).reverse().toString())
        .collect(Collectors.joining("\n"));
  }

  @Test
  void aFolderWithoutFilesFails() {
    assertThatThrownBy(() -> GoldenTests.under("nowhere", GoldenTestsTest::reverse))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no golden files in");
  }

  @Test
  void aDifferenceIsShownWithTheCommandThatAcceptsIt() throws IOException {
    Path file = write("// RUN: dlc reverse --words\nabc\n\n//| abc\n");
    assertThatThrownBy(() -> GoldenTests.check(file, GoldenTestsTest::reverse, false))
        .hasMessageContaining("--- expected\nabc\n--- actual\ncba\n--- run './dlc bless ")
        .hasMessageContaining(file.toString());
  }

  @Test
  void blessingWritesWhatIsThenRead() throws Exception {
    Path file = write("// RUN: dlc reverse --words\nabc\n\ndef\n");
    GoldenTests.check(file, GoldenTestsTest::reverse, true);
    assertThat(file)
        .content()
        .isEqualTo("// RUN: dlc reverse --words\nabc\n\ndef\n\n//| cba\n//|\n//| fed\n");
    GoldenTests.check(file, GoldenTestsTest::reverse, false);
  }

  @Test
  void blessingNoOutputLeavesNoMarks() throws Exception {
    Path file = write("// RUN: dlc reverse --words\nabc\n\n//| old\n");
    GoldenTests.check(file, (command, input, path) -> "", true);
    assertThat(file).content().isEqualTo("// RUN: dlc reverse --words\nabc\n");
  }

  @Test
  void aFileWithoutRunLineIsRefused() throws IOException {
    Path file = write("abc\n");
    assertThatThrownBy(() -> GoldenTests.check(file, GoldenTestsTest::reverse, false))
        .hasMessageContaining("must begin with '// RUN: dlc COMMAND'");
  }

  @Test
  void outputInTheMiddleIsRefused() throws IOException {
    Path file = write("// RUN: dlc reverse --words\n//| abc\nabc\n");
    assertThatThrownBy(() -> GoldenTests.check(file, GoldenTestsTest::reverse, false))
        .hasMessageContaining("lines that are not at its end");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("golden.txt"), text);
  }
}
