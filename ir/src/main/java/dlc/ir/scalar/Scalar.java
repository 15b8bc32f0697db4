// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import dlc.ir.DType;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * An expression for one element. Ops declare their value with it, kernels compute it.
 *
 * <p>It never has a narrow type: what is loaded from memory of one is an f32 from there on, and
 * what is stored into it is rounded.
 */
public sealed interface Scalar {

  /** The element of operand {@code index} that stands here, in the declaration of an op. */
  record Arg(int index) implements Scalar {}

  record Literal(double value, DType type) implements Scalar {}

  record Unary(UnaryFn fn, Scalar operand) implements Scalar {}

  record Binary(BinaryFn fn, Scalar lhs, Scalar rhs) implements Scalar {}

  /**
   * {@code x * y + z} of floats, rounded once, where the processor has an instruction for it; it
   * rounds the product, too, where it has none.
   */
  record Fma(Scalar x, Scalar y, Scalar z) implements Scalar {}

  /** {@code whenTrue} where {@code test} holds. */
  record Select(Scalar test, Scalar whenTrue, Scalar whenFalse) implements Scalar {}

  /** Converted, or, where {@code target} is narrow, an f32 rounded to what that type can hold. */
  record Cast(DType target, Scalar operand) implements Scalar {}

  /** The value of an index, as i32. */
  record Position(Index index) implements Scalar {}

  /** A {@link Philox} number in {@code [0, 1)} that depends on nothing else. */
  record Uniform(int stream, Scalar seed, Scalar step, Index element) implements Scalar {}

  /** An element of a buffer, or {@code otherwise} where {@code when} fails. */
  record Load(Buffer buffer, List<Index> at, Condition when, double otherwise) implements Scalar {
    public Load {
      at = List.copyOf(at);
    }
  }

  /** Whether a condition holds. */
  record Holds(Condition when) implements Scalar {}

  /** What a {@code let} of the kernel named. */
  record Local(String name, DType type) implements Scalar {}

  /** The element type; an {@link Arg} has none yet. */
  default DType type() {
    return switch (this) {
      case Arg arg -> throw new IllegalStateException("untyped argument " + arg.index());
      case Literal literal -> literal.type();
      case Unary unary -> unary.fn() == UnaryFn.NOT ? DType.BOOL : unary.operand().type();
      case Binary binary -> binary.fn().isComparison() ? DType.BOOL : binary.lhs().type();
      case Fma fma -> fma.z().type();
      case Select select -> select.whenTrue().type();
      case Cast cast -> cast.target().computed();
      case Position _ -> DType.I32;
      case Uniform _ -> DType.F32;
      case Holds _ -> DType.BOOL;
      case Load load -> load.buffer().type().dtype().computed();
      case Local local -> local.type();
    };
  }

  /** The same with its direct parts rewritten. */
  default Scalar mapParts(UnaryOperator<Scalar> scalar, UnaryOperator<Index> index) {
    return switch (this) {
      case Arg arg -> arg;
      case Literal literal -> literal;
      case Local local -> local;
      case Unary(UnaryFn fn, Scalar x) -> new Unary(fn, scalar.apply(x));
      case Binary(BinaryFn fn, Scalar x, Scalar y) ->
          new Binary(fn, scalar.apply(x), scalar.apply(y));
      case Fma(Scalar x, Scalar y, Scalar z) ->
          new Fma(scalar.apply(x), scalar.apply(y), scalar.apply(z));
      case Select(Scalar test, Scalar x, Scalar y) ->
          new Select(scalar.apply(test), scalar.apply(x), scalar.apply(y));
      case Cast(DType target, Scalar x) -> new Cast(target, scalar.apply(x));
      case Position(Index at) -> new Position(index.apply(at));
      case Holds(Condition when) -> new Holds(when.map(index));
      case Uniform(int stream, Scalar seed, Scalar step, Index element) ->
          new Uniform(stream, scalar.apply(seed), scalar.apply(step), index.apply(element));
      case Load(Buffer buffer, List<Index> at, Condition when, double otherwise) ->
          new Load(buffer, at.stream().map(index).toList(), when.map(index), otherwise);
    };
  }

  /** The direct parts that are scalars. */
  default List<Scalar> parts() {
    return switch (this) {
      case Arg _, Literal _, Local _, Position _, Holds _, Load _ -> List.of();
      case Unary unary -> List.of(unary.operand());
      case Binary binary -> List.of(binary.lhs(), binary.rhs());
      case Fma fma -> List.of(fma.x(), fma.y(), fma.z());
      case Select select -> List.of(select.test(), select.whenTrue(), select.whenFalse());
      case Cast cast -> List.of(cast.operand());
      case Uniform uniform -> List.of(uniform.seed(), uniform.step());
    };
  }

  /** The direct parts that are indices. */
  default List<Index> indices() {
    return switch (this) {
      case Arg _, Literal _, Local _, Unary _, Binary _, Fma _, Select _, Cast _ -> List.of();
      case Holds holds -> holds.when().tests().stream().map(Condition.Test::index).toList();
      case Position position -> List.of(position.index());
      case Uniform uniform -> List.of(uniform.element());
      case Load load -> load.at();
    };
  }

  /** The same with loop counters replaced. */
  default Scalar substitute(Function<LoopVar, Index> replacement) {
    return mapParts(part -> part.substitute(replacement), index -> index.substitute(replacement));
  }

  /** Whether its value can change with {@code loop}; locals count as independent. */
  default boolean dependsOn(LoopVar loop) {
    return parts().stream().anyMatch(part -> part.dependsOn(loop))
        || indices().stream().anyMatch(index -> index.dependsOn(loop))
        || (this instanceof Load load && load.when().dependsOn(loop));
  }

  /** The declaration of an op with its arguments filled in. */
  default Scalar fill(List<Scalar> arguments) {
    return switch (this) {
      case Arg arg -> arguments.get(arg.index());
      default ->
          mapParts(
              part -> part.fill(arguments),
              index -> index.mapDynamic(value -> value.fill(arguments)));
    };
  }

  /** The same with every literal of the type that {@code type} is computed in. */
  default Scalar withLiterals(DType type) {
    return switch (this) {
      case Literal literal -> literal(literal.value(), type);
      default -> mapParts(part -> part.withLiterals(type), index -> index);
    };
  }

  /** A number of the type that {@code type} is computed in. */
  static Scalar literal(double value, DType type) {
    return new Literal(value, type.computed());
  }

  default Scalar plus(Scalar other) {
    return new Binary(BinaryFn.ADD, this, other);
  }

  default Scalar minus(Scalar other) {
    return new Binary(BinaryFn.SUB, this, other);
  }

  default Scalar times(Scalar other) {
    return new Binary(BinaryFn.MUL, this, other);
  }

  default Scalar over(Scalar other) {
    return new Binary(BinaryFn.DIV, this, other);
  }

  /** {@code this * factor + term}, rounded once. */
  default Scalar timesPlus(Scalar factor, Scalar term) {
    return new Fma(this, factor, term);
  }

  default Scalar is(BinaryFn comparison, Scalar other) {
    return new Binary(comparison, this, other);
  }

  default Scalar choose(Scalar whenTrue, Scalar whenFalse) {
    return new Select(this, whenTrue, whenFalse);
  }

  default Scalar then(UnaryFn fn) {
    return new Unary(fn, this);
  }
}
