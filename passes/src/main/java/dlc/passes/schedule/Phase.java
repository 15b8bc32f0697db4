// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What one of several kernels that are joined does within a row.
 *
 * @param nest all its loops, those over the rows too
 * @param rows the loops over the rows
 */
record Phase(PlainNest nest, Collection<LoopVar> rows) {

  /** Whether it folds what different rows make, so that its result is known after all of them. */
  boolean foldsRows() {
    return nest.reduced().stream().anyMatch(rows::contains);
  }

  /** The loops over its result within a row. */
  List<LoopVar> loops() {
    return nest.loops().stream().filter(loop -> !rows.contains(loop)).toList();
  }

  /** The loops that it folds within a row. */
  List<LoopVar> reduced() {
    return nest.reduced().stream().filter(loop -> !rows.contains(loop)).toList();
  }

  private Buffer acc() {
    return ((Stmt.Declare) nest.before().getFirst()).buffer();
  }

  private Stmt.Store identity() {
    return (Stmt.Store) nest.before().get(1);
  }

  private Scalar.Binary update() {
    return (Scalar.Binary) ((Stmt.Store) nest.step().getLast()).value();
  }

  /** Whether it folds by one associative function. */
  boolean isSimple() {
    return nest.before().size() == 2
        && nest.step().getLast() instanceof Stmt.Store store
        && store.buffer().equals(acc())
        && store.value() instanceof Scalar.Binary;
  }

  /** What it does in a row, where its result is known after it. */
  PlainNest inRow() {
    return new PlainNest(loops(), nest.before(), reduced(), nest.step(), nest.after(), List.of());
  }

  /** What comes before the rows of a chunk: {@code part} holds what they add to. */
  List<Stmt> clear(Buffer part, List<Index> at) {
    Stmt.Store store = new Stmt.Store(part, at, identity().value());
    return Rewriting.nest(loops(), LoopKind.SERIAL, List.of(store));
  }

  /** What adds a row to {@code part}. */
  PlainNest add(Buffer part, List<Index> at) {
    if (reduced().isEmpty()) {
      List<Stmt> step = Rewriting.widen(nest.step(), Map.of(acc(), part), at);
      return new PlainNest(loops(), List.of(), List.of(), List.of(), step, List.of());
    }
    Scalar sum = with(read(part, at), read(acc(), List.of()));
    List<Stmt> after = List.of(new Stmt.Store(part, at, sum));
    return new PlainNest(loops(), nest.before(), reduced(), nest.step(), after, List.of());
  }

  /** What makes the result of the parts of all {@code chunks}. */
  List<Stmt> finish(Buffer part, List<Index> at, List<LoopVar> chunks) {
    List<LoopVar> folded = chunks.stream().filter(nest.reduced()::contains).toList();
    if (folded.isEmpty()) {
      List<Stmt> after = Rewriting.widen(nest.after(), Map.of(acc(), part), at);
      return Rewriting.nest(nest.loops(), LoopKind.SERIAL, after);
    }
    Scalar sum = with(read(acc(), List.of()), read(part, at));
    List<Stmt> body = new ArrayList<>(nest.before());
    body.addAll(
        Rewriting.nest(folded, LoopKind.SERIAL, List.of(new Stmt.Store(acc(), List.of(), sum))));
    body.addAll(nest.after());
    return Rewriting.nest(nest.loops(), LoopKind.SERIAL, body);
  }

  private Scalar with(Scalar lhs, Scalar rhs) {
    return new Scalar.Binary(update().fn(), lhs, rhs);
  }

  private static Scalar read(Buffer buffer, List<Index> at) {
    return new Scalar.Load(buffer, at, Condition.ALWAYS, 0);
  }
}
