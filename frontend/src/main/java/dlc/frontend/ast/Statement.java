// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.Span;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One step of a body. */
public sealed interface Statement {

  Span span();

  /** {@code conv1: conv2d(16)}: applies a layer to the current value. */
  record Apply(LayerUse use, Span span) implements Statement {}

  /** {@code let skip = it}. */
  record Let(Name name, Expression value, Span span) implements Statement {}

  /** {@code it = it + skip}; in a scan also for its carried names. */
  record Assign(Name name, Expression value, Span span) implements Statement {}

  /** {@code running_mean := …}: the new value of a buffer, or of what an optimizer updates. */
  record Update(Name name, Expression value, Span span) implements Statement {}

  /** What a declared tensor is. */
  enum Storage {
    WEIGHT,
    BUFFER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * {@code weight w: f32[out, in] = kaiming_uniform}, and {@code buffer}.
   *
   * @param storedAs the name in state dicts where it is computed, as in {@code weight w as "w_l0"}
   */
  record Declare(
      Storage storage,
      Name name,
      Optional<Expression> storedAs,
      TypeSyntax type,
      Optional<Expression> initial,
      Span span)
      implements Statement {}

  /**
   * {@code state momentum_buffer = zeros}, which an optimizer keeps for each weight, or a schedule.
   *
   * @param type where it is not that of the weight, or of a rate
   */
  record State(Name name, Optional<TypeSyntax> type, Expression initial, Span span)
      implements Statement {}

  /** {@code label: repeat count { … }}. */
  record Repeat(Optional<Name> label, Expression count, Body body, Span span)
      implements Statement {}

  /** {@code label: for names in items { … }}, or {@code in items..end}. */
  record For(
      Optional<Name> label,
      List<Name> names,
      Expression items,
      Optional<Expression> end,
      Body body,
      Span span)
      implements Statement {}

  /** {@code if condition { … } else { … }}; an {@code else if} is an otherwise with one if. */
  record If(Expression condition, Body then, Optional<Body> otherwise, Span span)
      implements Statement {}

  /** {@code assert condition, "message", "help"}. */
  record Assert(
      Expression condition, Optional<Expression> message, Optional<Expression> help, Span span)
      implements Statement {}

  /** {@code return a, b}. */
  record Return(List<Expression> values, Span span) implements Statement {}

  /** {@code yield h}, in a scan. */
  record Yield(Expression value, Span span) implements Statement {}
}
