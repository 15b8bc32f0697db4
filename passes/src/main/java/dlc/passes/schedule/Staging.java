// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.base.Span;
import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.StateMemory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import dlc.passes.lower.Preparation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Copies of operands in the shape that a contraction reads best: padded with zeros, so that no read
 * needs a condition, and with the vectorized dimension last.
 *
 * <p>The same copy is made once and shared by the kernels that want it.
 */
final class Staging {

  /** So many rows are read side by side. */
  private static final int FEW_ROWS = 12;

  private record Key(
      Memory source, List<Integer> order, List<Integer> lows, List<Integer> extents, int panel) {}

  private final Map<Key, Memory> made = new HashMap<>();
  private final List<Call> copies = new ArrayList<>();
  private final Map<Memory, Integer> readers = new HashMap<>();
  private int temporaries;

  Staging(LoweredGraph graph) {
    int runs = graph.leavesState() ? Preparation.RUNS : 1;
    for (Call call : graph.calls()) {
      for (Memory memory : Set.copyOf(call.arguments())) {
        if (memory instanceof StateMemory) {
          readers.merge(memory, runs, Integer::sum);
        }
        if (memory instanceof TemporaryMemory(int number, TensorType _)) {
          temporaries = Math.max(temporaries, number + 1);
        }
      }
    }
  }

  /**
   * How many kernels read what is in {@code memory}, while it stays as it is: state does so for
   * most of a run, and from run to run where runs leave it.
   */
  int readers(Memory memory) {
    return readers.getOrDefault(memory, 1);
  }

  /** Memory of {@code type} for what is needed once. */
  Memory temporary(TensorType type) {
    return new TemporaryMemory(temporaries++, type);
  }

  /** The calls that make the copies asked for since the last time. */
  List<Call> takeCopies() {
    List<Call> taken = List.copyOf(copies);
    copies.clear();
    return taken;
  }

  /** Forgets copies of what {@code call} writes. */
  void overwritten(Call call) {
    for (Buffer written : call.kernel().written()) {
      Memory memory = call.arguments().get(call.kernel().arguments().indexOf(written));
      made.keySet().removeIf(key -> key.source().equals(memory));
    }
  }

  /** A staged operand: its memory and how to read from it. */
  record Staged(Memory memory, Scalar.Load load) {}

  /**
   * The shape of a copy.
   *
   * @param last the dimension that is innermost, or -1
   * @param more how many zeros are after it
   * @param panel how many of its elements lie in a row before the next ones of the other
   *     dimensions, 0 for all
   */
  record Shape(int last, int more, int panel) {

    /** As it lies. */
    static final Shape PLAIN = new Shape(-1, 0, 0);
  }

  /**
   * Stages {@code operand}, whose memory is {@code source}, in {@code shape}, as a buffer called
   * {@code name}.
   */
  Staged stage(StagedOperand operand, Memory source, Shape shape, String name) {
    int last = shape.last();
    List<Integer> order = new ArrayList<>();
    for (int axis = 0; axis < operand.drivers().size(); axis++) {
      if (axis != last) {
        order.add(axis);
      }
    }
    if (last >= 0) {
      order.add(last);
    }
    List<Integer> lows = operand.drivers().stream().map(Index::min).toList();
    List<Integer> extents = new ArrayList<>();
    for (int axis : order) {
      Index driver = operand.drivers().get(axis);
      extents.add(driver.max() - driver.min() + 1 + (axis == last ? shape.more() : 0));
    }
    int panel = shape.panel();
    if (panel > 0) {
      // The panels come first, and the elements of one last.
      extents.addFirst(Math.ceilDiv(extents.removeLast(), panel));
      extents.add(panel);
    }
    TensorType type =
        new TensorType(operand.load().type(), panel > 0 ? extents : setApart(extents));
    Memory memory =
        made.computeIfAbsent(
            new Key(source, order, lows, extents, panel),
            _ -> {
              Memory staged = temporary(type);
              copies.add(copy(operand, source, staged, extents, order, lows, panel));
              return staged;
            });
    List<Index> at =
        new ArrayList<>(
            order.stream().map(axis -> operand.drivers().get(axis).plus(-lows.get(axis))).toList());
    if (panel > 0) {
      Index along = at.removeLast();
      at.addFirst(along.floorDiv(panel));
      at.add(along.mod(panel));
    }
    return new Staged(memory, new Scalar.Load(Buffer.global(name, type), at, Condition.ALWAYS, 0));
  }

  /**
   * The dimensions of memory for a copy of {@code extents}, of which a tile reads many planes: with
   * a row more where they would meet in few places of the caches.
   */
  private static List<Integer> setApart(List<Integer> extents) {
    List<Integer> dims = new ArrayList<>(extents);
    int elements = dims.getLast();
    for (int axis = dims.size() - 2; axis > 0; axis--) {
      int planes = extents.subList(0, axis).stream().reduce(1, Math::multiplyExact);
      if (planes > Caches.WAYS && elements * dims.get(axis) % Caches.MEETING == 0) {
        dims.set(axis, dims.get(axis) + 1);
      }
      elements *= dims.get(axis);
    }
    return dims;
  }

  private static Call copy(
      StagedOperand operand,
      Memory source,
      Memory staged,
      List<Integer> extents,
      List<Integer> order,
      List<Integer> lows,
      int panel) {
    Buffer from = Buffer.global("b0", operand.load().buffer().type());
    Buffer to = Buffer.global("b1", staged.type());
    List<LoopVar> loops = new ArrayList<>();
    List<Index> at = new ArrayList<>();
    List<Index> drivers = new ArrayList<>(operand.drivers());
    for (int dim : extents) {
      LoopVar loop = new LoopVar("d" + loops.size(), dim);
      loops.add(loop);
      at.add(loop.index());
    }
    List<Index> places = new ArrayList<>(at);
    if (panel > 0) {
      places.add(places.removeFirst().times(panel).plus(places.removeLast()));
    }
    for (int i = 0; i < order.size(); i++) {
      drivers.set(order.get(i), places.get(i).plus(lows.get(order.get(i))));
    }
    List<Index> source0 = new ArrayList<>();
    Condition when = Condition.ALWAYS;
    for (int axis = 0; axis < drivers.size(); axis++) {
      Index driver = drivers.get(axis);
      int step = operand.steps().get(axis);
      int size = from.type().dim(axis);
      when = when.and(Condition.inRange(driver, 0, (size - 1) * step + 1));
      when = when.and(Condition.divisible(driver, step));
      source0.add(driver.floorDiv(step));
    }
    Stmt store =
        new Stmt.Store(to, at, new Scalar.Load(from, source0, when, operand.load().otherwise()));
    boolean alongRows = panel > 0 && loops.size() > 2 && order.getLast() == drivers.size() - 1;
    List<Stmt> body =
        alongRows ? rowByRow(loops, store) : Rewriting.nest(loops, LoopKind.SERIAL, List.of(store));
    Kernel kernel = new Kernel("stage", List.of(from, to), body, Span.NONE);
    return new Call(kernel, List.of(source, staged));
  }

  /**
   * A few rows at a time are read from end to end and cut into panels. {@code loops} are those of
   * the panels, of the rows, and within a row of a panel.
   */
  private static List<Stmt> rowByRow(List<LoopVar> loops, Stmt store) {
    List<LoopVar> nest = new ArrayList<>(loops);
    LoopVar panel = nest.removeFirst();
    LoopVar within = nest.removeLast();
    LoopVar row = nest.removeLast();
    int few = FEW_ROWS;
    while (row.extent() % few != 0) {
      few--;
    }
    LoopVar block = new LoopVar(row.name() + "b", row.extent() / few);
    LoopVar inside = new LoopVar(row.name() + "i", few);
    nest.addAll(List.of(block, panel, inside, within));
    Index at = block.index().times(few).plus(inside.index());
    return Rewriting.nest(
        nest, LoopKind.SERIAL, Rewriting.substitute(List.of(store), Map.of(row, at)));
  }
}
