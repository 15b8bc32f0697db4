// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.parse;

import dlc.base.SourceFile;
import dlc.base.Span;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/**
 * Turns ANTLR's places into spans.
 *
 * <p>ANTLR counts code points, spans count UTF-16 units; the two differ only in files with
 * characters beyond the basic plane.
 */
final class Places {

  private final SourceFile source;
  private final boolean plain;

  Places(SourceFile source) {
    this.source = source;
    this.plain = source.text().chars().noneMatch(c -> Character.isSurrogate((char) c));
  }

  SourceFile source() {
    return source;
  }

  Span of(Token token) {
    int start = offset(token.getStartIndex());
    int end = token.getType() == Token.EOF ? start : offset(token.getStopIndex() + 1);
    if (token.getType() == Token.EOF) {
      start = Math.max(0, source.text().stripTrailing().length() - 1);
      end = Math.min(source.text().length(), start + 1);
    }
    return new Span(source, start, Math.max(start, end));
  }

  Span of(ParserRuleContext tree) {
    return of(tree.getStart(), tree.getStop());
  }

  Span of(Token first, Token last) {
    return of(first).to(of(last));
  }

  private int offset(int codePoint) {
    return plain ? codePoint : source.text().offsetByCodePoints(0, codePoint);
  }
}
