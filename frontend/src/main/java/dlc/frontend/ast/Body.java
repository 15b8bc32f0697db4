// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.Span;
import java.util.List;

/** The statements between two braces. */
public record Body(List<Statement> statements, Span span) {

  public Body {
    statements = List.copyOf(statements);
  }
}
