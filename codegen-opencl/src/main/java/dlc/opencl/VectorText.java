// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Functions that bring vectors from memory and back, of elements that lie side by side, at equal
 * distances, or anywhere.
 *
 * <p>What is read or written is just what the lanes ask for: another work-item may be at the rest.
 */
final class VectorText {

  /** Up to this distance, vectors are read whole and taken apart. */
  private static final int NEAR = 4;

  /** Shorter vectors are read piece by piece as fast. */
  private static final int LEAST_WHOLE = 4;

  private final Helpers helpers;

  VectorText(Helpers helpers) {
    this.helpers = helpers;
  }

  private static String tag(DType type, int lanes) {
    return type + "x" + lanes;
  }

  /** What an element of a vector is right after it was read: halves are floats by then. */
  static String stored(DType type) {
    return type == DType.F16 ? "float" : Operand.inMemory(type);
  }

  private static String vector(DType type, int lanes) {
    return Operand.vector(stored(type), lanes);
  }

  private static String source(DType type) {
    return "__global const " + Operand.inMemory(type) + " *";
  }

  private static String target(DType type) {
    return target(type, Space.GLOBAL);
  }

  private static String target(DType type, Space space) {
    return name(space) + " " + Operand.inMemory(type) + " *";
  }

  private static String name(Space space) {
    return space == Space.SHARED ? "__local" : "__global";
  }

  /**
   * All elements from {@code pointer} on. PoCL puts {@code vload16} together of pieces, which LLVM
   * does not always find again to be one; a vector that may lie anywhere is one from the beginning.
   */
  private String whole(DType type, int lanes, String pointer) {
    if (type == DType.F16) {
      return "vload_half%d(0, %s)".formatted(lanes, pointer);
    }
    if (lanes < LEAST_WHOLE) {
      return "vload%d(0, %s)".formatted(lanes, pointer);
    }
    String function = "dlc_all_" + tag(type, lanes);
    helpers.use(
        function,
        """
        static %s %s(%sp) {
        #if defined(__clang__)
          typedef %s dlc_vector __attribute__((ext_vector_type(%d), aligned(%d)));
          return *(__global const dlc_vector *)p;
        #else
          return vload%d(0, p);
        #endif
        }
        """
            .formatted(
                vector(type, lanes),
                function,
                source(type),
                stored(type),
                lanes,
                type.bytes(),
                lanes));
    return Helpers.call(function, pointer);
  }

  private static String element(DType type, String at) {
    return type == DType.F16 ? "vload_half(%s, p)".formatted(at) : "p[%s]".formatted(at);
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

  private static String otherwise(double value, DType type) {
    return switch (type) {
      case BF16 -> "(ushort)" + (dlc.ir.NarrowFloats.bits(type, value) & 0xFFFF);
      case F16 -> Operand.literal(value, DType.F32).text();
      case BOOL -> value != 0 ? "(uchar)1" : "(uchar)0";
      case F32, F64, I32, U8 -> Operand.literal(value, type).text();
    };
  }

  // ---- side by side

  /** The elements from {@code pointer} on in the lanes of {@code mask}, others elsewhere. */
  String load(DType type, String pointer, LaneMask mask, double otherwise) {
    String other = otherwise(otherwise, type);
    if (!mask.isKnown()) {
      return Helpers.call(maskedLoad(type, mask.lanes()), pointer, mask.vector().text(), other);
    }
    String loaded =
        mask.isFull()
            ? whole(type, mask.lanes(), pointer)
            : Helpers.call(someLoad(type, mask), pointer, other);
    return when(mask, loaded, type, other);
  }

  /**
   * The same of a vector that begins at a multiple of its length: other than {@code vload4}, this
   * tells drivers that one instruction can read it.
   */
  String loadAligned(DType type, Space space, String pointer, LaneMask mask, double otherwise) {
    String vector = Operand.vector(Operand.inMemory(type), mask.lanes());
    String loaded = "(*(%s const %s *)(%s))".formatted(name(space), vector, pointer);
    return when(mask, loaded, type, otherwise(otherwise, type));
  }

  /** The elements from {@code pointer} on, each {@code times} times. */
  String loadRepeated(DType type, String pointer, int times, LaneMask mask, double otherwise) {
    String spread =
        IntStream.range(0, mask.lanes())
            .mapToObj(lane -> Helpers.digit(lane / times))
            .collect(Collectors.joining("", ".s", ""));
    String loaded = whole(type, mask.lanes() / times, pointer) + spread;
    return when(mask, loaded, type, otherwise(otherwise, type));
  }

  private static String when(LaneMask mask, String loaded, DType type, String other) {
    return mask.whole() == null
        ? loaded
        : "(%s ? %s : (%s)(%s))"
            .formatted(mask.whole().text(), loaded, vector(type, mask.lanes()), other);
  }

  /** Loads some lanes, in as large pieces as there are. */
  private String someLoad(DType type, LaneMask mask) {
    List<String> parts = new ArrayList<>();
    for (int lane = 0; lane < mask.lanes(); ) {
      int run = run(mask, lane);
      if (run == 0) {
        parts.add("o");
        lane++;
      } else {
        parts.add(
            run == 1 ? element(type, Integer.toString(lane)) : whole(type, run, "p + " + lane));
        lane += run;
      }
    }
    String function = "dlc_load_%s_%x".formatted(tag(type, mask.lanes()), mask.known());
    return helpers.use(
        function,
        "static %s %s(%sp, %s o) {\n%s  return (%s)(%s);\n%s}\n"
            .formatted(
                vector(type, mask.lanes()),
                function,
                source(type),
                stored(type),
                VectorInstructions.beforeLoad(
                    type, mask.lanes(), VectorInstructions.known(mask.known())),
                vector(type, mask.lanes()),
                String.join(", ", parts),
                VectorInstructions.after(type, mask.lanes())));
  }

  /** The longest vector of lanes of {@code mask} from {@code lane} on. */
  private static int run(LaneMask mask, int lane) {
    int length = 0;
    while (lane + length < mask.lanes() && mask.has(lane + length)) {
      length++;
    }
    return Integer.highestOneBit(length);
  }

  private String maskedLoad(DType type, int lanes) {
    String function = "dlc_load_" + tag(type, lanes);
    return helpers.use(
        function,
        """
        static %s %s(%sp, int%d m, %s o) {
        %s  if (all(m)) return %s;
          return %s;
        %s}
        """
            .formatted(
                vector(type, lanes),
                function,
                source(type),
                lanes,
                stored(type),
                VectorInstructions.beforeLoad(type, lanes, VectorInstructions.BY_MASK),
                whole(type, lanes, "p"),
                Helpers.eachLane(
                    vector(type, lanes), lanes, "m.s# ? %s : o".formatted(element(type, "@"))),
                VectorInstructions.after(type, lanes)));
  }

  /** Writes {@code value} from {@code pointer} on in the lanes of {@code mask}. */
  String store(DType type, String pointer, String value, LaneMask mask) {
    if (!mask.isKnown()) {
      return Helpers.call(maskedStore(type, mask.lanes()), pointer, value, mask.vector().text())
          + ";";
    }
    String statement =
        mask.isFull()
            ? wholeStore(type, mask.lanes(), value, pointer)
            : Helpers.call(someStore(type, mask), pointer, value) + ";";
    return when(mask, statement);
  }

  /** The same of a vector that begins at a multiple of its length. */
  String storeAligned(DType type, Space space, String pointer, String value, LaneMask mask) {
    String vector = Operand.vector(Operand.inMemory(type), mask.lanes());
    return when(mask, "*(%s %s *)(%s) = %s;".formatted(name(space), vector, pointer, value));
  }

  private static String when(LaneMask mask, String statement) {
    return mask.whole() == null
        ? statement
        : "if (%s) { %s }".formatted(mask.whole().text(), statement);
  }

  private String someStore(DType type, LaneMask mask) {
    String function = "dlc_store_%s_%x".formatted(tag(type, mask.lanes()), mask.known());
    StringBuilder parts = new StringBuilder();
    for (int lane = 0; lane < mask.lanes(); ) {
      int run = run(mask, lane);
      String value =
          IntStream.range(lane, lane + run)
              .mapToObj(Helpers::digit)
              .collect(Collectors.joining("", "v.s", ""));
      if (run == 1) {
        parts.append("  ").append(elementStore(type, value, Integer.toString(lane))).append('\n');
      } else if (run > 1) {
        parts.append("  ").append(wholeStore(type, run, value, "p + " + lane)).append('\n');
      }
      lane += Math.max(1, run);
    }
    return helpers.use(
        function,
        "static void %s(%sp, %s v) {\n%s%s%s}\n"
            .formatted(
                function,
                target(type),
                vector(type, mask.lanes()),
                VectorInstructions.beforeStore(
                    type, mask.lanes(), VectorInstructions.known(mask.known())),
                parts,
                VectorInstructions.after(type, mask.lanes())));
  }

  private String maskedStore(DType type, int lanes) {
    String function = "dlc_store_" + tag(type, lanes);
    return helpers.use(
        function,
        "static void %s(%sp, %s v, int%d m) {\n%s  if (all(m)) { %s return; }\n%s%s}\n"
            .formatted(
                function,
                target(type),
                vector(type, lanes),
                lanes,
                VectorInstructions.beforeStore(type, lanes, VectorInstructions.BY_MASK),
                wholeStore(type, lanes, "v", "p"),
                stores(type, lanes, "m.s#", "@"),
                VectorInstructions.after(type, lanes)));
  }

  /** A store of each lane to {@code at}; where {@code when} says something, if that holds. */
  private static String stores(DType type, int lanes, String when, String at) {
    String guard = when.isEmpty() ? "" : "if (" + when + ") ";
    return IntStream.range(0, lanes)
        .mapToObj(
            lane ->
                "  "
                    + (guard + elementStore(type, "v.s#", at))
                        .replace("#", Helpers.digit(lane))
                        .replace("@", Integer.toString(lane))
                    + "\n")
        .collect(Collectors.joining());
  }

  // ---- at equal distances

  /**
   * The elements {@code pointer[0]}, {@code pointer[step]} and so on.
   *
   * @param isConstant whether nothing writes between them, so that these may be read, too
   */
  String loadSteps(
      DType type, String pointer, int step, LaneMask mask, double otherwise, boolean isConstant) {
    String other = otherwise(otherwise, type);
    int lanes = mask.lanes();
    String name = step < 0 ? "m" + -step : Integer.toString(step);
    boolean isNear = step > 1 && step <= NEAR && mask.isFull() && isConstant;
    boolean isMasked = !mask.isKnown();
    String function =
        "dlc_steps_%s%s_%s"
            .formatted(name, isNear ? "_near" : isMasked ? "_where" : "", tag(type, lanes));
    String read = element(type, "@").replace("@", "(@ * %d)".formatted(step));
    String body =
        isNear
            ? near(type, lanes, step)
            : "  return %s;\n"
                .formatted(
                    Helpers.eachLane(
                        vector(type, lanes), lanes, isMasked ? "m.s# ? " + read + " : o" : read));
    if (!isMasked && !mask.isFull()) {
      function += "_%x".formatted(mask.known());
      body =
          "  return %s;\n"
              .formatted(
                  IntStream.range(0, lanes)
                      .mapToObj(
                          lane ->
                              mask.has(lane) ? element(type, Integer.toString(lane * step)) : "o")
                      .collect(Collectors.joining(", ", "(" + vector(type, lanes) + ")(", ")")));
    }
    helpers.use(
        function,
        "static %s %s(%sp, %s%s o) {\n%s}\n"
            .formatted(
                vector(type, lanes),
                function,
                source(type),
                isMasked ? "int" + lanes + " m, " : "",
                stored(type),
                body));
    return isMasked
        ? Helpers.call(function, pointer, mask.vector().text(), other)
        : when(mask, Helpers.call(function, pointer, other), type, other);
  }

  /** Reads all that lies between the first and the last element, and picks. */
  private String near(DType type, int lanes, int step) {
    int last = (lanes - 1) * step;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < step; i++) {
      int start = Math.min(i * lanes, last - lanes + 1);
      text.append(
          "  const %s v%d = %s;\n"
              .formatted(vector(type, lanes), i, whole(type, lanes, "p + " + start)));
    }
    String picked =
        IntStream.range(0, lanes)
            .mapToObj(
                lane -> {
                  int at = lane * step;
                  int piece = at / lanes;
                  int start = Math.min(piece * lanes, last - lanes + 1);
                  return "v%d.s%s".formatted(piece, Helpers.digit(at - start));
                })
            .collect(Collectors.joining(", "));
    return text + "  return (%s)(%s);\n".formatted(vector(type, lanes), picked);
  }

  /** Writes {@code value} to {@code pointer[0]}, {@code pointer[step]} and so on. */
  String storeSteps(
      DType type, Space space, String pointer, int step, String value, LaneMask mask) {
    int lanes = mask.lanes();
    boolean isMasked = !mask.isFull();
    String function =
        "dlc_put%s_%s%s_%s"
            .formatted(
                space == Space.SHARED ? "_shared" : "",
                step < 0 ? "m" + -step : Integer.toString(step),
                isMasked ? "_where" : "",
                tag(type, lanes));
    helpers.use(
        function,
        "static void %s(%sp, %s v%s) {\n%s}\n"
            .formatted(
                function,
                target(type, space),
                vector(type, lanes),
                isMasked ? ", int" + lanes + " m" : "",
                stores(type, lanes, isMasked ? "m.s#" : "", "(@ * %d)".formatted(step))));
    return isMasked
        ? Helpers.call(function, pointer, value, mask.vector().text()) + ";"
        : when(mask, Helpers.call(function, pointer, value) + ";");
  }

  // ---- anywhere

  /** The elements of {@code buffer} at {@code at}. */
  String gather(DType type, String buffer, Operand at, LaneMask mask, double otherwise) {
    int lanes = at.lanes();
    boolean isMasked = !mask.isFull();
    String read = element(type, "at.s#");
    String function = (isMasked ? "dlc_gather_where_" : "dlc_gather_") + tag(type, lanes);
    helpers.use(
        function,
        "static %s %s(%sp, int%d at%s) {\n  return %s;\n}\n"
            .formatted(
                vector(type, lanes),
                function,
                source(type),
                lanes,
                isMasked ? ", int%d m, %s o".formatted(lanes, stored(type)) : "",
                Helpers.eachLane(
                    vector(type, lanes), lanes, isMasked ? "m.s# ? " + read + " : o" : read)));
    String other = otherwise(otherwise, type);
    return isMasked
        ? Helpers.call(function, buffer, at.text(), mask.vector().text(), other)
        : when(mask, Helpers.call(function, buffer, at.text()), type, other);
  }

  /** Writes {@code value} to {@code buffer} at {@code at}. */
  String scatter(DType type, String buffer, Operand at, String value, LaneMask mask) {
    int lanes = at.lanes();
    boolean isMasked = !mask.isFull();
    String function = (isMasked ? "dlc_scatter_where_" : "dlc_scatter_") + tag(type, lanes);
    helpers.use(
        function,
        "static void %s(%sp, int%d at, %s v%s) {\n%s}\n"
            .formatted(
                function,
                target(type),
                lanes,
                vector(type, lanes),
                isMasked ? ", int" + lanes + " m" : "",
                stores(type, lanes, isMasked ? "m.s#" : "", "at.s#")));
    return isMasked
        ? Helpers.call(function, buffer, at.text(), value, mask.vector().text()) + ";"
        : when(mask, Helpers.call(function, buffer, at.text(), value) + ";");
  }
}
