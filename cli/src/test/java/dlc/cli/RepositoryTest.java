// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds what is promised of every file of the repository; each failure lists all offenders. */
final class RepositoryTest {

  private static final int MOST_LINES = 500;
  private static final String LICENSE_LINE = "// SPDX-License-Identifier: Apache-2.0";
  private static final Set<String> NOT_OURS = Set.of("target", ".git", "runs", "node_modules");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s#]+)(?:#[^)]*)?\\)");
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");

  private static final Path ROOT = root();
  private static final List<Path> FILES = files();

  @Test
  void everyJavaFileNamesItsLicense() {
    assertNone(
        java(),
        file -> text(file).startsWith(LICENSE_LINE + "\n") ? "" : "line 1 is not " + LICENSE_LINE);
  }

  @Test
  void everyJavaFileIsShort() {
    assertNone(
        java(),
        file -> {
          long lines = text(file).lines().count();
          return lines < MOST_LINES ? "" : lines + " lines, but files here have < " + MOST_LINES;
        });
  }

  @Test
  void everyPackageIsIntroduced() {
    List<Path> packages =
        java()
            .filter(file -> file.toString().contains("/src/main/java/"))
            .filter(file -> !file.toString().contains("/src/it/")) // projects of users
            .map(ROOT::relativize)
            .map(Path::getParent)
            .distinct()
            .toList();
    assertNone(
        packages.stream(),
        folder -> {
          Path info = ROOT.resolve(folder).resolve("package-info.java");
          if (!Files.exists(info)) {
            return "has no package-info.java";
          }
          return text(info).contains("/**") && text(info).contains("@NullMarked")
              ? ""
              : "package-info.java lacks its Javadoc or @NullMarked";
        });
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() {
    assertNone(
        named(".md"),
        file -> {
          List<String> dangling = new ArrayList<>();
          Matcher link = LINK.matcher(CODE_BLOCK.matcher(text(file)).replaceAll(""));
          while (link.find()) {
            String target = link.group(1);
            boolean isRelative = !target.contains(":");
            if (isRelative && !Files.exists(file.resolveSibling(target))) {
              dangling.add(target);
            }
          }
          return dangling.isEmpty() ? "" : "links lead nowhere: " + String.join(", ", dangling);
        });
  }

  @Test
  void everyGoldenFileSaysHowItIsRun() {
    assertNone(
        FILES.stream()
            .filter(file -> file.toString().contains("/src/test/golden/"))
            .filter(file -> !file.toString().contains("/golden/imported/")),
        file -> text(file).startsWith("// RUN: dlc ") ? "" : "line 1 is not '// RUN: dlc COMMAND'");
  }

  /** Fails with every file that {@code complaint} has something to say about. */
  private static void assertNone(Stream<Path> files, Function<Path, String> complaint) {
    List<Path> all = files.toList();
    assertThat(all).as("the files to look at").isNotEmpty();
    assertThat(all)
        .filteredOn(file -> !complaint.apply(file).isEmpty())
        .map(file -> ROOT.relativize(ROOT.resolve(file)) + ": " + complaint.apply(file))
        .isEmpty();
  }

  private static Stream<Path> java() {
    return named(".java");
  }

  private static Stream<Path> named(String ending) {
    return FILES.stream().filter(file -> file.toString().endsWith(ending));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /** The folder of the launcher: tests run in the folder of their module, or in the root. */
  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Stream.<Path>iterate(here, folder -> folder != null, Path::getParent)
        .filter(folder -> Files.isRegularFile(folder.resolve("dlc")))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no repository around " + here));
  }

  private static List<Path> files() {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return NOT_OURS.contains(folder.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              files.add(file);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files.stream().sorted().toList();
  }
}
