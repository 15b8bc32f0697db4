// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The small rewritings of statements that schedules are made of. */
final class Rewriting {

  private Rewriting() {}

  /**
   * The statements with every scalar, also inside others and those that places and conditions
   * depend on, rewritten from the inside out.
   */
  static List<Stmt> mapScalars(List<Stmt> statements, UnaryOperator<Scalar> rewriting) {
    return statements.stream()
        .<Stmt>map(
            statement ->
                switch (statement) {
                  case Stmt.For(var counter, var kind, var body) ->
                      new Stmt.For(counter, kind, mapScalars(body, rewriting));
                  case Stmt.If(var when, var body) ->
                      new Stmt.If(
                          when.map(index -> deep(index, rewriting)), mapScalars(body, rewriting));
                  case Stmt.Let(var name, var value) -> new Stmt.Let(name, deep(value, rewriting));
                  case Stmt.Store(var buffer, var at, var value) ->
                      new Stmt.Store(
                          buffer,
                          at.stream().map(index -> deep(index, rewriting)).toList(),
                          deep(value, rewriting));
                  case Stmt.Declare declare -> declare;
                })
        .toList();
  }

  private static Scalar deep(Scalar scalar, UnaryOperator<Scalar> rewriting) {
    return rewriting.apply(
        scalar.mapParts(part -> deep(part, rewriting), index -> deep(index, rewriting)));
  }

  private static Index deep(Index index, UnaryOperator<Scalar> rewriting) {
    return index.mapDynamic(scalar -> deep(scalar, rewriting));
  }

  /** The statements with loop counters replaced. */
  static List<Stmt> substitute(List<Stmt> statements, Map<LoopVar, Index> replacement) {
    Function<LoopVar, Index> lookUp = loop -> replacement.getOrDefault(loop, loop.index());
    UnaryOperator<Index> move = index -> index.substitute(lookUp);
    return statements.stream()
        .<Stmt>map(
            statement ->
                switch (statement) {
                  case Stmt.For(var counter, var kind, var body) ->
                      new Stmt.For(counter, kind, substitute(body, replacement));
                  case Stmt.If(var when, var body) ->
                      new Stmt.If(when.map(move), substitute(body, replacement));
                  case Stmt.Let(var name, var value) ->
                      new Stmt.Let(name, value.substitute(lookUp));
                  case Stmt.Store(var buffer, var at, var value) ->
                      new Stmt.Store(
                          buffer, at.stream().map(move).toList(), value.substitute(lookUp));
                  case Stmt.Declare declare -> declare;
                })
        .toList();
  }

  /**
   * Replaces a register of one element by the element at {@code at} of a larger one.
   *
   * @param registers what each is replaced by
   */
  static List<Stmt> widen(List<Stmt> statements, Map<Buffer, Buffer> registers, List<Index> at) {
    List<Stmt> stores =
        statements.stream()
            .<Stmt>map(
                statement ->
                    statement instanceof Stmt.Store(var buffer, var _, var value)
                            && registers.containsKey(buffer)
                        ? new Stmt.Store(registers.get(buffer), at, value)
                        : statement)
            .toList();
    return mapScalars(
        stores,
        scalar ->
            scalar instanceof Scalar.Load load && registers.containsKey(load.buffer())
                ? new Scalar.Load(registers.get(load.buffer()), at, Condition.ALWAYS, 0)
                : scalar);
  }

  /** The statements on buffers of other names. */
  static List<Stmt> renamed(List<Stmt> statements, Map<String, String> names) {
    UnaryOperator<Buffer> rename =
        buffer ->
            new Buffer(
                names.getOrDefault(buffer.name(), buffer.name()), buffer.type(), buffer.space());
    return mapScalars(
        mapBuffers(statements, rename),
        scalar ->
            scalar instanceof Scalar.Load(var buffer, var at, var when, double otherwise)
                ? new Scalar.Load(rename.apply(buffer), at, when, otherwise)
                : scalar);
  }

  private static List<Stmt> mapBuffers(List<Stmt> statements, UnaryOperator<Buffer> rename) {
    return statements.stream()
        .<Stmt>map(
            statement ->
                switch (statement) {
                  case Stmt.For(var counter, var kind, var body) ->
                      new Stmt.For(counter, kind, mapBuffers(body, rename));
                  case Stmt.If(var when, var body) -> new Stmt.If(when, mapBuffers(body, rename));
                  case Stmt.Store(var buffer, var at, var value) ->
                      new Stmt.Store(rename.apply(buffer), at, value);
                  case Stmt.Declare(var buffer) -> new Stmt.Declare(rename.apply(buffer));
                  case Stmt.Let let -> let;
                })
        .toList();
  }

  /** New names for the registers that are declared in {@code block}. */
  static Map<String, String> numberedRegisters(List<Stmt> block, int number) {
    Map<String, String> names = new HashMap<>();
    for (Stmt statement : block) {
      if (statement instanceof Stmt.Declare(var buffer)) {
        names.put(buffer.name(), buffer.name() + "_" + number);
      }
    }
    return names;
  }

  /** The statements with {@code number} after the names of locals, and other names of registers. */
  static List<Stmt> numbered(List<Stmt> statements, Map<String, String> registers, int number) {
    return mapScalars(
        numberedLets(renamed(statements, registers), number),
        scalar ->
            scalar instanceof Scalar.Local(String name, var type)
                ? new Scalar.Local(name + "_" + number, type)
                : scalar);
  }

  private static List<Stmt> numberedLets(List<Stmt> statements, int number) {
    return statements.stream()
        .<Stmt>map(
            statement ->
                switch (statement) {
                  case Stmt.For(var counter, var kind, var body) ->
                      new Stmt.For(counter, kind, numberedLets(body, number));
                  case Stmt.If(var when, var body) -> new Stmt.If(when, numberedLets(body, number));
                  case Stmt.Let(var name, var value) -> new Stmt.Let(name + "_" + number, value);
                  case Stmt.Store _, Stmt.Declare _ -> statement;
                })
        .toList();
  }

  /** Reads and writes of memory through one-dimensional views. */
  static List<Stmt> flatten(List<Stmt> statements) {
    return mapAccesses(
        statements,
        access -> new Access(flat(access.buffer()), flat(access.buffer(), access.at()), false));
  }

  /** The statements that access memory where {@code mapping} says, of what is in memory now. */
  static List<Stmt> mapAccesses(List<Stmt> statements, UnaryOperator<Access> mapping) {
    return mapScalars(
        mapStores(statements, mapping),
        scalar -> {
          if (scalar instanceof Scalar.Load(var buffer, var at, var when, double otherwise)
              && buffer.space() == Space.GLOBAL) {
            Access mapped = mapping.apply(new Access(buffer, at, false));
            return new Scalar.Load(mapped.buffer(), mapped.at(), when, otherwise);
          }
          return scalar;
        });
  }

  private static List<Stmt> mapStores(List<Stmt> statements, UnaryOperator<Access> mapping) {
    return statements.stream()
        .<Stmt>map(
            statement ->
                switch (statement) {
                  case Stmt.For(var counter, var kind, var body) ->
                      new Stmt.For(counter, kind, mapStores(body, mapping));
                  case Stmt.If(var when, var body) -> new Stmt.If(when, mapStores(body, mapping));
                  case Stmt.Store(var buffer, var at, var value)
                      when buffer.space() == Space.GLOBAL -> {
                    Access mapped = mapping.apply(new Access(buffer, at, true));
                    yield new Stmt.Store(mapped.buffer(), mapped.at(), value);
                  }
                  case Stmt.Store _, Stmt.Let _, Stmt.Declare _ -> statement;
                })
        .toList();
  }

  private static Buffer flat(Buffer buffer) {
    int elements = Math.toIntExact(buffer.type().elements());
    return new Buffer(
        buffer.name(), TensorType.of(buffer.type().dtype(), elements), buffer.space());
  }

  private static List<Index> flat(Buffer buffer, List<Index> at) {
    return List.of(Index.linear(at, buffer.type().dims()));
  }

  /**
   * Calls {@code visitor} with each index of memory and of positions, and {@code tests} with each
   * condition.
   */
  static void visitIndices(
      List<Stmt> statements, Consumer<Index> visitor, Consumer<Condition> tests) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> visitIndices(loop.body(), visitor, tests);
        case Stmt.If branch -> {
          tests.accept(branch.when());
          visitIndices(branch.body(), visitor, tests);
        }
        case Stmt.Let let -> visitIndices(let.value(), visitor, tests);
        case Stmt.Store(var buffer, var at, var value) -> {
          visitor.accept(Index.linear(at, buffer.type().dims()));
          visitIndices(value, visitor, tests);
        }
        case Stmt.Declare _ -> {}
      }
    }
  }

  private static void visitIndices(
      Scalar scalar, Consumer<Index> visitor, Consumer<Condition> tests) {
    for (Scalar part : scalar.parts()) {
      visitIndices(part, visitor, tests);
    }
    switch (scalar) {
      case Scalar.Load load -> {
        visitor.accept(Index.linear(load.at(), load.buffer().type().dims()));
        tests.accept(load.when());
      }
      case Scalar.Position position -> visitor.accept(position.index());
      case Scalar.Uniform uniform -> visitor.accept(uniform.element());
      case Scalar.Holds holds -> tests.accept(holds.when());
      case Scalar.Arg _,
          Scalar.Literal _,
          Scalar.Unary _,
          Scalar.Binary _,
          Scalar.Fma _,
          Scalar.Select _,
          Scalar.Cast _,
          Scalar.Local _ -> {}
    }
  }

  /** Calls {@code visitor} with each scalar, also those that places and conditions depend on. */
  static void visitScalars(List<Stmt> statements, Consumer<Scalar> visitor) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> visitScalars(loop.body(), visitor);
        case Stmt.If branch -> {
          visitDynamic(branch.when(), visitor);
          visitScalars(branch.body(), visitor);
        }
        case Stmt.Let let -> visitScalars(let.value(), visitor);
        case Stmt.Store store -> {
          visitDynamic(store.at(), visitor);
          visitScalars(store.value(), visitor);
        }
        case Stmt.Declare _ -> {}
      }
    }
  }

  // Every scalar comes by here: a lambda for each would take as long as all else.
  private static void visitScalars(Scalar scalar, Consumer<Scalar> visitor) {
    visitor.accept(scalar);
    for (Scalar part : scalar.parts()) {
      visitScalars(part, visitor);
    }
    visitDynamic(scalar.indices(), visitor);
    if (scalar instanceof Scalar.Load load) {
      visitDynamic(load.when(), visitor);
    }
  }

  private static void visitDynamic(Condition when, Consumer<Scalar> visitor) {
    for (Condition.Test test : when.tests()) {
      visitDynamic(List.of(test.index()), visitor);
    }
  }

  private static void visitDynamic(List<Index> indices, Consumer<Scalar> visitor) {
    for (Index index : indices) {
      if (index.isDynamic()) {
        index.mapDynamic(
            scalar -> {
              visitScalars(scalar, visitor);
              return scalar;
            });
      }
    }
  }

  /** {@code body} in lockstep, or plain when there is one lane. */
  static List<Stmt> lanes(LoopVar lane, List<Stmt> body) {
    return lane.extent() == 1 ? body : List.of(new Stmt.For(lane, LoopKind.LANES, body));
  }

  /** {@code body} under {@code when}, or plain when that always holds. */
  static List<Stmt> guarded(Condition when, List<Stmt> body) {
    return when.always() ? body : List.of(new Stmt.If(when, body));
  }

  /**
   * Loops of {@code kind} around {@code body}, the first outermost; loops of one turn are left out.
   */
  static List<Stmt> nest(List<LoopVar> loops, LoopKind kind, List<Stmt> body) {
    List<Stmt> nested = new ArrayList<>(body);
    for (LoopVar loop : loops.reversed()) {
      if (loop.extent() > 1) {
        nested = List.of(new Stmt.For(loop, kind, nested));
      }
    }
    return nested;
  }

  /** The names of the buffers that {@code statements} read and write. */
  static List<String> buffers(List<Stmt> statements) {
    List<String> used = new ArrayList<>();
    collectStored(statements, used);
    visitScalars(
        statements,
        scalar -> {
          if (scalar instanceof Scalar.Load load) {
            used.add(load.buffer().name());
          }
        });
    return used;
  }

  private static void collectStored(List<Stmt> statements, List<String> used) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> collectStored(loop.body(), used);
        case Stmt.If branch -> collectStored(branch.body(), used);
        case Stmt.Store store -> used.add(store.buffer().name());
        case Stmt.Let _, Stmt.Declare _ -> {}
      }
    }
  }
}
