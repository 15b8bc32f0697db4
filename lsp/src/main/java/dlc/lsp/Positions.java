// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.SourceFile;
import dlc.base.Span;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;

/** Turns offsets into lines and columns, which both count UTF-16 units, and back. */
final class Positions {

  private Positions() {}

  static Position of(SourceFile source, int offset) {
    int within = Math.clamp(offset, 0, source.text().length());
    return new Position(source.line(within) - 1, source.column(within) - 1);
  }

  static Range of(Span span) {
    return new Range(of(span.source(), span.start()), of(span.source(), span.end()));
  }

  static Range whole(SourceFile source) {
    return new Range(new Position(0, 0), of(source, source.text().length()));
  }

  /** The offset of {@code position}; of one outside of the text, the nearest. */
  static int offset(SourceFile source, Position position) {
    String text = source.text();
    int start = 0;
    for (int line = 0; line < position.getLine(); line++) {
      int end = text.indexOf('\n', start);
      if (end < 0) {
        return text.length();
      }
      start = end + 1;
    }
    int end = text.indexOf('\n', start);
    return Math.min(start + Math.max(0, position.getCharacter()), end < 0 ? text.length() : end);
  }
}
