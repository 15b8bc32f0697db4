// SPDX-License-Identifier: Apache-2.0
package dlc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Turns a folder of golden files into tests.
 *
 * <p>The system property {@code bless} updates files in place of comparing them: {@code true} all
 * of them, a path only those at or below it.
 */
public final class GoldenTests {

  private static final Path ROOT = Path.of("src", "test", "golden");

  private GoldenTests() {}

  /** One test for each file at any depth of {@code src/test/golden/folder}; at least one. */
  public static List<DynamicTest> under(String folder, Tool tool) {
    List<Path> files = filesBelow(ROOT.resolve(folder));
    if (files.isEmpty()) {
      throw new AssertionError("no golden files in " + ROOT.resolve(folder).toAbsolutePath());
    }
    return files.stream().map(file -> test(file, tool)).toList();
  }

  private static List<Path> filesBelow(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DynamicTest test(Path file, Tool tool) {
    String name = ROOT.relativize(file).toString().replace('\\', '/');
    return DynamicTest.dynamicTest(name, file.toUri(), () -> check(file, tool, blesses(file)));
  }

  private static boolean blesses(Path file) {
    String bless = System.getProperty("bless", "false");
    return switch (bless) {
      case "false" -> false;
      case "true", "" -> true;
      default -> file.toAbsolutePath().startsWith(Path.of(bless).toAbsolutePath());
    };
  }

  /** Compares what {@code tool} prints with the file, or updates the file. */
  static void check(Path file, Tool tool, boolean bless) throws Exception {
    GoldenFile golden = GoldenFile.read(file);
    String actual = normalized(tool.run(golden.command(), golden.input(), file));
    if (actual.equals(golden.expected())) {
      return;
    }
    if (bless) {
      Files.writeString(file, golden.with(actual));
      return;
    }
    throw new AssertionError(
        """
        %s no longer produces what it says.
        --- expected
        %s--- actual
        %s--- run './dlc bless %s' if the new output is right\
        """
            .formatted(file, golden.expected(), actual, file.toAbsolutePath()));
  }

  /** Lines without trailing blanks, each ended, no empty lines at the end. */
  private static String normalized(String output) {
    return output
        .stripTrailing()
        .lines()
        .map(line -> line.stripTrailing() + "\n")
        .collect(Collectors.joining());
  }
}
