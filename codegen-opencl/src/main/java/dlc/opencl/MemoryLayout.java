// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.List;

/** Where a program's memory lies on a device: its constants come behind its work memory. */
public final class MemoryLayout {

  private static final long ALIGNMENT = 64;

  private final List<Long> constants = new ArrayList<>();
  private final long workBytes;

  public MemoryLayout(KernelProgram program) {
    long end = aligned(program.workBytes());
    for (Leaf.Constant constant : program.constants()) {
      constants.add(end);
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

  /** Where constant number {@code index} lies in the work memory. */
  public long constant(int index) {
    return constants.get(index);
  }

  /** The place as an expression: a pointer to bytes. */
  String pointer(Place place) {
    return switch (place.region()) {
      case STATE -> "state + " + place.offset();
      case WORK -> "work + " + place.offset();
      case CONSTANT -> "work + " + constant((int) place.offset());
    };
  }

  /** Whether {@code place} is in the state. */
  public static boolean isState(Place place) {
    return place.region() == Region.STATE;
  }
}
