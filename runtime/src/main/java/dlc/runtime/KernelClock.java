// SPDX-License-Identifier: Apache-2.0
package dlc.runtime;

import dlc.ir.kernel.KernelProgram;
import java.util.List;

/** Is told how long the kernels of an entry point took, after each run. */
@FunctionalInterface
public interface KernelClock {

  /**
   * Called when {@code entry} has run.
   *
   * @param stamps nanoseconds of some clock before each call of the entry point, and after the last
   */
  void ran(KernelProgram.Entry entry, List<Long> stamps);
}
