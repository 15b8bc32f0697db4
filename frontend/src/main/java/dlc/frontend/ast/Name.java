// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.Span;

/** A name where it stands in the text. */
public record Name(String text, Span span) {

  @Override
  public String toString() {
    return text;
  }
}
