// SPDX-License-Identifier: Apache-2.0
package dlc.base;

/**
 * The line that a span begins on and the carets below it. Of a very long line only what is near the
 * span is shown.
 */
record Excerpt(String text, String carets) {

  private static final int WIDTH = 100;
  private static final int BEFORE = 40;
  private static final String CUT = "…";

  static Excerpt of(Span span) {
    String line = span.source().lineText(span.line());
    int from = Math.min(span.column() - 1, line.length());
    int to = Math.clamp((long) from + (span.end() - span.start()), from, line.length());
    if (line.length() <= WIDTH) {
      return new Excerpt(line, carets(line, from, to));
    }
    int start = Math.max(0, Math.min(from - BEFORE, line.length() - WIDTH));
    int end = Math.min(line.length(), start + WIDTH);
    String head = start > 0 ? CUT : "";
    String text = head + line.substring(start, end) + (end < line.length() ? CUT : "");
    int shift = head.length() - start;
    return new Excerpt(text, carets(text, from + shift, Math.min(to, end) + shift));
  }

  /** Spaces (tabs stay tabs) up to the span, then a caret for each of its characters. */
  private static String carets(String line, int from, int to) {
    StringBuilder out = new StringBuilder();
    line.substring(0, from).codePoints().forEach(c -> out.append(c == '\t' ? '\t' : ' '));
    return out.append("^".repeat(Math.max(1, line.codePointCount(from, to)))).toString();
  }
}
