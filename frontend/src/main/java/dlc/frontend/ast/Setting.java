// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.Span;
import java.util.List;

/** One setting of a train section: {@code normalize mean=[0.5], std=[0.5]}. */
public record Setting(Name name, List<Argument> values, Span span) {

  public Setting {
    values = List.copyOf(values);
  }
}
