// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DiagnosticTest {

  private static final SourceFile FILE = new SourceFile("a.dl", "one\n\ttwo three\n");

  private static Span span(String word) {
    int start = FILE.text().indexOf(word);
    return new Span(FILE, start, start + word.length());
  }

  @Test
  void rendersPlaceLabelNotesAndHelp() {
    Diagnostic diagnostic =
        Code.UNDEFINED_NAME
            .at(span("three"), "three")
            .withLabel("here")
            .withNote("a note")
            .withNote(span("one"), "another place")
            .withHelp("a way out");
    assertThat(diagnostic.render())
        .isEqualTo(
            """
            error[E0101]: no value named 'three' is in scope
             --> a.dl:2:6
              |
            2 | \ttwo three
              | \t    ^^^^^ here
              |
              = a note
              = a.dl:1:1: another place
              = help: a way out
            """
                .indent(1)
                .replaceFirst("^ ", ""));
  }

  @Test
  void everyCodeHasAnExplanationAndItsOwnNumber() {
    for (Code code : Code.values()) {
      assertThat(code.explanation()).isNotBlank();
      assertThat(Code.withId(code.id().toLowerCase(java.util.Locale.ROOT))).contains(code);
    }
  }

  @Test
  void aMessageIsCollectedOnceAndInOrder() {
    Diagnostics diagnostics = new Diagnostics();
    diagnostics.report(Code.UNDEFINED_NAME.at(span("two"), "two"));
    diagnostics.report(Code.UNDEFINED_NAME.at(span("one"), "one"));
    diagnostics.report(Code.UNDEFINED_NAME.at(span("two"), "two"));
    assertThat(diagnostics.sorted().stream().map(each -> each.span().text()))
        .containsExactly("one", "two");
  }

  @Test
  void findsTheNearestName() {
    List<String> known = List.of("linear", "conv2d", "relu");
    assertThat(NearestName.of("liner", known)).isEqualTo(Optional.of("linear"));
    assertThat(NearestName.of("cnov2d", known)).isEqualTo(Optional.of("conv2d"));
    assertThat(NearestName.of("softmax", known)).isEmpty();
  }
}
