// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.Span;
import java.util.List;
import java.util.Optional;

/** What has a value: at compile time, or a tensor's. */
public sealed interface Expression {

  Span span();

  record IntLiteral(long value, Span span) implements Expression {}

  record FloatLiteral(double value, Span span) implements Expression {}

  record BoolLiteral(boolean value, Span span) implements Expression {}

  record StringLiteral(String value, Span span) implements Expression {}

  /** {@code [1, 2]}. */
  record ListLiteral(List<Expression> items, Span span) implements Expression {}

  record NameUse(String name, Span span) implements Expression {}

  /** {@code function(arguments)}. */
  record Call(Name function, List<Argument> arguments, Span span) implements Expression {}

  /** {@code it.shape}, {@code emb.weight}. */
  record Member(Expression owner, Name member, Span span) implements Expression {}

  /** {@code x[0:16, :, ::2]}. */
  record Index(Expression owner, List<Subscript> subscripts, Span span) implements Expression {}

  /** {@code i}, or {@code from:to:step} with any of the three left out. */
  record Subscript(
      boolean isRange,
      Optional<Expression> from,
      Optional<Expression> to,
      Optional<Expression> step,
      Span span) {}

  enum UnaryOperator {
    NEGATE("-"),
    NOT("not");

    private final String text;

    UnaryOperator(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  record Unary(UnaryOperator operator, Expression operand, Span span) implements Expression {}

  enum BinaryOperator {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    REMAINDER("%"),
    POWER("^"),
    MATMUL("@"),
    EQUAL("=="),
    UNEQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">="),
    AND("and"),
    OR("or");

    private final String text;

    BinaryOperator(String text) {
      this.text = text;
    }

    /** The operator written {@code text}, which must be one. */
    public static BinaryOperator of(String text) {
      for (BinaryOperator operator : values()) {
        if (operator.text.equals(text)) {
          return operator;
        }
      }
      throw new IllegalArgumentException("no operator " + text);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  record Binary(BinaryOperator operator, Expression lhs, Expression rhs, Span span)
      implements Expression {}

  /** {@code x -> label: layer}. */
  record Applied(Expression input, LayerUse use, Span span) implements Expression {}

  /** {@code if condition { a } else { b }}. */
  record Choose(Expression condition, Expression then, Expression otherwise, Span span)
      implements Expression {}

  /** A clause of a scan: {@code x in sequence} or {@code h = start}. */
  record ScanClause(Name name, boolean isSequence, Expression value) {}

  /** {@code scan x in it, h = zeros([n]) { … yield h }}. */
  record Scan(List<ScanClause> clauses, Body body, Span span) implements Expression {}
}
