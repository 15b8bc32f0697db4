// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.File;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ParserTest {

  private final Diagnostics diagnostics = new Diagnostics();

  private File parse(String text) {
    return Parser.parse(new SourceFile("test.dl", text), diagnostics);
  }

  private List<Code> codes() {
    return diagnostics.sorted().stream().map(Diagnostic::code).toList();
  }

  @Test
  void keepsDocCommentsOfDeclarations() {
    File file = parse("/// One.\n/// Two.\nfn f(x) = x // three\n");
    assertThat(file.declarations())
        .singleElement()
        .isInstanceOfSatisfying(
            Declaration.Function.class, each -> assertThat(each.doc()).isEqualTo("One.\nTwo."));
  }

  @Test
  void placesFollowingCharactersBeyondTheBasicPlaneAreRight() {
    File file = parse("// \uD83D\uDE00\nfn f(x) = x");
    assertThat(file.declarations().getFirst().span().text()).isEqualTo("fn f(x) = x");
  }

  @Test
  void endlessOperatorsAreAnErrorAndNoStackOverflow() {
    parse("fn f(x) = " + "-".repeat(200_000) + "x");
    assertThat(codes()).containsExactly(Code.TOO_DEEP);
  }

  @Test
  void longSumsAreAnErrorAndNoStackOverflow() {
    parse("fn f(x) = x" + " + x".repeat(50_000));
    assertThat(codes()).containsExactly(Code.TOO_DEEP);
  }

  @Test
  void endlessElseIfIsAnErrorAndNoStackOverflow() {
    parse("layer a { " + "if x { } else ".repeat(20_000) + "{ } }");
    assertThat(codes()).containsExactly(Code.TOO_DEEP);
  }

  @Test
  void veryLargeFilesAreRefused() {
    parse(" ".repeat(4_000_001));
    assertThat(codes()).containsExactly(Code.FILE_TOO_LARGE);
  }

  @Test
  void reportsSeveralErrorsOfAFile() {
    parse("model A(x: f32[1]) { linear(3 }\nmodel B(x: f32[1]) { let = 3 }\n");
    assertThat(codes()).containsExactly(Code.SYNTAX, Code.SYNTAX);
  }
}
