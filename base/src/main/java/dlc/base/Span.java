// SPDX-License-Identifier: Apache-2.0
package dlc.base;

/**
 * A piece of a source text, from {@code start} to before {@code end}.
 *
 * <p>Every syntax tree node and every IR value has one, so that any phase can point at the line
 * that is to blame.
 */
public record Span(SourceFile source, int start, int end) {

  /** The span of what no source text stands for. */
  public static final Span NONE = new Span(SourceFile.NONE, 0, 0);

  /** The smallest span that holds both; {@code other} must lie in the same source. */
  public Span to(Span other) {
    return new Span(source, Math.min(start, other.start), Math.max(end, other.end));
  }

  public int line() {
    return source.line(start);
  }

  public int column() {
    return source.column(start);
  }

  public String text() {
    return source.text().substring(start, end);
  }

  /** {@code file:line:column}, as editors read it. */
  @Override
  public String toString() {
    return source.name() + ":" + line() + ":" + column();
  }
}
