// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How many elements of its arguments a kernel reads and writes: each element once, and not those
 * between them that it leaves alone, such as the other steps of what a scan walks over.
 *
 * <p>Elements are counted by the loops that reach them, which is exact where loops walk over boxes
 * of equal steps, and too much where such boxes overlap in part.
 */
final class Footprint {

  /** {@code count} places along an axis, of which {@code first} is the first. */
  private record Range(int first, long count) {}

  private final Map<String, Map<List<Range>, Long>> read = new HashMap<>();
  private final Map<String, Map<List<Range>, Long>> written = new HashMap<>();

  /** The loops around the statement that is looked at. */
  private final List<LoopVar> around = new ArrayList<>();

  private Footprint() {}

  static Footprint of(Kernel kernel) {
    Footprint footprint = new Footprint();
    footprint.block(kernel.body());
    return footprint;
  }

  /** The elements of {@code buffer} that are read. */
  long read(Buffer buffer) {
    return elements(read, buffer);
  }

  /** The elements of {@code buffer} that are written. */
  long written(Buffer buffer) {
    return elements(written, buffer);
  }

  private static long elements(Map<String, Map<List<Range>, Long>> accesses, Buffer buffer) {
    Map<List<Range>, Long> boxes = accesses.getOrDefault(buffer.name(), Map.of());
    long sum = boxes.values().stream().mapToLong(Long::longValue).sum();
    return Math.min(sum, buffer.type().elements());
  }

  private void block(List<Stmt> statements) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> {
          around.addLast(loop.counter());
          block(loop.body());
          around.removeLast();
        }
        case Stmt.If branch -> block(branch.body());
        case Stmt.Let let -> scalar(let.value());
        case Stmt.Store store -> {
          meet(written, store.buffer(), store.at());
          store.at().forEach(this::index);
          scalar(store.value());
        }
        case Stmt.Declare _ -> {}
      }
    }
  }

  private void scalar(Scalar scalar) {
    scalar.parts().forEach(this::scalar);
    scalar.indices().forEach(this::index);
    if (scalar instanceof Scalar.Load load) {
      meet(read, load.buffer(), load.at());
    }
  }

  private void index(Index index) {
    index.dynamic().forEach(dynamic -> scalar(dynamic.value()));
  }

  private void meet(Map<String, Map<List<Range>, Long>> accesses, Buffer buffer, List<Index> at) {
    if (buffer.space() != Space.GLOBAL) {
      return;
    }
    Set<LoopVar> loops = new LinkedHashSet<>();
    List<Range> box = new ArrayList<>();
    long elements = 1;
    for (int axis = 0; axis < at.size(); axis++) {
      collect(at.get(axis), loops);
      long count = Math.min(count(at.get(axis)), buffer.type().dim(axis));
      box.add(new Range(at.get(axis).min(), count));
      elements *= count;
    }
    accesses
        .computeIfAbsent(buffer.name(), _ -> new LinkedHashMap<>())
        .merge(box, Math.min(elements, turns(loops)), Math::max);
  }

  /** How many values {@code index} takes. */
  private long count(Index index) {
    List<Index.Term> terms = new ArrayList<>(index.terms());
    terms.sort(Comparator.comparingInt(term -> Math.abs(term.coefficient())));
    long count = 1;
    long span = 0;
    long step = 0;
    for (Index.Term term : terms) {
      long coefficient = Math.abs(term.coefficient());
      long reach = coefficient * (range(term.atom()) - 1);
      step = greatestDivisor(coefficient, step);
      long beside = count * count(term.atom());
      count = coefficient > span ? beside : Math.min(beside, (span + reach) / step + 1);
      span += reach;
    }
    return count;
  }

  private long count(Index.Atom atom) {
    Set<LoopVar> loops = new LinkedHashSet<>();
    collect(Index.of(atom), loops);
    return Math.min(range(atom), turns(loops));
  }

  /** From the least value to the greatest. */
  private static long range(Index.Atom atom) {
    return atom instanceof Index.Dynamic dynamic ? dynamic.extent() : atom.max() - atom.min() + 1L;
  }

  private static long greatestDivisor(long x, long y) {
    return y == 0 ? x : greatestDivisor(y, x % y);
  }

  private static long turns(Set<LoopVar> loops) {
    return loops.stream().mapToLong(LoopVar::extent).reduce(1, (x, y) -> x * y);
  }

  /** The loops that {@code index} depends on; what is read at run time, on any. */
  private void collect(Index index, Set<LoopVar> loops) {
    for (Index.Term term : index.terms()) {
      switch (term.atom()) {
        case LoopVar loop -> loops.add(loop);
        case Index.Quotient quotient -> collect(quotient.dividend(), loops);
        case Index.Remainder remainder -> collect(remainder.dividend(), loops);
        case Index.Dynamic _ -> loops.addAll(around);
      }
    }
  }
}
