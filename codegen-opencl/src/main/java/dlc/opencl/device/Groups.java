// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.opencl.Launch;

/**
 * The work-items that run a kernel.
 *
 * @param count how many groups there are
 * @param size how many work-items each has
 */
record Groups(long count, long size) {

  /** So many for each unit of a processor: the last ones to end keep few others idle. */
  private static final int ITEMS_OF_A_CORE = 4;

  /** Two or one times what devices run in step. */
  private static final long SIZE = 64;

  /** So many for each unit of other devices: some compute while others wait for memory. */
  private static final int GROUPS_OF_A_UNIT = 64;

  /** Who runs {@code launch} on {@code device}. */
  static Groups of(Launch launch, DeviceInfo device) {
    int turns = launch.turns();
    if (launch.items() > 0) {
      return new Groups(turns, launch.items());
    }
    if (device.kind() == DeviceInfo.Kind.CPU || turns == 1) {
      return new Groups(Math.min(turns, (long) device.computeUnits() * ITEMS_OF_A_CORE), 1);
    }
    long size = Math.min(SIZE, device.largestGroup());
    long most = (long) device.computeUnits() * GROUPS_OF_A_UNIT;
    return new Groups(Math.min(Math.ceilDiv(turns, size), most), size);
  }

  /** How many work-items there are in all. */
  long items() {
    return count * size;
  }
}
