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

  public void report(Diagnostic diagnostic) {
    Key key = new Key(diagnostic.code(), diagnostic.span(), diagnostic.message());
    if (reported.size() < LIMIT) {
      reported.putIfAbsent(key, diagnostic);
    }
  }

  public boolean isEmpty() {
    return reported.isEmpty();
  }

  public int count() {
    return reported.size();
  }

  /** All messages in the order of their places, file by file. */
  public List<Diagnostic> sorted() {
    List<SourceFile> files = new ArrayList<>();
    for (Diagnostic diagnostic : reported.values()) {
      if (!files.contains(diagnostic.span().source())) {
        files.add(diagnostic.span().source());
      }
    }
    return reported.values().stream()
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
