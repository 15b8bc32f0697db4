// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.kernel.Target;
import java.util.List;

/** What schedules for OpenCL devices depend on. */
public final class DeviceTargets {

  /** A processor with vectors of 64 bytes has 32 of them, others have 16. */
  private static final int WIDE_VECTOR = 64;

  /** How many bytes the vectors of processors have. */
  public static final List<Integer> VECTOR_BYTES = List.of(16, 32, WIDE_VECTOR);

  /** Groups of more are seldom faster, and no graphics processor allows less. */
  private static final int MOST_ITEMS = 256;

  /** What full profiles of OpenCL 1.2 must have for each group. */
  private static final long LEAST_SHARED = 32 << 10;

  private DeviceTargets() {}

  /** The processor called {@code name}, whose vectors have {@code vectorBytes}. */
  public static Target processor(String name, int vectorBytes) {
    return new Target(name, "", vectorBytes, vectorBytes == WIDE_VECTOR ? 32 : 16, 1, 0);
  }

  /**
   * Any other device, called {@code name}, whose groups have at most {@code items} and share {@code
   * bytes}.
   */
  public static Target graphics(String name, long items, long bytes) {
    return Target.ofItems(name, (int) Math.min(items, MOST_ITEMS), bytes);
  }

  /** Any other device of a kind that is not known yet: what OpenCL 1.2 promises of all of them. */
  public static Target graphics(String name) {
    return graphics(name, MOST_ITEMS, LEAST_SHARED);
  }

  /**
   * Any other device, whatever its limits are: its groups may have one item that shares nothing.
   */
  public static Target least(String name) {
    return graphics(name, 1, 0);
  }

  /** The length of vectors for a processor that says that its own hold {@code floats}. */
  public static int vectorBytes(int floats) {
    int most = Math.max(floats * 4, VECTOR_BYTES.getFirst());
    return VECTOR_BYTES.stream()
        .filter(bytes -> bytes <= most)
        .reduce((_, last) -> last)
        .orElseThrow();
  }
}
