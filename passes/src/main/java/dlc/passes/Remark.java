// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.Span;

/**
 * Why something was not done that would have made a program faster.
 *
 * @param kind what was not done
 * @param span the place in the program that it is about
 * @param message what stands in the way
 */
public record Remark(Kind kind, Span span, String message) {

  /** What can be missed. */
  public enum Kind {
    /** Two values are computed in one kernel. */
    FUSE,
    /** A loop runs in vectors. */
    VECTORIZE,
    /** A kernel runs on all threads. */
    THREADS,
    /** A convolution is computed by products of transformed tiles. */
    WINOGRAD;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** {@code file:line:column: remark[fuse]: message}; without a place where no text is meant. */
  @Override
  public String toString() {
    String place = span.source().text().isEmpty() ? "" : span + ": ";
    return "%sremark[%s]: %s".formatted(place, kind, message);
  }
}
