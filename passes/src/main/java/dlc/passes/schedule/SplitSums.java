// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Comprehension;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Sums products in parts where a sum has so many elements that those of a tile of the result do not
 * stay in the second cache, as in the gradient of a convolution's weights by the images of a batch.
 *
 * <pre>
 * y[i] = f(sum over r < 32 of a[r] * b[i, r])
 *   =>  part[c, i] = sum over r < 4 of a[4 * c + r] * b[i, 4 * c + r]
 *       y[i] = f(sum over c < 8 of part[c, i])
 * </pre>
 *
 * <p>All tiles of the result then read the same part of the operands while that is in the second
 * cache, and not each one all of them. The parts are the same for any number of threads.
 */
final class SplitSums {

  /** How many elements of the operands the second cache holds. */
  private static final long CACHE = 130_000;

  /** How many the first cache holds, for operands that are read here and there. */
  private static final long NEAR = 10_000;

  /** How many rows and columns, about, a tile of the result has. */
  private static final long ROWS = 8;

  /** The parts are written and read: they must be this much smaller than the operands. */
  private static final long MARGIN = 8;

  /** A device of work-items has nothing to do for most of them with fewer sums than that. */
  private static final long FEW_ITEMS = 4096;

  /** A part of fewer elements is not worth the sum of the parts. */
  private static final long LEAST_TURNS = 32;

  private final LoweredGraph graph;
  private final ToIntFunction<PlainNest> parts;
  private int temporaries;

  private SplitSums(LoweredGraph graph, ToIntFunction<PlainNest> parts) {
    this.graph = graph;
    this.parts = parts;
    for (Call call : graph.calls()) {
      for (Memory memory : call.arguments()) {
        if (memory instanceof TemporaryMemory(int number, TensorType _)) {
          temporaries = Math.max(temporaries, number + 1);
        }
      }
    }
  }

  static LoweredGraph run(LoweredGraph graph) {
    return new SplitSums(graph, SplitSums::parts).split();
  }

  /**
   * Splits sums, of products or not, until there are enough of them for a device's work-items; and
   * so the sums of the parts, which makes a tree. Each turn leaves shorter sums, so that it ends.
   */
  static LoweredGraph forItems(LoweredGraph graph) {
    LoweredGraph split = new SplitSums(graph, SplitSums::partsForItems).split();
    return split.calls().size() == graph.calls().size() ? split : forItems(split);
  }

  private LoweredGraph split() {
    List<Call> calls = new ArrayList<>();
    for (Call call : graph.calls()) {
      PlainNest nest = PlainNest.of(call.kernel());
      int count = parts.applyAsInt(nest);
      if (count > 1) {
        calls.addAll(split(call, nest, count));
      } else {
        calls.add(call);
      }
    }
    return graph.withCalls(calls, List.of());
  }

  /** Into how many parts to cut the outermost summed loop. */
  private static int parts(PlainNest nest) {
    Optional<List<Scalar.Load>> product = ScheduleContraction.product(nest);
    if (product.isEmpty()) {
      return 1;
    }
    long elements = 0;
    long tile = 0;
    for (Scalar.Load load : product.get()) {
      StagedOperand operand = StagedOperand.of(load, 1);
      long rows = PlainNest.product(nest.loops().stream().filter(operand::uses).toList());
      elements += operand.stagedElements();
      tile += Math.ceilDiv(operand.stagedElements() * Math.min(rows, ROWS), rows);
    }
    long results = PlainNest.product(nest.loops());
    if (tile <= CACHE / 2) {
      return 1;
    }
    boolean even = product.get().stream().noneMatch(load -> isGathered(load, nest));
    long cache = even ? CACHE : NEAR;
    int turns = nest.reduced().getFirst().extent();
    for (int parts = 2; parts <= turns; parts++) {
      if (turns % parts == 0 && (elements / parts <= cache || parts == turns)) {
        return results * parts * MARGIN <= elements ? parts : 1;
      }
    }
    return 1;
  }

  /** The fewest parts that make items enough, or else as many as are worth it. */
  private static int partsForItems(PlainNest nest) {
    long results = PlainNest.product(nest.loops());
    if (!isSum(nest) || results >= FEW_ITEMS) {
      return 1;
    }
    int turns = nest.reduced().getFirst().extent();
    int best = 1;
    for (int parts = 2; parts <= turns && results * best < FEW_ITEMS; parts++) {
      if (turns % parts == 0 && nest.turns() / parts >= LEAST_TURNS) {
        best = parts;
      }
    }
    return best;
  }

  /** Whether it adds up into one register, which begins as 0. */
  private static boolean isSum(PlainNest nest) {
    return nest.folds()
        && nest.before().size() == 2
        && nest.before().getFirst() instanceof Stmt.Declare(Buffer acc)
        && nest.before().getLast() instanceof Stmt.Store(Buffer begun, var _, Scalar zero)
        && begun.equals(acc)
        && zero instanceof Scalar.Literal(double value, var _)
        && value == 0
        && nest.step().getLast() instanceof Stmt.Store(Buffer summed, var _, Scalar sum)
        && summed.equals(acc)
        && sum instanceof Scalar.Binary(BinaryFn fn, Scalar.Load old, Scalar _)
        && fn == BinaryFn.ADD
        && old.buffer().equals(acc)
        && nest.step().stream().filter(Stmt.Let.class::isInstance).count()
            == nest.step().size() - 1;
  }

  /** Whether where it reads next is known only at run time. */
  private static boolean isGathered(Scalar.Load load, PlainNest nest) {
    LoopVar last = nest.reduced().getLast();
    return load.at().stream().anyMatch(at -> at.isIrregularIn(last));
  }

  private List<Call> split(Call call, PlainNest nest, int parts) {
    Buffer acc = ((Stmt.Declare) nest.before().getFirst()).buffer();
    List<Integer> dims = new ArrayList<>(List.of(parts));
    nest.loops().forEach(loop -> dims.add(loop.extent()));
    TensorType type = new TensorType(acc.type().dtype(), dims);
    Memory memory = new TemporaryMemory(temporaries++, type);
    String number = freeNumber(call, nest);
    Buffer buffer = Buffer.global("part" + number, type);
    LoopVar part = new LoopVar("c" + number, parts);
    LoopVar whole = nest.reduced().getFirst();
    LoopVar inner = new LoopVar(whole.name(), whole.extent() / parts);
    List<Index> place = new ArrayList<>(List.of(part.index()));
    place.addAll(Comprehension.indices(nest.loops()));

    Index turn = part.index().times(inner.extent()).plus(inner.index());
    List<LoopVar> within = new ArrayList<>(nest.reduced());
    within.set(0, inner);
    List<LoopVar> loops = new ArrayList<>(List.of(part));
    loops.addAll(nest.loops());
    List<Stmt> sums = new ArrayList<>(nest.before());
    sums.addAll(
        Rewriting.nest(
            within, LoopKind.SERIAL, Rewriting.substitute(nest.step(), Map.of(whole, turn))));
    sums.add(new Stmt.Store(buffer, place, read(acc, List.of())));

    List<Stmt> total = new ArrayList<>(nest.before());
    Scalar sum = new Scalar.Binary(BinaryFn.ADD, read(acc, List.of()), read(buffer, place));
    total.addAll(
        Rewriting.nest(
            List.of(part), LoopKind.SERIAL, List.of(new Stmt.Store(acc, List.of(), sum))));
    total.addAll(nest.after());

    Map<Buffer, Memory> arguments = new LinkedHashMap<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      arguments.put(call.kernel().arguments().get(i), call.arguments().get(i));
    }
    arguments.put(buffer, memory);
    String name = call.kernel().name();
    return List.of(
        call(call, name + "_parts", arguments, Rewriting.nest(loops, LoopKind.SERIAL, sums)),
        call(call, name, arguments, Rewriting.nest(nest.loops(), LoopKind.SERIAL, total)));
  }

  /** What makes names of a buffer and a loop of parts that nothing else has: often nothing. */
  private static String freeNumber(Call call, PlainNest nest) {
    Set<String> taken = new HashSet<>();
    call.kernel().arguments().forEach(buffer -> taken.add(buffer.name()));
    nest.loops().forEach(loop -> taken.add(loop.name()));
    nest.reduced().forEach(loop -> taken.add(loop.name()));
    String number = "";
    for (int i = 1; taken.contains("part" + number) || taken.contains("c" + number); i++) {
      number = Integer.toString(i);
    }
    return number;
  }

  private static Scalar read(Buffer buffer, List<Index> at) {
    return new Scalar.Load(buffer, at, Condition.ALWAYS, 0);
  }

  /** A call of {@code body} with those of {@code arguments} that it uses. */
  private static Call call(Call call, String name, Map<Buffer, Memory> arguments, List<Stmt> body) {
    Map<Buffer, Memory> used = new LinkedHashMap<>(arguments);
    List<String> names = Rewriting.buffers(body);
    used.keySet().removeIf(buffer -> !names.contains(buffer.name()));
    Kernel kernel = new Kernel(name, List.copyOf(used.keySet()), body, call.kernel().parts());
    return new Call(kernel, List.copyOf(used.values()));
  }
}
