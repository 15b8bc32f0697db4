// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.Span;
import dlc.frontend.parse.Lexeme;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Says what the names in a program mean: its own, those of its imports, and the library's. */
final class Names {

  private final FileIndex file;
  private final List<FileIndex> program;

  /**
   * @param file the text in question
   * @param program that text and all that it imports
   */
  Names(FileIndex file, List<FileIndex> program) {
    this.file = file;
    this.program = program;
  }

  /** What the word at {@code offset} means. */
  Optional<Symbol> at(int offset) {
    int i = file.wordAt(offset);
    return i < 0 ? Optional.empty() : meaning(i);
  }

  /** What the word at place {@code i} of the file means. */
  Optional<Symbol> meaning(int i) {
    Lexeme word = file.words().get(i);
    if (word.kind() != Lexeme.Kind.WORD || is(i - 1, ".")) {
      return Optional.empty();
    }
    Span span = word.span();
    Optional<Symbol> declared =
        file.symbols().stream().filter(each -> each.name().equals(span)).findFirst();
    if (declared.isPresent()) {
      return declared;
    }
    if (isArgumentName(i)) {
      return callee(i).flatMap(symbol -> parameter(symbol, word.text()));
    }
    boolean isCalled = is(i + 1, "(") && touches(i);
    boolean isKind = is(i - 1, ":") && is(i - 2, word.text());
    Optional<Symbol> local =
        isCalled || isKind ? Optional.empty() : local(word.text(), span.start());
    return local.or(() -> global(word.text(), i));
  }

  private boolean is(int i, String text) {
    return i >= 0 && i < file.words().size() && file.words().get(i).is(text);
  }

  private boolean touches(int i) {
    return file.words().get(i).span().end() == file.words().get(i + 1).span().start();
  }

  private boolean isArgumentName(int i) {
    return is(i + 1, "=") && file.bracket(i) == '(' && (is(i - 1, "(") || is(i - 1, ","));
  }

  /** What is called by the argument list around the word at {@code i}. */
  Optional<Symbol> callee(int i) {
    int opener = file.opener(i);
    if (opener < 1 || !is(opener, "(")) {
      return Optional.empty();
    }
    return file.words().get(opener - 1).kind() == Lexeme.Kind.WORD
        ? meaning(opener - 1)
        : Optional.empty();
  }

  private Optional<Symbol> parameter(Symbol callee, String name) {
    return all()
        .filter(each -> each.home().equals(Optional.of(callee.range())))
        .filter(each -> each.kind() == Symbol.Kind.PARAMETER && each.text().equals(name))
        .findFirst();
  }

  private Optional<Symbol> local(String name, int offset) {
    Optional<Span> home = file.home(offset);
    return home.isEmpty()
        ? Optional.empty()
        : file.symbols().stream()
            .filter(each -> each.home().equals(home) && each.text().equals(name))
            .findFirst();
  }

  /** What the program or else the library calls {@code name}; the place says of which kind. */
  private Optional<Symbol> global(String name, int i) {
    Optional<Symbol.Kind> wanted = wanted(i);
    List<Symbol> found = all().filter(each -> !each.isLocal() && each.text().equals(name)).toList();
    return found.stream()
        .filter(each -> wanted.isEmpty() || each.kind() == wanted.get())
        .findFirst()
        .or(() -> wanted.isPresent() ? Optional.empty() : found.stream().findFirst());
  }

  private Optional<Symbol.Kind> wanted(int i) {
    if (is(i - 1, "train")) {
      return Optional.of(Symbol.Kind.MODEL);
    }
    if (is(i - 1, "->") || (is(i - 1, ":") && file.bracket(i) == '{')) {
      return Optional.of(Symbol.Kind.LAYER);
    }
    if (is(i - 1, "optimizer") && inTrain(i)) {
      return Optional.of(Symbol.Kind.OPTIMIZER);
    }
    if (is(i - 1, "loss") && inTrain(i)) {
      return Optional.of(Symbol.Kind.LOSS);
    }
    return is(i - 1, "schedule") && inTrain(i)
        ? Optional.of(Symbol.Kind.SCHEDULE)
        : Optional.empty();
  }

  private boolean inTrain(int i) {
    int offset = file.words().get(i).span().start();
    return file.trains().stream().anyMatch(each -> each.start() < offset && offset < each.end());
  }

  private Stream<Symbol> all() {
    List<FileIndex> files = new ArrayList<>(program);
    files.addAll(Workspace.library());
    return files.stream().flatMap(each -> each.symbols().stream());
  }

  /** All that a name without a place may stand for. */
  List<Symbol> globals() {
    return all().filter(each -> !each.isLocal()).toList();
  }

  /** The names within the declaration around {@code offset}. */
  List<Symbol> locals(int offset) {
    Optional<Span> home = file.home(offset);
    return home.isEmpty()
        ? List.of()
        : file.symbols().stream().filter(each -> each.home().equals(home)).toList();
  }

  /** The places in this file that mean {@code symbol}. */
  List<Span> uses(Symbol symbol) {
    List<Span> places = new ArrayList<>();
    for (int i = 0; i < file.words().size(); i++) {
      boolean isSame =
          file.words().get(i).text().equals(symbol.text())
              && meaning(i).filter(found -> same(found, symbol)).isPresent();
      if (isSame) {
        places.add(file.words().get(i).span());
      }
    }
    return places;
  }

  /**
   * A name that is declared twice within one declaration counts as one; a file may have been read
   * more than once.
   */
  private static boolean same(Symbol a, Symbol b) {
    boolean isSamePlace =
        a.name().start() == b.name().start()
            && a.name().source().name().equals(b.name().source().name());
    return isSamePlace || (a.isLocal() && a.home().equals(b.home()) && a.text().equals(b.text()));
  }
}
