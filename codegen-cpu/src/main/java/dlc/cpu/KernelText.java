// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One kernel as an LLVM function.
 *
 * <p>Arguments are the buffers and, when the outermost loop is parallel, the range of it to run. A
 * lanes loop becomes vector instructions; conditions that differ between lanes become masks.
 */
final class KernelText {

  private final FunctionText text;
  private final Map<String, String> pointers = new HashMap<>();
  private final Map<String, Operand> locals = new HashMap<>();
  private final Map<LoopVar, Index> unrolled = new HashMap<>();
  private final Map<LoopVar, String> counters = new HashMap<>();
  private final IndexText indices;
  private final ScalarText scalars;
  private @Nullable LoopVar lane;
  private @Nullable Operand mask;

  private KernelText(Set<String> declarations) {
    text = new FunctionText(declarations);
    scalars = new ScalarText(text, this);
    indices = new IndexText(text, counters, scalars::of);
  }

  /** Whether the kernel's outermost loop is shared out among threads. */
  static boolean isParallel(Kernel kernel) {
    return kernel.body().size() == 1
        && kernel.body().getFirst() instanceof Stmt.For loop
        && loop.kind() == LoopKind.PARALLEL;
  }

  /** The function, internal to its module. */
  static String write(Kernel kernel, Set<String> declarations) {
    KernelText writer = new KernelText(declarations);
    for (Buffer buffer : kernel.arguments()) {
      writer.pointers.put(buffer.name(), "%" + buffer.name());
    }
    String arguments =
        kernel.arguments().stream()
            .map(buffer -> "ptr noalias noundef %" + buffer.name())
            .collect(Collectors.joining(", "));
    boolean parallel = isParallel(kernel);
    if (parallel) {
      Stmt.For loop = (Stmt.For) kernel.body().getFirst();
      writer.loop(loop, "%begin", "%end");
    } else {
      writer.block(kernel.body());
    }
    String range = parallel ? ", i64 noundef %begin, i64 noundef %end" : "";
    return writer.text.finish(
        "define internal void @%s(%s%s) noinline #0".formatted(kernel.name(), arguments, range));
  }

  private void block(List<Stmt> statements) {
    statements.forEach(this::statement);
  }

  private void statement(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> loop(loop);
      case Stmt.If(Condition when, List<Stmt> body) -> branch(resolved(when), body);
      case Stmt.Let let -> locals.put(let.name(), scalars.of(let.value()));
      case Stmt.Store store -> store(store);
      case Stmt.Declare(Buffer buffer) ->
          pointers.put(
              buffer.name(),
              text.allocate(Operand.inMemory(buffer.type().dtype()), buffer.type().elements()));
    }
  }

  private void loop(Stmt.For loop) {
    switch (loop.kind()) {
      case SERIAL, PARALLEL -> loop(loop, "0", Integer.toString(loop.counter().extent()));
      case UNROLLED -> {
        for (int i = 0; i < loop.counter().extent(); i++) {
          unrolled.put(loop.counter(), Index.of(i));
          block(loop.body());
        }
        unrolled.remove(loop.counter());
      }
      case LANES -> {
        LoopVar outer = lane;
        lane = loop.counter();
        block(loop.body());
        lane = outer;
      }
    }
  }

  private void loop(Stmt.For loop, String begin, String end) {
    String head = text.label("loop");
    String done = text.label("done");
    String before = text.block();
    String counter = "%" + text.label("i");
    String next = "%" + text.label("n");
    text.line("%s.any = icmp slt i64 %s, %s".formatted(counter, begin, end));
    text.line("br i1 %s.any, label %%%s, label %%%s".formatted(counter, head, done));
    text.begin(head);
    int phi = text.reserve();
    text.scoped(
        () -> {
          counters.put(loop.counter(), counter);
          block(loop.body());
        });
    counters.remove(loop.counter());
    text.line("%s = add nuw nsw i64 %s, 1".formatted(next, counter));
    text.line("%s.more = icmp slt i64 %s, %s".formatted(next, next, end));
    text.line("br i1 %s.more, label %%%s, label %%%s".formatted(next, head, done));
    text.fill(
        phi,
        "%s = phi i64 [ %s, %%%s ], [ %s, %%%s ]"
            .formatted(counter, begin, before, next, text.block()));
    text.begin(done);
  }

  private void branch(Condition when, List<Stmt> body) {
    if (when.always()) {
      block(body);
      return;
    }
    if (lane != null && when.dependsOn(lane)) {
      Operand outer = mask;
      mask = both(outer, condition(when, lanes()));
      block(body);
      mask = outer;
      return;
    }
    String then = text.label("then");
    String after = text.label("after");
    Operand holds = condition(when, 1);
    text.line("br i1 %s, label %%%s, label %%%s".formatted(holds.text(), then, after));
    text.begin(then);
    text.scoped(() -> block(body));
    text.line("br label %" + after);
    text.begin(after);
  }

  /** How many lanes the current statement runs in. */
  int lanes() {
    return lane == null ? 1 : lane.extent();
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

  private @Nullable Operand bothOrNull(@Nullable Operand x, @Nullable Operand y) {
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

  private Index resolved(Index index) {
    return unrolled.isEmpty()
        ? index
        : index.substitute(loop -> unrolled.getOrDefault(loop, loop.index()));
  }

  private Condition resolved(Condition when) {
    return when.map(this::resolved);
  }

  // Memory

  /** The element, or vector of elements, that {@code load} reads. */
  Operand load(Scalar.Load load) {
    DType type = load.buffer().type().dtype();
    Index flat = resolved(Index.linear(load.at(), load.buffer().type().dims()));
    Condition when = resolved(load.when());
    LoopVar across = lane;
    boolean varies = across != null && (flat.dependsOn(across) || when.dependsOn(across));
    boolean register = load.buffer().space() == Space.REGISTER;
    Operand guard = when.always() ? null : condition(when, varies ? lanes() : 1);
    if (across == null || !varies) {
      return loadOne(load, flat, guard, type);
    }
    Operand all = register ? guard : bothOrNull(mask, guard);
    if (flat.isIrregularIn(across) || flat.stride(across) != 1) {
      Operand shuffled = all == null ? shuffled(load.buffer(), flat, across) : null;
      return shuffled != null ? shuffled : gather(load, flat, across, all, type);
    }
    String pointer = pointer(load.buffer(), flat.minus(across.index()));
    String vector = Operand.vector(Operand.inMemory(type), lanes());
    String raw;
    if (all == null) {
      raw = text.fresh("load %s, ptr %s, align %d".formatted(vector, pointer, type.bytes()));
    } else {
      String intrinsic = "@llvm.masked.load.v%d%s.p0".formatted(lanes(), suffix(type));
      text.declare(
          "declare %s %s(ptr, i32, <%d x i1>, %s)".formatted(vector, intrinsic, lanes(), vector));
      raw =
          text.fresh(
              "call %s %s(ptr %s, i32 %d, %s, %s)"
                  .formatted(
                      vector,
                      intrinsic,
                      pointer,
                      type.bytes(),
                      scalars.splat(all, lanes()).typed(),
                      vector + " " + otherwise(load, type, lanes())));
    }
    return fromMemory(raw, type, lanes());
  }

  /** Steps of more than this many elements are gathered. */
  private static final int MAX_SHUFFLED_STEP = 4;

  /**
   * Reads in small even steps as a wide load of which elements are taken, and elements that repeat
   * as a narrow load that is spread; nothing for other accesses. A wide load may read up to three
   * elements after the last one: work and state memory have room for that at their end.
   */
  private @Nullable Operand shuffled(Buffer buffer, Index flat, LoopVar across) {
    DType type = buffer.type().dtype();
    int step = flat.isIrregularIn(across) ? 0 : flat.stride(across);
    if (step > 1 && step <= MAX_SHUFFLED_STEP) {
      String pointer = pointer(buffer, flat.minus(across.index().times(step)));
      return picked(pointer, type, step * lanes(), i -> i * step);
    }
    for (Index.Term term : flat.terms()) {
      if (term.coefficient() == 1
          && term.atom() instanceof Index.Quotient(Index dividend, int divisor)
          && dividend.equals(across.index())
          && lanes() % divisor == 0) {
        Index start = flat.minus(Index.of(term.atom()));
        return start.dependsOn(across)
            ? null
            : picked(pointer(buffer, start), type, lanes() / divisor, i -> i / divisor);
      }
    }
    return null;
  }

  /** Loads {@code count} elements; lane i gets number {@code pick(i)} of them. */
  private Operand picked(String pointer, DType type, int count, IntUnaryOperator pick) {
    String vector = "<" + count + " x " + Operand.inMemory(type) + ">";
    String all = text.fresh("load %s, ptr %s, align %d".formatted(vector, pointer, type.bytes()));
    String places =
        IntStream.range(0, lanes())
            .mapToObj(i -> "i32 " + pick.applyAsInt(i))
            .collect(Collectors.joining(", "));
    String taken =
        text.value(
            "shufflevector %s %s, %s poison, <%d x i32> <%s>"
                .formatted(vector, all, vector, lanes(), places));
    return fromMemory(taken, type, lanes());
  }

  private static String otherwise(Scalar.Load load, DType type, int lanes) {
    DType stored = type == DType.BOOL ? DType.U8 : type;
    return Operand.literal(load.otherwise(), stored, lanes).text();
  }

  private Operand loadOne(Scalar.Load load, Index flat, @Nullable Operand guard, DType type) {
    String pointer = pointer(load.buffer(), flat);
    if (guard != null) {
      // Reading a constant elsewhere instead needs no branch.
      String global = "@otherwise.%s.%s".formatted(suffix(type), bits(load.otherwise()));
      text.declare(
          "%s = private unnamed_addr constant %s %s"
              .formatted(global, Operand.inMemory(type), otherwise(load, type, 1)));
      pointer = text.value("select i1 %s, ptr %s, ptr %s".formatted(guard.text(), pointer, global));
    }
    String raw =
        text.fresh(
            "load %s, ptr %s, align %d".formatted(Operand.inMemory(type), pointer, type.bytes()));
    return fromMemory(raw, type, 1);
  }

  private static String bits(double value) {
    return Long.toHexString(Double.doubleToRawLongBits(value));
  }

  private Operand gather(
      Scalar.Load load, Index flat, LoopVar across, @Nullable Operand guard, DType type) {
    int lanes = lanes();
    String element = Operand.inMemory(type);
    String vector = Operand.vector(element, lanes);
    Operand at = indices.vector(flat, across);
    String places =
        text.value(
            "getelementptr %s, ptr %s, <%d x i32> %s"
                .formatted(element, pointers.get(load.buffer().name()), lanes, at.text()));
    String intrinsic = "@llvm.masked.gather.v%d%s.v%dp0".formatted(lanes, suffix(type), lanes);
    text.declare(
        "declare %s %s(<%d x ptr>, i32, <%d x i1>, %s)"
            .formatted(vector, intrinsic, lanes, lanes, vector));
    Operand reads =
        guard == null ? Operand.literal(1, DType.BOOL, lanes) : scalars.splat(guard, lanes);
    String raw =
        text.fresh(
            "call %s %s(<%d x ptr> %s, i32 %d, %s, %s %s)"
                .formatted(
                    vector,
                    intrinsic,
                    lanes,
                    places,
                    type.bytes(),
                    reads.typed(),
                    vector,
                    otherwise(load, type, lanes)));
    return fromMemory(raw, type, lanes);
  }

  private Operand fromMemory(String raw, DType type, int lanes) {
    if (type != DType.BOOL) {
      return new Operand(raw, type, lanes);
    }
    String zero = Operand.literal(0, DType.U8, lanes).text();
    String test = "icmp ne %s %s, %s".formatted(Operand.vector("i8", lanes), raw, zero);
    return new Operand(text.value(test), DType.BOOL, lanes);
  }

  /** The name of the vector suffix of intrinsics, such as f32. */
  private static String suffix(DType type) {
    return switch (type) {
      case F32 -> "f32";
      case F64 -> "f64";
      case I32 -> "i32";
      case U8, BOOL -> "i8";
    };
  }

  /** Where the element at row-major position {@code flat} lies. */
  private String pointer(Buffer buffer, Index flat) {
    String element = Operand.inMemory(buffer.type().dtype());
    String base = pointers.get(buffer.name());
    if (base == null) {
      throw new IllegalStateException("no buffer is called " + buffer.name());
    }
    Index variable = flat.plus(-flat.constant());
    String pointer =
        variable.isConstant()
            ? base
            : text.value(
                "getelementptr inbounds %s, ptr %s, i64 %s"
                    .formatted(element, base, indices.scalar(variable)));
    return flat.constant() == 0
        ? pointer
        : text.value(
            "getelementptr inbounds %s, ptr %s, i64 %d"
                .formatted(element, pointer, flat.constant()));
  }

  private void store(Stmt.Store store) {
    DType type = store.buffer().type().dtype();
    Index flat = resolved(Index.linear(store.at(), store.buffer().type().dims()));
    Operand value = scalars.of(store.value());
    if (lane == null || !flat.dependsOn(lane)) {
      if (value.lanes() != 1) {
        throw new IllegalStateException("all lanes store to the same place of " + store.buffer());
      }
      text.line(
          "store %s, ptr %s, align %d"
              .formatted(inMemory(value), pointer(store.buffer(), flat), type.bytes()));
      return;
    }
    Operand vector = scalars.splat(value, lanes());
    Operand guard = store.buffer().space() == Space.REGISTER ? null : mask;
    if (flat.isIrregularIn(lane) || flat.stride(lane) != 1) {
      scatter(store.buffer(), flat, lane, vector, guard);
      return;
    }
    String pointer = pointer(store.buffer(), flat.minus(lane.index()));
    if (guard == null) {
      text.line("store %s, ptr %s, align %d".formatted(inMemory(vector), pointer, type.bytes()));
      return;
    }
    String typed = Operand.vector(Operand.inMemory(type), lanes());
    String intrinsic = "@llvm.masked.store.v%d%s.p0".formatted(lanes(), suffix(type));
    text.declare("declare void %s(%s, ptr, i32, <%d x i1>)".formatted(intrinsic, typed, lanes()));
    text.line(
        "call void %s(%s, ptr %s, i32 %d, %s)"
            .formatted(intrinsic, inMemory(vector), pointer, type.bytes(), guard.typed()));
  }

  private void scatter(
      Buffer buffer, Index flat, LoopVar across, Operand vector, @Nullable Operand guard) {
    DType type = buffer.type().dtype();
    int lanes = lanes();
    String element = Operand.inMemory(type);
    Operand at = indices.vector(flat, across);
    String places =
        text.value(
            "getelementptr %s, ptr %s, <%d x i32> %s"
                .formatted(element, pointers.get(buffer.name()), lanes, at.text()));
    String intrinsic = "@llvm.masked.scatter.v%d%s.v%dp0".formatted(lanes, suffix(type), lanes);
    text.declare(
        "declare void %s(%s, <%d x ptr>, i32, <%d x i1>)"
            .formatted(intrinsic, Operand.vector(element, lanes), lanes, lanes));
    Operand writes = guard == null ? Operand.literal(1, DType.BOOL, lanes) : guard;
    text.line(
        "call void %s(%s, <%d x ptr> %s, i32 %d, %s)"
            .formatted(intrinsic, inMemory(vector), lanes, places, type.bytes(), writes.typed()));
  }

  private String inMemory(Operand value) {
    if (value.type() != DType.BOOL) {
      return value.typed();
    }
    String byteType = Operand.vector("i8", value.lanes());
    return byteType + " " + text.value("zext %s to %s".formatted(value.typed(), byteType));
  }
}
