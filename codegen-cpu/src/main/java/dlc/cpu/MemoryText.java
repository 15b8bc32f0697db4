// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Loads and stores as LLVM instructions: one element, a vector where lanes are neighbours, shuffles
 * of vectors for small even steps, gathers and scatters for the rest.
 */
final class MemoryText {

  private final FunctionText text;
  private final KernelText kernel;
  private final IndexText indices;
  private final ScalarText scalars;
  private final NarrowText narrow;
  private final Map<String, String> pointers = new HashMap<>();

  MemoryText(
      FunctionText text,
      KernelText kernel,
      IndexText indices,
      ScalarText scalars,
      NarrowText narrow) {
    this.text = text;
    this.kernel = kernel;
    this.indices = indices;
    this.scalars = scalars;
    this.narrow = narrow;
  }

  /** Makes the buffer known that is the function's argument of that name. */
  void argument(Buffer buffer) {
    pointers.put(buffer.name(), "%" + buffer.name());
  }

  /** Reserves memory on the stack, with room for what wide loads read after the last element. */
  void allocate(Buffer buffer) {
    String element = Operand.inMemory(buffer.type().dtype());
    long room = buffer.space() == Space.SHARED ? MAX_SHUFFLED_STEP - 1 : 0;
    pointers.put(buffer.name(), text.allocate(element, buffer.type().elements() + room));
  }

  /**
   * Asks for the line of the first element that {@code load} reads.
   *
   * @param forWriting whether to have it taken from the caches of other processors
   */
  void prefetch(Scalar.Load load, boolean forWriting) {
    Index flat = kernel.resolved(Index.linear(load.at(), load.buffer().type().dims()));
    String pointer = pointer(load.buffer(), flat);
    text.declare("declare void @llvm.prefetch.p0(ptr, i32, i32, i32)");
    int write = forWriting ? 1 : 0;
    text.line(
        "call void @llvm.prefetch.p0(ptr %s, i32 %d, i32 3, i32 1)".formatted(pointer, write));
  }

  private int lanes() {
    return kernel.lanes();
  }

  /** The element, or vector of elements, that {@code load} reads. */
  Operand load(Scalar.Load load) {
    DType type = load.buffer().type().dtype();
    Index flat = kernel.resolved(Index.linear(load.at(), load.buffer().type().dims()));
    Condition when = kernel.resolved(load.when());
    LoopVar across = kernel.lane();
    boolean varies = across != null && (flat.dependsOn(across) || when.dependsOn(across));
    boolean register = load.buffer().space() == Space.REGISTER;
    Operand guard = when.always() ? null : kernel.condition(when, varies ? lanes() : 1);
    if (across == null || !varies) {
      return loadOne(load, flat, guard, type);
    }
    Operand all = register ? guard : kernel.bothOrNull(kernel.mask(), guard);
    if (register && all == null && isAcrossRows(load.buffer(), flat, across)) {
      return fromRows(load, flat, across);
    }
    if (flat.isIrregularIn(across) || flat.stride(across) != 1) {
      Operand shuffled = shuffled(load, flat, across, all);
      return shuffled != null ? shuffled : gather(load, flat, across, all, type);
    }
    String pointer = pointer(load.buffer(), flat.minus(across.index()));
    return fromMemory(loadVector(pointer, load, lanes(), all), type, lanes());
  }

  /** Loads {@code count} elements, those of other lanes than {@code mask}'s not. */
  private String loadVector(String pointer, Scalar.Load load, int count, @Nullable Operand mask) {
    DType type = load.buffer().type().dtype();
    String vector = "<" + count + " x " + Operand.inMemory(type) + ">";
    if (mask == null) {
      return load(vector, pointer, type);
    }
    String intrinsic = "@llvm.masked.load.v%d%s.p0".formatted(count, suffix(type));
    text.declare(
        "declare %s %s(ptr, i32, <%d x i1>, %s)".formatted(vector, intrinsic, count, vector));
    return text.fresh(
        "call %s %s(ptr %s, i32 %d, %s, %s)"
            .formatted(
                vector,
                intrinsic,
                pointer,
                type.bytes(),
                scalars.splat(mask, count).typed(),
                vector + " " + Operand.stored(load.otherwise(), type, count)));
  }

  /**
   * Whether the elements that the lanes read of registers are known, and do not follow each other
   * in one row.
   */
  private boolean isAcrossRows(Buffer buffer, Index flat, LoopVar across) {
    Index first = at(flat, across, 0);
    boolean follow = flat.minus(across.index()).equals(first);
    int width = buffer.type().dims().getLast();
    return first.isConstant() && !(follow && first.constant() % width + lanes() <= width);
  }

  /** Reads registers here and there: a shuffle of each two rows in which the elements are. */
  private Operand fromRows(Scalar.Load load, Index flat, LoopVar across) {
    int width = load.buffer().type().dims().getLast();
    DType type = load.buffer().type().dtype();
    String row = Operand.vector(Operand.inMemory(type), width);
    String vector = Operand.vector(Operand.inMemory(type), lanes());
    int[] places =
        IntStream.range(0, lanes()).map(lane -> at(flat, across, lane).constant()).toArray();
    int[] rows = IntStream.of(places).map(place -> place / width).distinct().toArray();
    String all = "poison";
    for (int i = 0; i < rows.length; i += 2) {
      int first = rows[i];
      int second = i + 1 < rows.length ? rows[i + 1] : first;
      String both =
          shuffle(
              row,
              wholeRow(load, first, width),
              first == second ? "poison" : wholeRow(load, second, width),
              lanes(),
              lane -> places[lane] % width + (places[lane] / width == first ? 0 : width));
      all =
          i == 0
              ? both
              : shuffle(
                  vector,
                  all,
                  both,
                  lanes(),
                  lane ->
                      places[lane] / width == first || places[lane] / width == second
                          ? lane + lanes()
                          : lane);
    }
    return fromMemory(all, type, lanes());
  }

  private String wholeRow(Scalar.Load load, int row, int width) {
    return loadVector(pointer(load.buffer(), Index.of(row * width)), load, width, null);
  }

  private static Index at(Index flat, LoopVar across, int lane) {
    return flat.substitute(loop -> loop.equals(across) ? Index.of(lane) : loop.index());
  }

  /** Steps of more than this many elements are gathered. */
  static final int MAX_SHUFFLED_STEP = 4;

  /**
   * Reads in small even steps as a wide load of which elements are taken, and elements that repeat
   * as a narrow load that is spread; nothing for other accesses. A wide load may read up to three
   * elements after the last one: work and state memory have room for that at their end.
   */
  private @Nullable Operand shuffled(
      Scalar.Load load, Index flat, LoopVar across, @Nullable Operand mask) {
    int step = flat.isIrregularIn(across) ? 0 : flat.stride(across);
    if (step > 1 && step <= MAX_SHUFFLED_STEP) {
      String pointer = pointer(load.buffer(), flat.minus(across.index().times(step)));
      Operand wide = mask == null || mask.lanes() == 1 ? mask : repeated(mask, step);
      return picked(load, loadVector(pointer, load, step * lanes(), wide), step * lanes(), step, 1);
    }
    int times = flat.repeats(across).orElse(0);
    if (mask != null || times == 0 || lanes() % times != 0) {
      return null;
    }
    int count = lanes() / times;
    String pointer = pointer(load.buffer(), flat.minus(across.index().floorDiv(times)));
    return picked(load, loadVector(pointer, load, count, null), count, 1, times);
  }

  /** Each lane of {@code mask} {@code times} times. */
  private Operand repeated(Operand mask, int times) {
    int count = times * mask.lanes();
    return new Operand(
        shuffle(mask.llvmType(), mask.text(), "poison", count, i -> i / times), DType.BOOL, count);
  }

  /**
   * Of the {@code count} elements of {@code all}, lane i gets number {@code i * step / divisor}.
   */
  private Operand picked(Scalar.Load load, String all, int count, int step, int divisor) {
    DType type = load.buffer().type().dtype();
    String vector = "<" + count + " x " + Operand.inMemory(type) + ">";
    return fromMemory(
        shuffle(vector, all, "poison", lanes(), i -> i * step / divisor), type, lanes());
  }

  /**
   * The {@code count} elements of which number i is number {@code pick(i)} of {@code first} and
   * {@code second}, one after the other.
   */
  private String shuffle(
      String type, String first, String second, int count, IntUnaryOperator pick) {
    String places =
        IntStream.range(0, count)
            .mapToObj(i -> "i32 " + pick.applyAsInt(i))
            .collect(Collectors.joining(", "));
    return text.value(
        "shufflevector %s %s, %s %s, <%d x i32> <%s>"
            .formatted(type, first, type, second, count, places));
  }

  private Operand loadOne(Scalar.Load load, Index flat, @Nullable Operand guard, DType type) {
    String pointer = pointer(load.buffer(), flat);
    if (guard != null) {
      // Reading a constant elsewhere instead needs no branch.
      String global = "@otherwise.%s.%s".formatted(type, bits(load.otherwise()));
      text.declare(
          "%s = private unnamed_addr constant %s %s"
              .formatted(
                  global, Operand.inMemory(type), Operand.stored(load.otherwise(), type, 1)));
      pointer = text.value("select i1 %s, ptr %s, ptr %s".formatted(guard.text(), pointer, global));
    }
    return fromMemory(load(Operand.inMemory(type), pointer, type), type, 1);
  }

  private String load(String what, String pointer, DType type) {
    return text.fresh("load " + what + ", ptr " + pointer + ", align " + type.bytes());
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
                    Operand.stored(load.otherwise(), type, lanes)));
    return fromMemory(raw, type, lanes);
  }

  private Operand fromMemory(String raw, DType type, int lanes) {
    if (type.isNarrow()) {
      return narrow.widened(raw, type, lanes);
    }
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
      case BF16, F16 -> "i16";
      case I32 -> "i32";
      case U8, BOOL -> "i8";
    };
  }

  /**
   * Where the element at row-major position {@code flat} lies. The pointer moves with one loop
   * after the other, so that what inner loops add to is there before they begin; on its way it may
   * be out of bounds.
   */
  String pointer(Buffer buffer, Index flat) {
    String element = Operand.inMemory(buffer.type().dtype());
    String base = pointers.get(buffer.name());
    if (base == null) {
      throw new IllegalStateException("no buffer is called " + buffer.name());
    }
    String pointer = base;
    for (Index part : indices.byLoop(flat)) {
      pointer = moved(pointer, element, indices.scalar(part));
    }
    return flat.constant() == 0
        ? pointer
        : moved(pointer, element, Integer.toString(flat.constant()));
  }

  private String moved(String pointer, String element, String by) {
    return text.value("getelementptr " + element + ", ptr " + pointer + ", i64 " + by);
  }

  /** Writes {@code value} where {@code store} does, in the lanes that the mask allows. */
  void store(Stmt.Store store, Operand value) {
    LoopVar lane = kernel.lane();
    DType type = store.buffer().type().dtype();
    Index flat = kernel.resolved(Index.linear(store.at(), store.buffer().type().dims()));
    if (lane == null || !flat.dependsOn(lane)) {
      if (value.lanes() != 1) {
        throw new IllegalStateException("all lanes store to the same place of " + store.buffer());
      }
      store(inMemory(value, type), pointer(store.buffer(), flat), type);
      return;
    }
    Operand vector = scalars.splat(value, lanes());
    Operand guard = store.buffer().space() == Space.REGISTER ? null : kernel.mask();
    int step = flat.isIrregularIn(lane) ? 0 : flat.stride(lane);
    if (step < 1 || step > MAX_SHUFFLED_STEP || (step > 1 && guard != null)) {
      scatter(store.buffer(), flat, lane, vector, guard);
      return;
    }
    String pointer = pointer(store.buffer(), flat.minus(lane.index().times(step)));
    if (step > 1) {
      spread(inMemory(vector, type), pointer, type, step);
    } else if (guard != null) {
      storeMasked(inMemory(vector, type), pointer, type, lanes(), guard.typed());
    } else {
      store(inMemory(vector, type), pointer, type);
    }
  }

  private void store(String value, String pointer, DType type) {
    text.line("store " + value + ", ptr " + pointer + ", align " + type.bytes());
  }

  /** Writes in small even steps, as a wide vector of which the places between are left out. */
  private void spread(String vector, String pointer, DType type, int step) {
    int count = step * lanes();
    String places =
        IntStream.range(0, count)
            .mapToObj(i -> i % step == 0 ? "i32 " + i / step : "i32 poison")
            .collect(Collectors.joining(", "));
    String narrow = Operand.vector(Operand.inMemory(type), lanes());
    String wide =
        text.value(
            "shufflevector %s, %s poison, <%d x i32> <%s>"
                .formatted(vector, narrow, count, places));
    String mask =
        IntStream.range(0, count)
            .mapToObj(i -> i % step == 0 ? "i1 1" : "i1 0")
            .collect(Collectors.joining(", ", "<" + count + " x i1> <", ">"));
    String typed = "<" + count + " x " + Operand.inMemory(type) + "> " + wide;
    storeMasked(typed, pointer, type, count, mask);
  }

  private void storeMasked(String vector, String pointer, DType type, int count, String mask) {
    String typed = "<" + count + " x " + Operand.inMemory(type) + ">";
    String intrinsic = "@llvm.masked.store.v%d%s.p0".formatted(count, suffix(type));
    text.declare("declare void %s(%s, ptr, i32, <%d x i1>)".formatted(intrinsic, typed, count));
    text.line(
        "call void %s(%s, ptr %s, i32 %d, %s)"
            .formatted(intrinsic, vector, pointer, type.bytes(), mask));
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
            .formatted(
                intrinsic, inMemory(vector, type), lanes, places, type.bytes(), writes.typed()));
  }

  private String inMemory(Operand value, DType type) {
    if (type.isNarrow()) {
      return Operand.vector("i16", value.lanes()) + " " + narrow.narrowed(value, type);
    }
    if (value.type() != DType.BOOL) {
      return value.typed();
    }
    String byteType = Operand.vector("i8", value.lanes());
    return byteType + " " + text.value("zext %s to %s".formatted(value.typed(), byteType));
  }
}
