// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.File;
import dlc.frontend.elaborate.Library;
import dlc.frontend.library.Functions;
import dlc.frontend.library.Primitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What stands in the library is documented, and what the language promises stands in it. */
final class LibraryDocsTest {

  /** A shape, such as {@code [channels, height, width]} or {@code [...]}. */
  private static final Pattern SHAPE = Pattern.compile("\\[[^\\[\\]]+]");

  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");

  /** Words between quotes in the section about the library that are not names of it. */
  private static final Set<String> OTHER_WORDS =
      Set.of(
          "dlc",
          "doc",
          "out",
          "dims",
          "dim",
          "keep",
          "init",
          "bias_init",
          "padding",
          "time",
          "features",
          "hidden",
          "correction",
          "reflect",
          "replicate",
          "circular",
          "bilinear");

  @Test
  void layersAndFunctionsSayWhichShapesTheyTakeAndGive() {
    List<String> without = new ArrayList<>();
    for (Declaration declaration : declarations()) {
      switch (declaration) {
        case Declaration.Function each when lacksShape(each.doc()) ->
            without.add("fn " + each.name());
        case Declaration.Routine each
            when each.kind() == RoutineKind.LAYER && lacksShape(each.doc()) ->
            without.add("layer " + each.name());
        case Declaration _ -> {}
      }
    }
    Functions.all().stream()
        .filter(each -> lacksShape(each.doc()))
        .forEach(each -> without.add("fn " + each.name()));
    assertThat(without).isEmpty();
  }

  private static boolean lacksShape(String doc) {
    return !doc.isEmpty() && !SHAPE.matcher(doc).find();
  }

  @Test
  void whatHasNoCommentServesTheLibraryItself() throws IOException {
    String library = String.join("\n", texts());
    List<String> unused = new ArrayList<>();
    for (Declaration declaration : declarations()) {
      switch (declaration) {
        case Declaration.Function each when each.doc().isEmpty() ->
            addIfUnused(each.name().text(), 2, library, unused);
        case Declaration.Routine each when each.doc().isEmpty() ->
            addIfUnused(each.name().text(), 2, library, unused);
        case Declaration _ -> {}
      }
    }
    Functions.all().stream()
        .filter(each -> each.doc().isEmpty())
        .map(Primitive::name)
        .forEach(name -> addIfUnused(name, 1, library, unused));
    assertThat(unused).as("give it a comment with ///, or remove it").isEmpty();
  }

  private static void addIfUnused(String name, int uses, String library, List<String> unused) {
    if (Pattern.compile("\\b" + name + "\\b").matcher(library).results().count() < uses) {
      unused.add(name);
    }
  }

  @Test
  void whatTheLanguagePromisesIsThere() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "language.md"));
    int start = page.indexOf("## Layers of the standard library");
    String section = page.substring(start, page.indexOf("\n## ", start + 1));
    Set<String> promised =
        QUOTED
            .matcher(section)
            .results()
            .map(quoted -> quoted.group(1).replaceAll("\\([^)]*\\)*|=.*", " "))
            .flatMap(text -> NAME.matcher(text).results())
            .map(name -> name.group())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(promised).hasSizeGreaterThan(100);
    promised.removeAll(DocPrinter.names());
    promised.removeAll(OTHER_WORDS);
    assertThat(promised).isEmpty();
  }

  private static List<Declaration> declarations() {
    return Library.files().stream().map(File::declarations).flatMap(List::stream).toList();
  }

  private static List<String> texts() {
    return declarations().stream().map(each -> each.span().source().text()).distinct().toList();
  }
}
