// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.Span;
import dlc.frontend.DocPrinter;
import dlc.frontend.parse.Lexeme;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.lsp4j.Hover;
import org.eclipse.lsp4j.MarkupContent;
import org.eclipse.lsp4j.MarkupKind;

/** Says what is known about the word below the pointer: shapes here, then what it is. */
final class Hovers {

  private Hovers() {}

  static Optional<Hover> at(int offset, FileIndex file, Names names, Optional<Analysis> analysis) {
    int i = file.wordAt(offset);
    if (i < 0 || file.isInComment(offset)) {
      return Optional.empty();
    }
    Lexeme word = file.words().get(i);
    Span place = word.span();
    List<String> parts = new ArrayList<>();
    analysis
        .map(each -> each.seen(place))
        .filter(seen -> !seen.isEmpty())
        .ifPresent(seen -> parts.add(String.join("  \n", seen)));
    about(i, word, file, names).ifPresent(parts::add);
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    MarkupContent content =
        new MarkupContent(MarkupKind.MARKDOWN, String.join("\n\n---\n\n", parts));
    return Optional.of(new Hover(content, Positions.of(place)));
  }

  private static Optional<String> about(int i, Lexeme word, FileIndex file, Names names) {
    if (word.kind() != Lexeme.Kind.WORD) {
      return Optional.empty();
    }
    if (Cursor.isSetting(file, i)) {
      return SettingDocs.of(word.text());
    }
    Optional<Symbol> symbol = names.meaning(i);
    return symbol.map(Hovers::text).or(() -> function(i, word, file));
  }

  private static Optional<String> function(int i, Lexeme word, FileIndex file) {
    boolean isCalled = i + 1 < file.words().size() && file.words().get(i + 1).is("(");
    return isCalled ? DocPrinter.of(word.text()).map(Hovers::page) : Optional.empty();
  }

  /** A declaration and its comment. */
  static String text(Symbol symbol) {
    String code = "```dl\n" + symbol.signature() + "\n```";
    return symbol.doc().isEmpty() ? code : code + "\n\n" + symbol.doc();
  }

  /** What {@code dlc doc} prints: a signature, then indented lines. */
  static String page(String text) {
    int end = text.indexOf('\n');
    String rest = end < 0 ? "" : text.substring(end).strip().replaceAll("(?m)^ +", "");
    return "```dl\n" + (end < 0 ? text : text.substring(0, end)) + "\n```\n\n" + rest;
  }
}
