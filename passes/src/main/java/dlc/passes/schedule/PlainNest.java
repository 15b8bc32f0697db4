// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The parts of a plain kernel, as lowering writes them: serial loops around, perhaps, a fold and
 * then statements that store.
 *
 * @param loops the loops over the result, the outermost first
 * @param before the fold's registers and their first values
 * @param reduced the loops that are folded
 * @param step what is done in each turn of them
 * @param after what is done with the folded value, or all that is done when nothing is folded
 * @param phases short loops over the result inside of all others, each turn of which is code of its
 *     own
 */
record PlainNest(
    List<LoopVar> loops,
    List<Stmt> before,
    List<LoopVar> reduced,
    List<Stmt> step,
    List<Stmt> after,
    List<LoopVar> phases) {

  /** The loops around a block, each of which has nothing beside the next one in it. */
  record Descent(List<LoopVar> loops, List<Stmt> body) {

    static Descent of(List<Stmt> statements) {
      List<LoopVar> loops = new ArrayList<>();
      List<Stmt> body = descend(statements, loops);
      return new Descent(loops, body);
    }
  }

  static PlainNest of(Kernel kernel) {
    return of(kernel.body());
  }

  /** The parts of statements that are one nest. */
  static PlainNest of(List<Stmt> statements) {
    List<LoopVar> loops = new ArrayList<>();
    List<Stmt> body = descend(statements, loops);
    int fold = 0;
    while (fold < body.size() && !(body.get(fold) instanceof Stmt.For)) {
      fold++;
    }
    if (fold == body.size()) {
      return new PlainNest(loops, List.of(), List.of(), List.of(), body, List.of());
    }
    List<LoopVar> reduced = new ArrayList<>();
    List<Stmt> step = descend(body.subList(fold, fold + 1), reduced);
    return new PlainNest(
        loops,
        body.subList(0, fold),
        reduced,
        step,
        body.subList(fold + 1, body.size()),
        List.of());
  }

  private static List<Stmt> descend(List<Stmt> body, List<LoopVar> loops) {
    List<Stmt> inner = body;
    while (inner.size() == 1
        && inner.getFirst() instanceof Stmt.For(LoopVar counter, LoopKind kind, List<Stmt> next)
        && kind == LoopKind.SERIAL) {
      loops.add(counter);
      inner = next;
    }
    return inner;
  }

  /** The nest as it was written. */
  List<Stmt> statements() {
    List<Stmt> body = new ArrayList<>(before);
    if (folds()) {
      body.addAll(Rewriting.nest(reduced, LoopKind.SERIAL, step));
    }
    body.addAll(after);
    return Rewriting.nest(loops, LoopKind.SERIAL, body);
  }

  /** The same with {@code number} after the names of locals and registers. */
  PlainNest numbered(int number) {
    Map<String, String> registers = Rewriting.numberedRegisters(before, number);
    return new PlainNest(
        loops,
        Rewriting.numbered(before, registers, number),
        reduced,
        Rewriting.numbered(step, registers, number),
        Rewriting.numbered(after, registers, number),
        phases);
  }

  boolean folds() {
    return !reduced.isEmpty();
  }

  /** How many elements the result loops visit. */
  long elements() {
    return product(loops) * product(phases);
  }

  /** How many turns the folded loops make for one element. */
  long turns() {
    return product(reduced);
  }

  static long product(List<LoopVar> loops) {
    long product = 1;
    for (LoopVar loop : loops) {
      product *= loop.extent();
    }
    return product;
  }

  PlainNest withLoops(List<LoopVar> newLoops) {
    return new PlainNest(newLoops, before, reduced, step, after, phases);
  }

  PlainNest withReduced(List<LoopVar> newReduced) {
    return new PlainNest(loops, before, newReduced, step, after, phases);
  }

  PlainNest withPhases(List<LoopVar> newPhases) {
    return new PlainNest(loops, before, reduced, step, after, newPhases);
  }

  /** The same with loop counters replaced in what is done. */
  PlainNest substitute(Map<LoopVar, Index> replacement) {
    List<Stmt> newStep = Rewriting.substitute(step, replacement);
    List<Stmt> newAfter = Rewriting.substitute(after, replacement);
    return new PlainNest(loops, before, reduced, newStep, newAfter, phases);
  }
}
