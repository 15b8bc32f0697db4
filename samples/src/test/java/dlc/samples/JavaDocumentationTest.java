// SPDX-License-Identifier: Apache-2.0
package dlc.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every example of docs/java.md is a program, and runs as its reader would run it. */
final class JavaDocumentationTest {

  private static final Path PAGE = Path.of("..", "docs", "java.md");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(dl|java)\n(.*?)^```");

  @TempDir private Path folder;

  @TestFactory
  List<DynamicTest> examples() throws IOException {
    List<MatchResult> blocks = BLOCK.matcher(Files.readString(PAGE)).results().toList();
    List<DynamicTest> tests = new ArrayList<>();
    for (MatchResult block : blocks) {
      if (block.group(1).equals("java")) {
        int number = tests.size() + 1;
        tests.add(
            DynamicTest.dynamicTest(
                "example " + number, () -> run(number, block.group(2), blocks)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(3);
    return tests;
  }

  private void run(int number, String example, List<MatchResult> blocks) throws Exception {
    Path place = Files.createDirectories(folder.resolve("example" + number));
    for (MatchResult block : blocks) {
      if (block.group(1).equals("dl")) {
        Files.writeString(place.resolve("points.dl"), block.group(2));
      }
    }
    Path file = Files.writeString(place.resolve("Example.java"), example);
    Path output = place.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                file.toString())
            .directory(place.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    String printed = Files.readString(output);
    assertThat(process.exitValue()).as(printed).isZero();
    assertThat(printed).isNotBlank().doesNotContain("Exception");
  }
}
