// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages that are made from the code are up to date; {@code -Dbless} writes them anew. */
final class GeneratedDocsTest {

  private static final Path DOCS = Path.of("..", "docs");
  private static final Path GOLDENS = Path.of("src", "test", "golden", "diagnostics");

  @Test
  void diagnosticsAreDocumented() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Diagnostics

            Every message of dlc has a code that stays the same. `dlc explain E0301` prints what
            stands here. This page is made from `Code`, its explanations and the golden files of
            `frontend/src/test/golden/diagnostics`.
            """);
    for (Code code : Code.values()) {
      page.append("\n## ").append(code.id()).append("\n\n");
      page.append(code.explanation().strip()).append('\n');
      example(code).ifPresent(each -> page.append("\n```\n").append(each).append("```\n"));
    }
    check(DOCS.resolve("diagnostics.md"), page.toString());
  }

  @Test
  void theStandardLibraryIsDocumented() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # The standard library

            Layers, functions, initializers, losses, optimizers and schedules, as `dlc doc NAME`
            prints them.
            Where a name has text, it is written in dl: `frontend/src/main/resources/dlc/std`.
            """);
    for (String name : DocPrinter.names()) {
      page.append("\n## ").append(name).append("\n\n```dl\n");
      page.append(DocPrinter.of(name).orElseThrow().stripTrailing()).append("\n```\n");
    }
    check(DOCS.resolve("library.md"), page.toString());
  }

  @Test
  void whatPyTorchHasIsInDl() throws IOException {
    check(DOCS.resolve("pytorch.md"), PyTorchTable.read().page());
  }

  private static Optional<String> example(Code code) {
    try (Stream<Path> files = Files.list(GOLDENS)) {
      String prefix = code.id().toLowerCase(Locale.ROOT) + "-";
      List<Path> shown =
          files.filter(file -> file.getFileName().toString().startsWith(prefix)).sorted().toList();
      if (shown.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          Files.readAllLines(shown.getLast()).stream()
              .filter(line -> line.startsWith("//|"))
              .map(line -> line.substring(Math.min(4, line.length())) + "\n")
              .collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(Path page, String text) throws IOException {
    if (!System.getProperty("bless", "false").equals("false")) {
      Files.writeString(page, text);
    }
    assertThat(Files.exists(page) ? Files.readString(page) : "")
        .as("%s is stale; './dlc bless' writes it anew", page)
        .isEqualTo(text);
  }
}
