// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.base.CompilationFailed;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.grammar.DlParser;
import java.util.List;

/**
 * Lays a program out in the one way that all programs are laid out.
 *
 * <p>Words and comments stay what they are and in their order; spaces, line ends, indentation and
 * empty lines are made new. What is laid out already stays as it is, to the letter.
 */
public final class Formatter {

  private Formatter() {}

  /**
   * The text of {@code source}, laid out.
   *
   * @throws CompilationFailed when it is not dl
   */
  public static String format(SourceFile source) {
    List<Word> words = words(source);
    String text = Layout.of(words);
    List<String> before = words.stream().map(Word::text).toList();
    List<String> after =
        words(new SourceFile(source.name(), text)).stream().map(Word::text).toList();
    if (!before.equals(after)) {
      throw new IllegalStateException("laying out %s changed its words".formatted(source.name()));
    }
    return text;
  }

  private static List<Word> words(SourceFile source) {
    Diagnostics diagnostics = new Diagnostics();
    List<Word> words =
        Parser.parse(
                source,
                diagnostics,
                DlParser::file,
                (builder, tree) -> WordReader.read(builder.tokens(), tree))
            .orElse(List.of());
    diagnostics.throwIfAny();
    return words;
  }
}
