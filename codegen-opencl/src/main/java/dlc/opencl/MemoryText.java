// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.TensorType;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Loads and stores in OpenCL C: of registers, of one element, or of vectors. */
final class MemoryText {

  private final KernelText kernel;
  private final ScalarText scalars;
  private final Helpers helpers;
  private final NarrowText narrow;
  private final VectorText vectors;
  private final Registers registers = new Registers();

  /** The guards under which lanes declared buffers of their own. */
  private final Map<String, Condition> guards = new HashMap<>();

  MemoryText(KernelText kernel, ScalarText scalars, Helpers helpers, NarrowText narrow) {
    this.kernel = kernel;
    this.scalars = scalars;
    this.helpers = helpers;
    this.vectors = new VectorText(helpers);
    this.narrow = narrow;
  }

  /** The declaration of a register buffer. */
  String declare(Buffer buffer, String name) {
    LoopVar lane = kernel.lane();
    if (lane == null) {
      return registers.declare(
          kernel.isOfGroups() && kernel.item() == null ? one(buffer) : buffer, name);
    }
    guards.put(buffer.name(), kernel.guards());
    return registers.declareForLanes(buffer, name, lane.extent());
  }

  /** What one item has of a buffer that has something for each. */
  private static Buffer one(Buffer buffer) {
    List<Integer> dims = buffer.type().dims();
    return Buffer.register(
        buffer.name(), TensorType.of(buffer.type().dtype(), dims.subList(1, dims.size())));
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
    LaneMask mask = kernel.lanes(when);
    int times = mask.isFull() ? flat.repeats(lane).orElse(0) : 0;
    String raw;
    if (times > 0 && lane.extent() % times == 0) {
      String pointer = pointer(buffer, flat.minus(lane.index().floorDiv(times)));
      raw = vectors.loadRepeated(type, pointer, times, mask, load.otherwise());
    } else if (flat.isIrregularIn(lane)) {
      Operand at = kernel.position(flat).splat(lane.extent());
      raw = vectors.gather(type, buffer.name(), at, mask, load.otherwise());
    } else if (isAligned(buffer, flat, lane) && mask.isFull()) {
      String pointer = pointer(buffer, flat.minus(lane.index()));
      raw = vectors.loadAligned(type, buffer.space(), pointer, mask, load.otherwise());
    } else {
      int step = flat.stride(lane);
      String pointer = pointer(buffer, flat.minus(lane.index().times(step)));
      raw =
          step == 1
              ? vectors.load(type, pointer, mask, load.otherwise())
              : vectors.loadSteps(
                  type, pointer, step, mask, load.otherwise(), !kernel.writes(buffer));
    }
    return computed(raw, type, lane.extent());
  }

  private Operand fromRegister(
      Scalar.Load load, Index flat, @Nullable LoopVar lane, @Nullable Operand guard) {
    Operand value =
        registers.isOfLanes(load.buffer())
            ? registers.readOfLanes(load.buffer(), start(load.buffer(), flat, lane))
            : registers.read(load.buffer(), places(load.buffer(), flat, lane));
    return guard == null
        ? value
        : scalars.select(guard, value, Operand.literal(load.otherwise(), value.type()));
  }

  /** The elements that the lanes take of a register buffer. */
  private List<Integer> places(Buffer buffer, Index flat, @Nullable LoopVar lane) {
    if (lane == null || !flat.dependsOn(lane)) {
      return List.of(start(buffer, flat, lane));
    }
    return IntStream.range(0, lane.extent())
        .mapToObj(
            number -> flat.substitute(loop -> loop.equals(lane) ? Index.of(number) : loop.index()))
        .map(element -> start(buffer, element, null))
        .toList();
  }

  /** The first element that the lanes take of a register buffer. */
  private int start(Buffer buffer, Index flat, @Nullable LoopVar lane) {
    Index first = lane != null && flat.stride(lane) == 1 ? flat.minus(lane.index()) : flat;
    LoopVar item = kernel.item();
    if (item != null) {
      first = first.minus(item.index().times(first.stride(item)));
    }
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

  /** Whether the lanes are at a vector that begins at a multiple of its length. */
  private boolean isAligned(Buffer buffer, Index flat, LoopVar lane) {
    return kernel.isAligned(buffer)
        && flat.stride(lane) == 1
        && flat.minus(lane.index()).mod(lane.extent()).equals(Index.ZERO)
        && buffer.type().dtype() != DType.F16;
  }

  /** Where the element at {@code flat} lies. */
  private String pointer(Buffer buffer, Index flat) {
    String at = kernel.position(flat).text();
    return at.equals("0") ? buffer.name() : buffer.name() + " + " + at;
  }

  private Operand computed(String raw, DType type, int lanes) {
    String text =
        switch (type) {
          case BF16 -> NarrowText.fromBf16(raw, lanes);
          case BOOL ->
              helpers.converted("char" + lanes, "int" + lanes, "(%s != (uchar)0)".formatted(raw));
          case F32, F64, F16, I32, U8 -> raw;
        };
    return new Operand(text, type.computed(), lanes);
  }

  /** The statement that writes what {@code store} writes, in the lanes that the mask allows. */
  String store(Stmt.Store store) {
    Buffer buffer = store.buffer();
    DType type = buffer.type().dtype();
    LoopVar lane = kernel.lane();
    Index flat = kernel.resolved(Index.linear(store.at(), buffer.type().dims()));
    Operand value = scalars.of(store.value());
    boolean varies = lane != null && flat.dependsOn(lane);
    if (buffer.space() == Space.REGISTER && registers.isOfLanes(buffer)) {
      return storeOfLanes(buffer, start(buffer, flat, lane), value, type);
    }
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
    LaneMask mask = kernel.lanes(Condition.ALWAYS);
    String written = inMemory(vector, type);
    if (flat.isIrregularIn(lane)) {
      Operand at = kernel.position(flat).splat(lane.extent());
      return vectors.scatter(type, buffer.name(), at, written, mask);
    }
    int step = flat.stride(lane);
    String pointer = pointer(buffer, flat.minus(lane.index().times(step)));
    if (isAligned(buffer, flat, lane) && mask.isFull()) {
      return vectors.storeAligned(type, buffer.space(), pointer, written, mask);
    }
    return step == 1
        ? vectors.store(type, pointer, written, mask)
        : vectors.storeSteps(type, buffer.space(), pointer, step, written, mask);
  }

  /** Lanes that a condition leaves out keep what they have. */
  private String storeOfLanes(Buffer buffer, int place, Operand value, DType type) {
    Operand kept = type.isNarrow() ? narrow.rounded(value, type) : value;
    Condition inside = kernel.guards();
    Operand all =
        inside.equals(guards.get(buffer.name()))
            ? kept
            : scalars.select(kernel.condition(inside), kept, registers.readOfLanes(buffer, place));
    return registers.writeOfLanes(buffer, place, all);
  }

  /** The value as memory of {@code type} has it; halves are rounded when they are stored. */
  private String inMemory(Operand value, DType type) {
    return switch (type) {
      case BF16 -> narrow.toBf16(value);
      case BOOL ->
          value.lanes() == 1
              ? value.text()
              : helpers.converted(
                  "int" + value.lanes(), "uchar" + value.lanes(), "%s & 1".formatted(value.text()));
      case F16, F32, F64, I32, U8 -> value.text();
    };
  }

  private static String storeOne(Buffer buffer, String at, String value, DType type) {
    return type == DType.F16
        ? "vstore_half_rte(%s, %s, %s);".formatted(value, at, buffer.name())
        : "%s[%s] = %s;".formatted(buffer.name(), at, value);
  }
}
