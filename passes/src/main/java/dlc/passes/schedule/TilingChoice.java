// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import java.util.List;

/** Chooses among the ways to tile a contraction. It must be a function: the same call, the same. */
@FunctionalInterface
public interface TilingChoice {

  /** Takes what is estimated to be the fastest. */
  TilingChoice ESTIMATED = (_, _) -> 0;

  /**
   * The index of the tiling to take.
   *
   * @param kernel the kernel before it is scheduled
   * @param tilings the ways there are, the one that is estimated to be the fastest first; never
   *     empty, and each is there once
   */
  int of(Kernel kernel, List<String> tilings);

  /** Whether kernels stay apart that are faster together, since each is to be measured. */
  default boolean keepsApart() {
    return false;
  }
}
