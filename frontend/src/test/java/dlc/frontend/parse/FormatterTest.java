// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.grammar.DlLexer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class FormatterTest {

  private static final Path ROOT = Path.of("..");
  private static final int LAYOUTS = 20;

  private static String format(String text) {
    return Formatter.format(new SourceFile("test.dl", text));
  }

  /** The programs of the repository that people read. */
  private static List<Path> programs() throws IOException {
    return files(path -> !path.contains("/src/test/"));
  }

  private static List<Path> files(Predicate<String> which) throws IOException {
    try (Stream<Path> paths = Files.walk(ROOT)) {
      return paths
          .filter(path -> path.toString().endsWith(".dl"))
          .filter(path -> !path.toString().contains("/target/"))
          .filter(path -> which.test(path.toString()))
          .sorted()
          .toList();
    }
  }

  @TestFactory
  Stream<DynamicTest> programsOfTheRepositoryAreLaidOut() throws IOException {
    List<Path> programs = programs();
    assertThat(programs).hasSizeGreaterThan(25);
    return programs.stream()
        .map(
            path ->
                DynamicTest.dynamicTest(
                    path.toString(),
                    () ->
                        assertThat(format(Files.readString(path)))
                            .isEqualTo(Files.readString(path))));
  }

  @TestFactory
  Stream<DynamicTest> layoutChangesNothingButSpace() throws IOException {
    return files(_ -> true).stream()
        .map(path -> DynamicTest.dynamicTest(path.toString(), () -> checkLayouts(path)));
  }

  private static void checkLayouts(Path path) throws IOException {
    String text = Files.readString(path);
    try {
      format(text);
    } catch (CompilationFailed _) {
      return; // a file that shows a syntax error
    }
    Random random = new Random(path.getFileName().toString().hashCode());
    for (int i = 0; i < LAYOUTS; i++) {
      String scrambled = i == 0 ? text : scrambled(text, random, i);
      String once = format(scrambled);
      assertThat(words(once)).as(scrambled).isEqualTo(words(text));
      assertThat(format(once)).as(scrambled).isEqualTo(once);
    }
  }

  private static List<Token> tokens(String text) {
    CommonTokenStream stream = new CommonTokenStream(new DlLexer(CharStreams.fromString(text)));
    stream.fill();
    return stream.getTokens();
  }

  /** Words and comments, in their order. */
  private static List<String> words(String text) {
    return tokens(text).stream()
        .filter(token -> token.getType() != DlLexer.SPACE)
        .map(token -> token.getText().strip())
        .toList();
  }

  /** The same words with other spaces and line ends, and comments that were not there. */
  private static String scrambled(String text, Random random, int round) {
    StringBuilder result = new StringBuilder();
    Token before = null;
    for (Token token : tokens(text)) {
      if (token.getType() == DlLexer.SPACE || token.getType() == Token.EOF) {
        continue;
      }
      boolean touches = token.getType() == DlLexer.CALL || token.getType() == DlLexer.INDEX;
      boolean endsLine = before != null && before.getText().startsWith("//");
      if (endsLine) {
        result.append(random.nextInt(3) == 0 ? "\n\n\n" : "\n");
      } else if (!touches && before != null) {
        int kind = random.nextInt(4 + 2 * round);
        result.append(kind == 0 ? "\n" : kind == 1 ? "\r\n\r\n\t" : kind == 2 ? "   " : " ");
      }
      result.append(token.getText());
      before = token;
    }
    return result.append(random.nextBoolean() ? "\n" : "").toString();
  }

  @Test
  void commentsStayWhereTheyAre() {
    String text =
        """
        // first

        /// What it is.
        model M(x: f32[4]) -> f32[2] { // the body
          /* before */ linear(8) /* between */ relu   // behind


          // alone
          linear(/* two */ 2)
          // last
        }
        // end
        """;
    assertThat(format(text))
        .isEqualTo(
            """
            // first

            /// What it is.
            model M(x: f32[4]) -> f32[2] {  // the body
              /* before */ linear(8) /* between */ relu  // behind

              // alone
              linear(/* two */ 2)
              // last
            }
            // end
            """);
  }

  @Test
  void everythingGetsItsPlace() {
    String text =
        """
        param  width:int=64
        fn half( x )=x/2
        layer block (c:int,stride = 1) { let y=it
        conv2d(c,3,stride = stride) relu
          if stride!=1 { it=it[ 0 : -1 , ::2 ]+y
          } else { relu } }
        train M { data digits( count=10 )  loss (mse)
        optimizer sgd(lr=-0.1), freeze = "a" augment random_flip }
        """;
    assertThat(format(text))
        .isEqualTo(
            """
            param width: int = 64
            fn half(x) = x / 2

            layer block(c: int, stride = 1) {
              let y = it
              conv2d(c, 3, stride=stride) relu
              if stride != 1 {
                it = it[0:-1, ::2] + y
              } else {
                relu
              }
            }

            train M {
              data      digits(count=10)
              loss      (mse)
              optimizer sgd(lr=-0.1), freeze="a"
              augment   random_flip
            }
            """);
  }

  @Test
  void longLinesAreWrapped() {
    String arguments =
        Stream.iterate(0, i -> i + 1)
            .limit(40)
            .map(i -> "argument_" + i + ": int = " + i)
            .collect(Collectors.joining(", "));
    String text =
        format("layer wide(" + arguments + ") { let y = it linear(10) relu it = it + y }");
    assertThat(text.lines()).allMatch(line -> line.length() <= 100);
    assertThat(text)
        .startsWith("layer wide(\n    argument_0: int = 0, argument_1")
        .endsWith("39) {\n  let y = it\n  linear(10) relu\n  it = it + y\n}\n");
    assertThat(format(text)).isEqualTo(text);
  }

  @Test
  void aVeryLongListTakesNoLongTime() {
    String items =
        Stream.iterate(0, i -> i + 1)
            .limit(100_000)
            .map(String::valueOf)
            .collect(Collectors.joining(","));
    String text = format("param list = [" + items + "]");
    assertThat(format(text)).isEqualTo(text);
  }

  @Test
  void emptyFilesStayEmpty() {
    assertThat(format("")).isEmpty();
    assertThat(format("\n\n")).isEmpty();
    assertThat(format("// only this\n\n\n")).isEqualTo("// only this\n");
  }

  @Test
  void whatIsNotDlIsLeftAlone() {
    assertThatThrownBy(() -> format("model {")).isInstanceOf(CompilationFailed.class);
  }
}
