// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.NarrowFloats;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.op.Leaf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Where a program's memory lies on a device: its constants come behind its work memory. */
public final class MemoryLayout {

  private static final long ALIGNMENT = 64;

  private final List<Leaf.Constant> constants;
  private final List<Long> places = new ArrayList<>();
  private final long constantsAt;
  private final long workBytes;

  public MemoryLayout(KernelProgram program) {
    constants = program.constants();
    constantsAt = aligned(program.workBytes());
    long end = constantsAt;
    for (Leaf.Constant constant : constants) {
      places.add(end);
      end += aligned(constant.type().bytes());
    }
    workBytes = Math.max(ALIGNMENT, end);
  }

  private static long aligned(long size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** The size of the work memory, with the constants. */
  public long workBytes() {
    return workBytes;
  }

  /** Where in the work memory the constants lie, which are {@link #constantBytes}. */
  public long constantsAt() {
    return constantsAt;
  }

  /** All constants as they lie side by side; to be brought there before kernels run. */
  public byte[] constantBytes() {
    if (constants.isEmpty()) {
      return new byte[0];
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(workBytes - constantsAt))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < constants.size(); i++) {
      bytes.position(Math.toIntExact(places.get(i) - constantsAt));
      DType type = constants.get(i).type().dtype();
      for (double element : constants.get(i).elements()) {
        put(bytes, type, element);
      }
    }
    return bytes.array();
  }

  private static void put(ByteBuffer bytes, DType type, double element) {
    switch (type) {
      case F32 -> bytes.putFloat((float) element);
      case F64 -> bytes.putDouble(element);
      case BF16, F16 -> bytes.putShort(NarrowFloats.bits(type, element));
      case I32 -> bytes.putInt((int) element);
      case U8 -> bytes.put((byte) (int) element);
      case BOOL -> bytes.put((byte) (element != 0 ? 1 : 0));
    }
  }

  /** The block of memory that {@code place} is in. */
  String block(Place place) {
    return isState(place) ? "state" : "work";
  }

  /** Where in that block it begins. */
  long offset(Place place) {
    return place.region() == Region.CONSTANT ? places.get((int) place.offset()) : place.offset();
  }

  /** Whether {@code place} is in the state. */
  public static boolean isState(Place place) {
    return place.region() == Region.STATE;
  }
}
