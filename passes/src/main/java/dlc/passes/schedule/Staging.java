// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Comprehension;
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
import java.util.stream.IntStream;

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
      Memory source,
      List<Integer> order,
      List<Integer> lows,
      TensorType type,
      int panel,
      int pairs) {}

  /**
   * A way to read {@code memory}: kernels like each other, as the steps of a scan are, share it.
   */
  private record Reading(Memory memory, int argument, List<TensorType> types) {

    static Reading of(Call call, Memory memory) {
      List<TensorType> types = call.kernel().arguments().stream().map(Buffer::type).toList();
      return new Reading(memory, call.arguments().indexOf(memory), types);
    }
  }

  private final Map<Key, Memory> made = new HashMap<>();
  private final List<Call> copies = new ArrayList<>();
  private final Map<Memory, Integer> readers = new HashMap<>();
  private final Map<Memory, Integer> writers = new HashMap<>();
  private final Map<Reading, Integer> readings = new HashMap<>();
  private int temporaries;

  Staging(LoweredGraph graph) {
    int runs = graph.leavesState() ? Preparation.RUNS : 1;
    for (Call call : graph.calls()) {
      for (Memory memory : Set.copyOf(call.arguments())) {
        if (memory instanceof StateMemory) {
          readers.merge(memory, runs, Integer::sum);
        }
        readings.merge(Reading.of(call, memory), 1, Integer::sum);
        if (memory instanceof TemporaryMemory(int number, TensorType _)) {
          temporaries = Math.max(temporaries, number + 1);
        }
      }
      call.written().forEach(memory -> writers.merge(memory, 1, Integer::sum));
    }
  }

  /**
   * How many kernels read what {@code call} reads in {@code memory}, while it stays as it is: state
   * does so for most of a run, and from run to run where runs leave it, and others do if they are
   * written at once.
   */
  int readers(Call call, Memory memory) {
    if (memory instanceof StateMemory) {
      return readers.getOrDefault(memory, 1);
    }
    return writers.getOrDefault(memory, 0) > 1
        ? 1
        : readings.getOrDefault(Reading.of(call, memory), 1);
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
   * @param type of its elements
   * @param last the dimension that is innermost, or -1
   * @param more how many zeros are after each dimension
   * @param panel how many elements of the last lie in a row before the next ones of the other
   *     dimensions, 0 for all
   * @param pairs the dimension whose elements lie two by two, in place of one of the last, or -1
   */
  record Shape(DType type, int last, Map<Integer, Integer> more, int panel, int pairs) {

    Shape {
      more = Map.copyOf(more);
    }

    static Shape asItLies(StagedOperand operand) {
      return new Shape(operand.load().type(), -1, Map.of(), 0, -1);
    }

    /** With dimension {@code last} innermost, and {@code more} zeros after it. */
    static Shape of(StagedOperand operand, int last, int more, int panel) {
      return new Shape(operand.load().type(), last, Map.of(last, more), panel, -1);
    }

    /** Without pairs, in the order in memory. */
    private List<Integer> order(int rank) {
      List<Integer> order = new ArrayList<>();
      for (int axis = 0; axis < rank; axis++) {
        if (axis != last && axis != pairs) {
          order.add(axis);
        }
      }
      IntStream.of(pairs, last).filter(axis -> axis >= 0).forEach(order::add);
      return order;
    }
  }

  /**
   * Stages {@code operand}, whose memory is {@code source}, in {@code shape}, as a buffer called
   * {@code name}.
   */
  Staged stage(StagedOperand operand, Memory source, Shape shape, String name) {
    List<Integer> order = shape.order(operand.drivers().size());
    List<Integer> lows = operand.drivers().stream().map(Index::min).toList();
    List<Index> at = new ArrayList<>();
    List<Integer> extents = new ArrayList<>();
    for (int axis : order) {
      Index driver = operand.drivers().get(axis);
      at.add(driver.plus(-lows.get(axis)));
      extents.add(driver.max() - driver.min() + 1 + shape.more().getOrDefault(axis, 0));
    }
    int panel = shape.panel();
    if (panel > 0) {
      // The panels come first, and the elements of one last.
      extents.addFirst(Math.ceilDiv(extents.removeLast(), panel));
      extents.add(panel);
      Index along = at.removeLast();
      at.addFirst(along.floorDiv(panel));
      at.add(along.mod(panel));
    }
    List<LoopVar> loops = new ArrayList<>();
    extents.forEach(extent -> loops.add(new LoopVar("d" + loops.size(), extent)));
    if (shape.pairs() >= 0) {
      int paired = extents.size() - 2;
      Index along = at.get(paired);
      at.set(paired, along.floorDiv(2));
      at.add(at.removeLast().times(2).plus(along.mod(2)));
      loops.set(paired, new LoopVar(loops.get(paired).name(), extents.get(paired) / 2));
      loops.add(new LoopVar("d" + loops.size(), 2));
      extents.set(paired, extents.get(paired) / 2);
      extents.add(extents.removeLast() * 2);
    }
    TensorType type = new TensorType(shape.type(), panel > 0 ? extents : setApart(extents));
    Memory memory =
        made.computeIfAbsent(
            new Key(source, order, lows, type, panel, shape.pairs()),
            _ -> {
              Memory staged = temporary(type);
              copies.add(copy(operand, source, staged, loops, order, lows, shape));
              return staged;
            });
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
      List<LoopVar> loops,
      List<Integer> order,
      List<Integer> lows,
      Shape shape) {
    Buffer from = Buffer.global("b0", operand.load().buffer().type());
    Buffer to = Buffer.global("b1", staged.type());
    List<Index> drivers = new ArrayList<>(operand.drivers());
    List<Index> at = new ArrayList<>(Comprehension.indices(loops));
    List<Index> places = new ArrayList<>(at);
    if (shape.pairs() >= 0) {
      Index second = at.removeLast();
      at.add(at.removeLast().times(2).plus(second));
      places.removeLast();
      int paired = places.size() - 2;
      places.set(paired, places.get(paired).times(2).plus(second));
    }
    if (shape.panel() > 0) {
      places.add(places.removeFirst().times(shape.panel()).plus(places.removeLast()));
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
    boolean alongRows =
        shape.panel() > 0
            && shape.pairs() < 0
            && loops.size() > 2
            && order.getLast() == drivers.size() - 1;
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
