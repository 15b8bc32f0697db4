// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One kernel as an LLVM function.
 *
 * <p>Arguments are the buffers and, when the outermost loop is parallel, the range of it to run. A
 * lanes loop becomes vector instructions; conditions that differ between lanes become masks.
 */
final class KernelText {

  private final FunctionText text;
  private final Map<String, Operand> locals = new HashMap<>();
  private final Map<LoopVar, Index> unrolled = new HashMap<>();
  private final SequencedMap<LoopVar, Counter> counters = new LinkedHashMap<>();
  private final IndexText indices;
  private final ScalarText scalars;
  private final MemoryText memory;
  private final PrefetchText prefetch;
  private final MatrixText matrices;
  private @Nullable LoopVar lane;
  private @Nullable Operand mask;

  private KernelText(Kernel kernel, Target target, Set<String> declarations) {
    text = new FunctionText(declarations);
    NarrowText narrow = new NarrowText(text, target);
    scalars = new ScalarText(text, this, narrow, new FloatBits(text, target));
    indices = new IndexText(text, counters, scalars::of);
    memory = new MemoryText(text, this, indices, scalars, narrow);
    prefetch = new PrefetchText(this, memory, kernel.written());
    matrices = new MatrixText(text, this, memory, kernel);
  }

  /** Whether the kernel's outermost loop is shared out among threads. */
  static boolean isParallel(Kernel kernel) {
    return kernel.body().size() == 1
        && kernel.body().getFirst() instanceof Stmt.For loop
        && loop.kind() == LoopKind.PARALLEL;
  }

  /** The function of {@code kernel}. */
  static KernelFunction write(Kernel kernel, Target target) {
    Set<String> declarations = new TreeSet<>();
    KernelText writer = new KernelText(kernel, target, declarations);
    for (Buffer buffer : kernel.arguments()) {
      writer.memory.argument(buffer);
    }
    String arguments =
        kernel.arguments().stream()
            .map(buffer -> "ptr noalias noundef %" + buffer.name())
            .collect(Collectors.joining(", "));
    boolean parallel = isParallel(kernel);
    writer.matrices.configure();
    if (parallel) {
      Stmt.For loop = (Stmt.For) kernel.body().getFirst();
      writer.loop(loop, "%begin", "%end");
    } else {
      writer.block(kernel.body());
    }
    writer.matrices.release();
    String range = parallel ? ", i64 noundef %begin, i64 noundef %end" : "";
    return new KernelFunction(
        kernel, writer.text.finish("(%s%s) noinline #0".formatted(arguments, range)), declarations);
  }

  private void block(List<Stmt> statements) {
    for (int i = 0; i < statements.size(); i++) {
      if (PrefetchText.isSum(statements, i)) {
        prefetch.ask(statements.subList(i + 1, statements.size()));
      }
      statement(statements.get(i));
    }
  }

  private void statement(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> loop(loop);
      case Stmt.If(Condition when, List<Stmt> body) -> branch(when, () -> block(body));
      case Stmt.Let let -> locals.put(let.name(), scalars.of(let.value()));
      case Stmt.Store store -> memory.store(store, scalars.of(store.value()));
      case Stmt.Declare(Buffer buffer) -> {
        if (buffer.space() != Space.MATRIX) {
          memory.allocate(buffer);
        }
      }
    }
  }

  private void loop(Stmt.For loop) {
    switch (loop.kind()) {
      case SERIAL, PARALLEL, ITEMS -> loop(loop, "0", Integer.toString(loop.counter().extent()));
      case UNROLLED -> {
        Square square = mask == null ? Square.of(loop).orElse(null) : null;
        if (square != null) {
          square(square);
          return;
        }
        Strips strips = mask == null ? Strips.of(loop).orElse(null) : null;
        if (strips != null) {
          strips(strips, 0);
          return;
        }
        turns(loop.counter(), loop.counter().extent(), () -> block(loop.body()));
      }
      case LANES -> {
        LoopVar outer = lane;
        lane = loop.counter();
        block(loop.body());
        lane = outer;
      }
      case MATRIX -> matrices.instruction(loop);
    }
  }

  /** Writes {@code body} for each of the first turns of a loop that is unrolled. */
  void turns(LoopVar counter, int turns, Runnable body) {
    for (int i = 0; i < turns; i++) {
      unrolled.put(counter, Index.of(i));
      body.run();
    }
    unrolled.remove(counter);
  }

  /** Computes what is stored in lanes along the rows, turns it, and stores it. */
  private void square(Square square) {
    int lanes = square.lane().extent();
    List<Operand> rows = new ArrayList<>();
    lane = square.row();
    for (int i = 0; i < lanes; i++) {
      unrolled.put(square.lane(), Index.of(i));
      block(List.copyOf(square.lets()));
      rows.add(scalars.splat(scalars.of(square.store().value()), lanes));
    }
    unrolled.remove(square.lane());
    List<Operand> columns = Square.turned(text, rows);
    lane = square.lane();
    for (int i = 0; i < lanes; i++) {
      unrolled.put(square.row(), Index.of(i));
      memory.store(square.store(), columns.get(i));
    }
    unrolled.remove(square.row());
    lane = null;
  }

  /** All strips of the turns of the other loops from number {@code level}. */
  private void strips(Strips strips, int level) {
    if (level == strips.others().size()) {
      for (int i = 0; i < strips.row().extent(); i += strips.count(i)) {
        strips(strips, i, strips.count(i));
      }
      return;
    }
    LoopVar other = strips.others().get(level);
    turns(other, other.extent(), () -> strips(strips, level + 1));
  }

  /**
   * Computes {@code count} vectors from number {@code start}, turns what is stored, and stores it.
   */
  private void strips(Strips strips, int start, int count) {
    Map<Stmt.Store, List<Operand>> rows = new LinkedHashMap<>();
    lane = strips.lane();
    for (int i = start; i < start + count; i++) {
      unrolled.put(strips.row(), Index.of(i));
      for (Stmt statement : strips.body()) {
        if (count > 1 && statement instanceof Stmt.Store store && strips.stores().contains(store)) {
          Operand row = scalars.splat(scalars.of(store.value()), lanes());
          rows.computeIfAbsent(store, _ -> new ArrayList<>()).add(row);
        } else {
          statement(statement);
        }
      }
    }
    rows.forEach(
        (store, vectors) -> {
          List<Operand> turned = Square.turned(text, vectors);
          int length = strips.length(store, count);
          LoopVar along = new LoopVar(strips.row().name(), length);
          lane = along;
          unrolled.put(strips.row(), along.index().plus(start));
          for (int at = 0; at < count * strips.lane().extent(); at += length) {
            Operand vector = turned.get(at / strips.lane().extent());
            unrolled.put(strips.lane(), Index.of(at / count));
            memory.store(store, Square.part(text, vector, at % strips.lane().extent(), length));
          }
        });
    unrolled.remove(strips.lane());
    unrolled.remove(strips.row());
    lane = null;
  }

  private void loop(Stmt.For loop, String begin, String end) {
    Counter counter = new Counter(text, begin, end);
    text.scoped(
        () -> {
          counters.put(loop.counter(), counter);
          block(loop.body());
        });
    counters.remove(loop.counter());
    counter.finish();
  }

  /** Writes {@code body} so that it is done where {@code unresolved} holds. */
  void branch(Condition unresolved, Runnable body) {
    Condition when = resolved(unresolved);
    if (when.always()) {
      body.run();
      return;
    }
    if (lane != null && when.dependsOn(lane)) {
      Operand outer = mask;
      mask = both(outer, condition(when, lanes()));
      body.run();
      mask = outer;
      return;
    }
    String then = text.label("then");
    String after = text.label("after");
    Operand holds = condition(when, 1);
    text.line("br i1 %s, label %%%s, label %%%s".formatted(holds.text(), then, after));
    text.begin(then);
    text.scoped(body);
    text.line("br label %" + after);
    text.begin(after);
  }

  /** How many lanes the current statement runs in. */
  int lanes() {
    return lane == null ? 1 : lane.extent();
  }

  /** The counter of the lanes loop around the current statement, if there is one. */
  @Nullable LoopVar lane() {
    return lane;
  }

  /** The lanes in which the current statement has an effect; nothing means all. */
  @Nullable Operand mask() {
    return mask;
  }

  /** The element, or vector of elements, that {@code load} reads. */
  Operand load(Scalar.Load load) {
    return memory.load(load);
  }

  /** What a let named. */
  Operand local(Scalar.Local local) {
    Operand operand = locals.get(local.name());
    if (operand == null) {
      throw new IllegalStateException("no let names " + local.name());
    }
    return operand;
  }

  /** {@code index} as an i64, or as a vector of i32 when it differs between lanes. */
  Operand position(Index index) {
    Index at = resolved(index);
    if (lane == null || !at.dependsOn(lane)) {
      if (at.isConstant()) {
        return Operand.literal(at.constant(), DType.I32, 1);
      }
      String wide = indices.scalar(at);
      return new Operand(text.value("trunc i64 " + wide + " to i32"), DType.I32, 1);
    }
    return indices.vector(at, lane);
  }

  /** Whether {@code when} holds, in {@code lanes} lanes or, if it is the same in all, in one. */
  Operand condition(Condition unresolved, int lanes) {
    Condition when = resolved(unresolved);
    Operand all = null;
    for (Condition.Test test : when.tests()) {
      all = both(all, test(test));
    }
    Operand holds = all == null ? Operand.literal(1, DType.BOOL, 1) : all;
    return lanes > 1 ? scalars.splat(holds, lanes) : holds;
  }

  /** Both conditions; nothing is the condition that always holds. */
  @Nullable Operand bothOrNull(@Nullable Operand x, @Nullable Operand y) {
    return x == null ? y : y == null ? x : both(x, y);
  }

  private Operand both(@Nullable Operand x, Operand y) {
    if (x == null) {
      return y;
    }
    int lanes = Math.max(x.lanes(), y.lanes());
    Operand left = scalars.splat(x, lanes);
    Operand right = scalars.splat(y, lanes);
    String and = text.value("and %s %s, %s".formatted(left.llvmType(), left.text(), right.text()));
    return new Operand(and, DType.BOOL, lanes);
  }

  private Operand test(Condition.Test test) {
    Operand at = position(test.index());
    String type = at.llvmType();
    return switch (test) {
      case Condition.InRange(var _, int low, int high) -> {
        // One unsigned comparison tests both ends.
        Operand least = Operand.literal(low, DType.I32, at.lanes());
        Operand extent = Operand.literal((double) high - low, DType.I32, at.lanes());
        String shifted =
            low == 0
                ? at.text()
                : text.value("sub %s %s, %s".formatted(type, at.text(), least.text()));
        yield new Operand(
            text.value("icmp ult %s %s, %s".formatted(type, shifted, extent.text())),
            DType.BOOL,
            at.lanes());
      }
      case Condition.Divisible(var _, int divisor) -> {
        Operand by = Operand.literal(divisor, DType.I32, at.lanes());
        String rest = text.value("srem %s %s, %s".formatted(type, at.text(), by.text()));
        Operand zero = Operand.literal(0, DType.I32, at.lanes());
        yield new Operand(
            text.value("icmp eq %s %s, %s".formatted(type, rest, zero.text())),
            DType.BOOL,
            at.lanes());
      }
    };
  }

  /** {@code index} with the counters of unrolled loops filled in. */
  Index resolved(Index index) {
    return unrolled.isEmpty()
        ? index
        : index.substitute(loop -> unrolled.getOrDefault(loop, loop.index()));
  }

  /** {@code when} with the counters of unrolled loops filled in. */
  Condition resolved(Condition when) {
    return when.map(this::resolved);
  }
}
