// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the messages of a phase; a message given twice counts once. */
public final class Diagnostics {

  /** Nobody reads more; a broken file can produce very many. */
  private static final int LIMIT = 100;

  private record Key(Code code, Span span, String message) {}

  private final Map<Key, Diagnostic> reported = new LinkedHashMap<>();
  private final Map<Key, Diagnostic> consequences = new LinkedHashMap<>();

  public void report(Diagnostic diagnostic) {
    add(diagnostic, reported);
  }

  /** Counts what only follows from a mistake that is reported; it is shown if that is not. */
  public void reportConsequence(Diagnostic diagnostic) {
    add(diagnostic, consequences);
  }

  private static void add(Diagnostic diagnostic, Map<Key, Diagnostic> all) {
    Key key = new Key(diagnostic.code(), diagnostic.span(), diagnostic.message());
    if (all.size() < LIMIT) {
      all.putIfAbsent(key, diagnostic);
    }
  }

  public boolean isEmpty() {
    return count() == 0;
  }

  public int count() {
    return reported.size() + consequences.size();
  }

  /** All messages in the order of their places, file by file. */
  public List<Diagnostic> sorted() {
    Map<Key, Diagnostic> shown = reported.isEmpty() ? consequences : reported;
    List<SourceFile> files = new ArrayList<>();
    for (Diagnostic diagnostic : shown.values()) {
      if (!files.contains(diagnostic.span().source())) {
        files.add(diagnostic.span().source());
      }
    }
    return shown.values().stream()
        .sorted(
            Comparator.comparingInt((Diagnostic each) -> files.indexOf(each.span().source()))
                .thenComparingInt(each -> each.span().start()))
        .toList();
  }

  /** The boundary of a phase: ends it when anything was reported. */
  public void throwIfAny() {
    if (!isEmpty()) {
      throw new CompilationFailed(sorted());
    }
  }
}
