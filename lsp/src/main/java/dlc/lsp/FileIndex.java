// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.frontend.parse.Lexeme;
import dlc.frontend.parse.Lexeme.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The names that a text declares, found by its words alone, so that half of a file is enough.
 *
 * <p>Names within a declaration are taken to be known in all of it.
 */
final class FileIndex {

  private static final Set<String> DECLARING =
      Set.of("param", "layer", "fn", "model", "optimizer", "loss", "initializer", "schedule");

  /** Where a file asks for another. */
  record Import(String path, Span span) {}

  private final SourceFile source;
  private final List<Lexeme> words = new ArrayList<>();
  private final List<Lexeme> comments = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();
  private final List<Import> imports = new ArrayList<>();
  private final List<Span> trains = new ArrayList<>();

  private FileIndex(SourceFile source) {
    this.source = source;
  }

  static FileIndex of(SourceFile source) {
    FileIndex index = new FileIndex(source);
    for (Lexeme lexeme : Lexeme.of(source)) {
      (lexeme.kind() == Kind.COMMENT ? index.comments : index.words).add(lexeme);
    }
    index.declarations();
    return index;
  }

  SourceFile source() {
    return source;
  }

  /** All but comments. */
  List<Lexeme> words() {
    return words;
  }

  List<Symbol> symbols() {
    return symbols;
  }

  List<Import> imports() {
    return imports;
  }

  /** The sections that say how to train. */
  List<Span> trains() {
    return trains;
  }

  boolean isInComment(int offset) {
    return comments.stream()
        .anyMatch(each -> each.span().start() < offset && offset <= each.span().end());
  }

  /** The place in {@link #words} of the word that ends at or holds {@code offset}, or -1. */
  int wordAt(int offset) {
    int low = 0;
    int high = words.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Span span = words.get(middle).span();
      if (span.end() < offset) {
        low = middle + 1;
      } else if (span.start() > offset) {
        high = middle - 1;
      } else {
        // Between two words that touch, the one that is a name is meant.
        boolean isNext =
            span.end() == offset
                && words.get(middle).kind() != Kind.WORD
                && middle + 1 < words.size()
                && words.get(middle + 1).span().start() == offset;
        boolean isBefore =
            span.start() == offset
                && words.get(middle).kind() != Kind.WORD
                && middle > 0
                && words.get(middle - 1).span().end() == offset;
        return isNext ? middle + 1 : isBefore ? middle - 1 : middle;
      }
    }
    return -1;
  }

  /** The declaration around {@code offset}, if any. */
  Optional<Span> home(int offset) {
    return symbols.stream()
        .filter(symbol -> !symbol.isLocal())
        .map(Symbol::range)
        .filter(range -> range.start() <= offset && offset <= range.end())
        .findFirst();
  }

  private Lexeme word(int i) {
    return words.get(i);
  }

  private boolean is(int i, String text) {
    return i >= 0 && i < words.size() && words.get(i).is(text);
  }

  private boolean isName(int i) {
    return i >= 0 && i < words.size() && words.get(i).kind() == Kind.WORD;
  }

  private void declarations() {
    int i = 0;
    while (i < words.size()) {
      int next = end(i);
      Span range = word(i).span().to(word(Math.max(i, next - 1)).span());
      if (is(i, "import") && i + 1 < words.size()) {
        String quoted = word(i + 1).text();
        String path = quoted.length() > 1 ? quoted.substring(1, quoted.length() - 1) : "";
        imports.add(new Import(path, word(i + 1).span()));
      } else if (is(i, "train")) {
        trains.add(range);
      } else if (DECLARING.contains(word(i).text()) && isName(i + 1) && i + 1 < next) {
        declaration(i, next, range);
      }
      i = next;
    }
  }

  /** Where the declaration that begins at {@code i} ends: at the next one outside of brackets. */
  private int end(int i) {
    int depth = 0;
    for (int j = i + 1; j < words.size(); j++) {
      boolean startsLine = startsLine(j);
      boolean isDeclaration =
          (DECLARING.contains(word(j).text()) || is(j, "train") || is(j, "import"))
              && (isName(j + 1) || is(j, "import"));
      // A declaration at the margin begins one also where a bracket before it was left open.
      if (isDeclaration && startsLine && (depth <= 0 || word(j).span().column() == 1)) {
        return j;
      }
      depth += change(j);
    }
    return words.size();
  }

  private boolean startsLine(int j) {
    return word(j - 1).span().line() != word(j).span().line() || is(j - 1, "}") || is(j - 1, ";");
  }

  private int change(int i) {
    if (word(i).kind() != Kind.SIGN) {
      return 0;
    }
    return switch (word(i).text()) {
      case "(", "[", "{" -> 1;
      case ")", "]", "}" -> -1;
      default -> 0;
    };
  }

  private void declaration(int first, int next, Span range) {
    int header = header(first, next);
    List<Symbol> locals = new ArrayList<>();
    List<String> parameters = parameters(first, header, range, locals);
    String signature =
        source
            .text()
            .substring(range.start(), word(Math.max(first, header - 1)).span().end())
            .replaceAll("\\s+", " ")
            .replace("( ", "(");
    Symbol.Kind kind = Symbol.Kind.valueOf(word(first).text().toUpperCase(Locale.ROOT));
    symbols.add(
        new Symbol(
            kind,
            word(first + 1).span(),
            range,
            Optional.empty(),
            signature,
            doc(range.start()),
            parameters));
    symbols.addAll(locals);
    for (int i = header; i < next; i++) {
      local(i, range);
    }
  }

  /** Where the header ends and the body or value begins. */
  private int header(int first, int next) {
    int depth = 0;
    for (int i = first + 2; i < next; i++) {
      boolean isEnd = is(i, "{") || (is(i, "=") && !is(first, "param"));
      if (isEnd && depth == 0) {
        return i;
      }
      depth += change(i);
    }
    return next;
  }

  private List<String> parameters(int first, int header, Span range, List<Symbol> locals) {
    List<String> names = new ArrayList<>();
    if (!is(first + 2, "(")) {
      return names;
    }
    int depth = 0;
    for (int i = first + 2; i < header; i++) {
      depth += change(i);
      boolean begins = depth == 1 && (i == first + 2 || is(i, ","));
      if (begins && isName(i + 1)) {
        names.add(word(i + 1).text());
        int end = i + 1;
        for (int inner = 1; end + 1 < header; end++) {
          inner += change(end + 1);
          if (inner == 0 || (inner == 1 && is(end + 1, ","))) {
            break;
          }
        }
        Span whole = word(i + 1).span().to(word(end).span());
        locals.add(local(Symbol.Kind.PARAMETER, i + 1, whole, range));
      }
      if (depth == 0) {
        break;
      }
    }
    return names;
  }

  private static Symbol local(Symbol.Kind kind, Lexeme name, Span whole, Span home) {
    return new Symbol(kind, name.span(), whole, Optional.of(home), whole.text(), "", List.of());
  }

  private Symbol local(Symbol.Kind kind, int name, Span whole, Span home) {
    return local(kind, word(name), whole, home);
  }

  /** Notes what the word at {@code i} declares within {@code home}, if anything. */
  private void local(int i, Span home) {
    boolean declares =
        is(i, "let")
            || ((is(i, "weight") || is(i, "buffer")) && (is(i + 2, ":") || is(i + 2, "as")))
            || (is(i, "state") && (is(i + 2, "=") || is(i + 2, ":")));
    if (declares && isName(i + 1)) {
      boolean isWeight = is(i, "weight") || is(i, "buffer");
      Span whole = word(i).span().to(word(i + 1).span());
      symbols.add(local(isWeight ? Symbol.Kind.WEIGHT : Symbol.Kind.VARIABLE, i + 1, whole, home));
    } else if (is(i, "for")) {
      for (int j = i + 1; isName(j) && (is(j + 1, ",") || is(j + 1, "in")); j += 2) {
        symbols.add(local(Symbol.Kind.VARIABLE, j, word(j).span(), home));
      }
    } else if (is(i, "scan") && isName(i + 1)) {
      scan(i, home);
    } else if (isLabel(i)) {
      symbols.add(local(Symbol.Kind.LABEL, i, word(i).span().to(word(i + 2).span()), home));
    }
  }

  private void scan(int i, Span home) {
    int depth = 0;
    for (int j = i; j < words.size() && !(depth == 0 && is(j, "{")); j++) {
      depth += change(j);
      boolean begins = depth == 0 && (j == i || is(j, ","));
      boolean names = is(j + 2, "in") || is(j + 2, "=");
      if (begins && isName(j + 1) && names && !is(j + 1, "reverse")) {
        symbols.add(local(Symbol.Kind.VARIABLE, j + 1, word(j + 1).span(), home));
      }
    }
  }

  /** Whether a label begins at {@code i}: {@code conv1: conv2d}, not a bound or a type. */
  private boolean isLabel(int i) {
    boolean hasForm =
        isName(i)
            && !is(i, "_")
            && is(i + 1, ":")
            && (isName(i + 2) || is(i + 2, "repeat") || is(i + 2, "for"));
    boolean isDeclared = is(i - 1, "weight") || is(i - 1, "buffer") || is(i - 1, "state");
    return hasForm && !isDeclared && bracket(i) != '[' && bracket(i) != '(';
  }

  /** The bracket that is open before the word at {@code i}, or a space. */
  char bracket(int i) {
    int opener = opener(i);
    return opener < 0 ? ' ' : word(opener).text().charAt(0);
  }

  /** The innermost bracket that is open before the word at {@code i}, or -1. */
  int opener(int i) {
    int depth = 0;
    for (int j = Math.min(i, words.size()) - 1; j >= 0; j--) {
      depth += change(j);
      if (depth > 0) {
        return j;
      }
      boolean isMargin = word(j).span().column() == 1 && DECLARING.contains(word(j).text());
      if (isMargin) {
        return -1;
      }
    }
    return -1;
  }

  private String doc(int start) {
    List<String> lines = new ArrayList<>();
    int line = source.line(start);
    for (int i = comments.size() - 1; i >= 0; i--) {
      Lexeme comment = comments.get(i);
      if (comment.span().start() > start) {
        continue;
      }
      if (!comment.isDoc() || comment.span().line() != line - 1) {
        break;
      }
      lines.addFirst(comment.text().substring(3).strip());
      line--;
    }
    return String.join("\n", lines);
  }
}
