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

/**
 * Copies of operands in the shape that a contraction reads best: padded with zeros, so that no read
 * needs a condition, and with the vectorized dimension last.
 *
 * <p>The same copy is made once and shared by the kernels that want it.
 */
final class Staging {

  /** So many loops walk what lies in a row of a panel. */
  private static final int WITHIN = 2;

  /** So many rows are read side by side. */
  private static final int FEW_ROWS = 12;

  private record Key(Memory source, List<Integer> lows, Shape shape) {}

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
   * A dimension of a copy: that of an operand's coordinate c in which c / {@code step} is counted,
   * from 0 again after {@code count}.
   *
   * @param axis the coordinate
   */
  record Part(int axis, int step, int count) {

    private Index of(Index coordinate, boolean isOutermost) {
      Index steps = coordinate.floorDiv(step);
      return isOutermost ? steps : steps.mod(count);
    }
  }

  /**
   * The shape of a copy; what its dimensions count beyond the operand is zero.
   *
   * @param type of its elements
   * @param parts its dimensions, in the order in memory; of those of one coordinate the outermost
   *     comes first
   */
  record Shape(DType type, List<Part> parts) {

    Shape {
      parts = List.copyOf(parts);
    }

    static Shape asItLies(StagedOperand operand) {
      return new Shape(operand.load().type(), whole(operand, Set.of()));
    }

    /**
     * With dimension {@code last} innermost, {@code more} zeros after it, and in panels of so many
     * of its elements if {@code panel} is not 0.
     */
    static Shape of(StagedOperand operand, int last, int more, int panel) {
      List<Part> parts = whole(operand, Set.of(last));
      int extent = operand.extent(last) + more;
      if (panel > 0) {
        parts.addFirst(new Part(last, panel, extent / panel));
      }
      parts.add(new Part(last, 1, panel > 0 ? panel : extent));
      return new Shape(operand.load().type(), parts);
    }

    /** The dimensions of {@code operand} but some. */
    static List<Part> whole(StagedOperand operand, Set<Integer> except) {
      List<Part> parts = new ArrayList<>();
      for (int axis = 0; axis < operand.drivers().size(); axis++) {
        if (!except.contains(axis)) {
          parts.add(new Part(axis, 1, operand.extent(axis)));
        }
      }
      return parts;
    }

    private List<Integer> counts() {
      return parts.stream().map(Part::count).toList();
    }

    /** Whether no dimension of the operand is cut. */
    private boolean isWhole() {
      return parts.stream().allMatch(part -> part.step == 1 && isOutermost(parts.indexOf(part)));
    }

    private boolean isOutermost(int number) {
      int axis = parts.get(number).axis;
      return parts.subList(0, number).stream().noneMatch(part -> part.axis == axis);
    }

    /** {@code loops} so that panels of {@code axis}, which lie in rows, are made side by side. */
    private List<LoopVar> inOrderOf(List<LoopVar> loops, int axis) {
      List<LoopVar> order = new ArrayList<>(loops);
      if (parts.getFirst().axis == axis && parts.getFirst().step > 1) {
        order.add(order.size() - WITHIN, order.removeFirst());
      }
      return order;
    }

    /** Whether runs of the dimension {@code axis} are what lies in a row. */
    private boolean isPanelsOf(int axis) {
      return parts.size() > 2 && parts.getFirst().axis == axis && parts.getLast().axis == axis;
    }
  }

  /**
   * Stages {@code operand}, whose memory is {@code source}, in {@code shape}, as a buffer called
   * {@code name}.
   */
  Staged stage(StagedOperand operand, Memory source, Shape shape, String name) {
    List<Integer> lows = operand.drivers().stream().map(Index::min).toList();
    List<Index> at = new ArrayList<>();
    for (int i = 0; i < shape.parts.size(); i++) {
      Part part = shape.parts.get(i);
      Index coordinate = operand.drivers().get(part.axis).plus(-lows.get(part.axis));
      at.add(part.of(coordinate, shape.isOutermost(i)));
    }
    List<Integer> dims = shape.isWhole() ? setApart(shape.counts()) : shape.counts();
    TensorType type = new TensorType(shape.type, dims);
    Memory memory =
        made.computeIfAbsent(
            new Key(source, lows, shape),
            _ -> {
              Memory staged = temporary(type);
              copies.add(copy(operand, source, staged, lows, shape));
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
      StagedOperand operand, Memory source, Memory staged, List<Integer> lows, Shape shape) {
    Buffer from = Buffer.global("b0", operand.load().buffer().type());
    Buffer to = Buffer.global("b1", staged.type());
    List<LoopVar> loops = new ArrayList<>();
    List<Index> drivers = new ArrayList<>(lows.stream().map(Index::of).toList());
    for (Part part : shape.parts) {
      LoopVar loop = new LoopVar("d" + loops.size(), part.count);
      loops.add(loop);
      drivers.set(part.axis, drivers.get(part.axis).plus(loop.index().times(part.step)));
    }
    List<Index> at = Comprehension.indices(loops);
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
    List<Stmt> body =
        shape.isPanelsOf(drivers.size() - 1)
            ? rowByRow(loops, store)
            : Rewriting.nest(
                shape.inOrderOf(loops, drivers.size() - 1), LoopKind.SERIAL, List.of(store));
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
