// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import org.jspecify.annotations.Nullable;

/**
 * Loads and stores in OpenCL C: one element, a vector where lanes are neighbours, element by
 * element for the rest.
 *
 * <p>Nothing is read or written beyond what the lanes ask for: another work-item may be at it.
 */
final class MemoryText {

  private final KernelText kernel;
  private final ScalarText scalars;
  private final Helpers helpers;
  private final NarrowText narrow;
  private final Registers registers = new Registers();

  MemoryText(KernelText kernel, ScalarText scalars, Helpers helpers, NarrowText narrow) {
    this.kernel = kernel;
    this.scalars = scalars;
    this.helpers = helpers;
    this.narrow = narrow;
  }

  /** The declaration of a register buffer. */
  String declare(Buffer buffer, String name) {
    return registers.declare(buffer, name);
  }

  /** The element, or vector of elements, that {@code load} reads. */
  Operand load(Scalar.Load load) {
    Buffer buffer = load.buffer();
    DType type = buffer.type().dtype();
    Index flat = kernel.resolved(Index.linear(load.at(), buffer.type().dims()));
    Condition when = kernel.resolved(load.when());
    LoopVar lane = kernel.lane();
    boolean varies = lane != null && (flat.dependsOn(lane) || when.dependsOn(lane));
    Operand guard = when.always() ? null : kernel.condition(when);
    if (buffer.space() == Space.REGISTER) {
      return fromRegister(load, flat, lane, guard);
    }
    if (lane == null || !varies) {
      Operand element =
          one(buffer.name() + "[" + kernel.position(flat).text() + "]", type, buffer, flat);
      return guard == null
          ? element
          : scalars.select(guard, element, Operand.literal(load.otherwise(), type.computed()));
    }
    Operand all = kernel.both(kernel.mask(), guard);
    Operand mask = all == null ? null : all.splat(lane.extent());
    boolean contiguous = !flat.isIrregularIn(lane) && flat.stride(lane) == 1;
    Operand raw =
        contiguous
            ? vector(buffer, flat.minus(lane.index()), mask, load.otherwise(), lane.extent())
            : gather(buffer, kernel.position(flat).splat(lane.extent()), mask, load.otherwise());
    return raw;
  }

  private Operand fromRegister(
      Scalar.Load load, Index flat, @Nullable LoopVar lane, @Nullable Operand guard) {
    int lanes = lane != null && flat.dependsOn(lane) ? lane.extent() : 1;
    Operand value = registers.read(load.buffer(), start(load.buffer(), flat, lane), lanes);
    return guard == null
        ? value
        : scalars.select(guard, value, Operand.literal(load.otherwise(), value.type()));
  }

  /** The first element that the lanes take of a register buffer. */
  private static int start(Buffer buffer, Index flat, @Nullable LoopVar lane) {
    Index first = lane != null && flat.stride(lane) == 1 ? flat.minus(lane.index()) : flat;
    if (!first.isConstant()) {
      throw new IllegalStateException("register %s is read at %s".formatted(buffer, flat));
    }
    return first.constant();
  }

  private Operand one(String element, DType type, Buffer buffer, Index flat) {
    String text =
        switch (type) {
          case F16 -> "vload_half(%s, %s)".formatted(kernel.position(flat).text(), buffer.name());
          case BF16 -> NarrowText.fromBf16(element, 1);
          case BOOL -> "(" + element + " != 0)";
          case F32, F64, I32, U8 -> element;
        };
    return new Operand(text, type.computed(), 1);
  }

  /** Where the element at {@code flat} lies. */
  private String pointer(Buffer buffer, Index flat) {
    String at = kernel.position(flat).text();
    return at.equals("0") ? buffer.name() : buffer.name() + " + " + at;
  }

  private static String tag(DType type, int lanes) {
    return type + "x" + lanes;
  }

  private static String pointerType(DType type) {
    return "__global const " + Operand.inMemory(type) + " *";
  }

  private Operand vector(
      Buffer buffer, Index start, @Nullable Operand mask, double otherwise, int lanes) {
    DType type = buffer.type().dtype();
    String pointer = pointer(buffer, start);
    String raw;
    if (mask == null) {
      raw = whole(type, lanes, pointer);
    } else {
      String function = "dlc_load_" + tag(type, lanes);
      String element = stored(type);
      String vector = Operand.vector(element, lanes);
      helpers.use(
          function,
          """
          static %s %s(%sp, int%d m, %s o) {
            if (all(m)) return %s;
            return %s;
          }
          """
              .formatted(
                  vector,
                  function,
                  pointerType(type),
                  lanes,
                  element,
                  whole(type, lanes, "p"),
                  Helpers.eachLane(vector, lanes, "m.s# ? %s : o".formatted(element(type, "@")))));
      raw = Helpers.call(function, pointer, mask.text(), otherwise(otherwise, type));
    }
    return computed(raw, type, lanes);
  }

  /** What an element of a vector is right after it was read: halves are floats by then. */
  private static String stored(DType type) {
    return type == DType.F16 ? "float" : Operand.inMemory(type);
  }

  private static String whole(DType type, int lanes, String pointer) {
    return type == DType.F16
        ? "vload_half%d(0, %s)".formatted(lanes, pointer)
        : "vload%d(0, %s)".formatted(lanes, pointer);
  }

  private static String element(DType type, String at) {
    return type == DType.F16 ? "vload_half(%s, p)".formatted(at) : "p[%s]".formatted(at);
  }

  private static String otherwise(double value, DType type) {
    return switch (type) {
      case BF16 -> "(ushort)" + (dlc.ir.NarrowFloats.bits(type, value) & 0xFFFF);
      case F16 -> Operand.literal(value, DType.F32).text();
      case BOOL -> value != 0 ? "(uchar)1" : "(uchar)0";
      case F32, F64, I32, U8 -> Operand.literal(value, type).text();
    };
  }

  private static Operand computed(String raw, DType type, int lanes) {
    String text =
        switch (type) {
          case BF16 -> NarrowText.fromBf16(raw, lanes);
          case BOOL -> "convert_int%d(%s != (uchar)0)".formatted(lanes, raw);
          case F32, F64, F16, I32, U8 -> raw;
        };
    return new Operand(text, type.computed(), lanes);
  }

  private Operand gather(Buffer buffer, Operand at, @Nullable Operand mask, double otherwise) {
    DType type = buffer.type().dtype();
    int lanes = at.lanes();
    String element = stored(type);
    String vector = Operand.vector(element, lanes);
    String read = element(type, "at.s#");
    String function = (mask == null ? "dlc_gather_" : "dlc_gather_where_") + tag(type, lanes);
    String more = mask == null ? "" : ", int%d m, %s o".formatted(lanes, element);
    helpers.use(
        function,
        "static %s %s(%sp, int%d at%s) {\n  return %s;\n}\n"
            .formatted(
                vector,
                function,
                pointerType(type),
                lanes,
                more,
                Helpers.eachLane(vector, lanes, mask == null ? read : "m.s# ? " + read + " : o")));
    String raw =
        mask == null
            ? Helpers.call(function, buffer.name(), at.text())
            : Helpers.call(
                function, buffer.name(), at.text(), mask.text(), otherwise(otherwise, type));
    return computed(raw, type, lanes);
  }

  /** The statement that writes what {@code store} writes, in the lanes that the mask allows. */
  String store(Stmt.Store store) {
    Buffer buffer = store.buffer();
    DType type = buffer.type().dtype();
    LoopVar lane = kernel.lane();
    Index flat = kernel.resolved(Index.linear(store.at(), buffer.type().dims()));
    Operand value = scalars.of(store.value());
    boolean varies = lane != null && flat.dependsOn(lane);
    if (!varies && value.lanes() != 1) {
      throw new IllegalStateException("all lanes store to the same place of " + buffer);
    }
    if (buffer.space() == Space.REGISTER) {
      Operand kept = type.isNarrow() ? narrow.rounded(value, type) : value;
      int lanes = varies && lane != null ? lane.extent() : 1;
      return registers.write(buffer, start(buffer, flat, varies ? lane : null), kept.splat(lanes));
    }
    if (lane == null || !varies) {
      return storeOne(buffer, kernel.position(flat).text(), inMemory(value, type), type);
    }
    Operand vector = value.splat(lane.extent());
    Operand mask = kernel.mask() == null ? null : kernel.mask().splat(lane.extent());
    if (!flat.isIrregularIn(lane) && flat.stride(lane) == 1) {
      String pointer = pointer(buffer, flat.minus(lane.index()));
      return storeVector(pointer, inMemory(vector, type), type, mask, lane.extent());
    }
    Operand at = kernel.position(flat).splat(lane.extent());
    return scatter(buffer, at, inMemory(vector, type), mask);
  }

  /** The value as memory of {@code type} has it; halves are rounded when they are stored. */
  private String inMemory(Operand value, DType type) {
    return switch (type) {
      case BF16 -> narrow.toBf16(value);
      case BOOL ->
          value.lanes() == 1
              ? value.text()
              : "convert_uchar%d(%s & 1)".formatted(value.lanes(), value.text());
      case F16, F32, F64, I32, U8 -> value.text();
    };
  }

  private static String storeOne(Buffer buffer, String at, String value, DType type) {
    return type == DType.F16
        ? "vstore_half_rte(%s, %s, %s);".formatted(value, at, buffer.name())
        : "%s[%s] = %s;".formatted(buffer.name(), at, value);
  }

  private static String wholeStore(DType type, int lanes, String value, String pointer) {
    return type == DType.F16
        ? "vstore_half%d_rte(%s, 0, %s);".formatted(lanes, value, pointer)
        : "vstore%d(%s, 0, %s);".formatted(lanes, value, pointer);
  }

  private static String elementStore(DType type, String value, String at) {
    return type == DType.F16
        ? "vstore_half_rte(%s, %s, p);".formatted(value, at)
        : "p[%s] = %s;".formatted(at, value);
  }

  private String storeVector(
      String pointer, String value, DType type, @Nullable Operand mask, int lanes) {
    if (mask == null) {
      return wholeStore(type, lanes, value, pointer);
    }
    String function = "dlc_store_" + tag(type, lanes);
    StringBuilder each = new StringBuilder();
    for (int i = 0; i < lanes; i++) {
      String digit = Helpers.digit(i);
      each.append(
          "  if (m.s%s) %s\n"
              .formatted(digit, elementStore(type, "v.s" + digit, Integer.toString(i))));
    }
    helpers.use(
        function,
        "static void %s(__global %s *p, %s v, int%d m) {\n  if (all(m)) { %s return; }\n%s}\n"
            .formatted(
                function,
                Operand.inMemory(type),
                Operand.vector(stored(type), lanes),
                lanes,
                wholeStore(type, lanes, "v", "p"),
                each));
    return Helpers.call(function, pointer, value, mask.text()) + ";";
  }

  private String scatter(Buffer buffer, Operand at, String value, @Nullable Operand mask) {
    DType type = buffer.type().dtype();
    int lanes = at.lanes();
    String function = (mask == null ? "dlc_scatter_" : "dlc_scatter_where_") + tag(type, lanes);
    StringBuilder each = new StringBuilder();
    for (int i = 0; i < lanes; i++) {
      String digit = Helpers.digit(i);
      String when = mask == null ? "" : "if (m.s%s) ".formatted(digit);
      each.append("  " + when + elementStore(type, "v.s" + digit, "at.s" + digit) + "\n");
    }
    helpers.use(
        function,
        "static void %s(__global %s *p, int%d at, %s v%s) {\n%s}\n"
            .formatted(
                function,
                Operand.inMemory(type),
                lanes,
                Operand.vector(stored(type), lanes),
                mask == null ? "" : ", int" + lanes + " m",
                each));
    return mask == null
        ? Helpers.call(function, buffer.name(), at.text(), value) + ";"
        : Helpers.call(function, buffer.name(), at.text(), value, mask.text()) + ";";
  }
}
