// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import java.util.Locale;

/** How the iterations of a loop relate. */
public enum LoopKind {
  /** One after the other. */
  SERIAL,
  /** Independent: shared out among threads or work-groups. Only the outermost loop of a kernel. */
  PARALLEL,
  /** Independent and in lockstep: the lanes of a vector. Holds no other loop but unrolled ones. */
  LANES,
  /**
   * Independent and beside each other: the work-items of a group. Stands in parallel and serial
   * loops alone; all items are done with one such loop before any begins with the next. A register
   * that lives from one to the next has an element for each item, along its first dimension.
   */
  ITEMS,
  /** Written out, so that register buffers are indexed by constants. */
  UNROLLED,
  /**
   * The rows, columns or terms of a matrix in a register: such loops, one in the other, around one
   * store are one instruction. It clears, reads or writes a register, or adds a product to it.
   */
  MATRIX;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
