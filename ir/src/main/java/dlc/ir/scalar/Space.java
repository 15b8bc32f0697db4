// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

/** Where a buffer lives. */
public enum Space {
  /** Handed to the kernel by its caller. */
  GLOBAL,
  /** Local to one run of the block that declares it; small, kept in registers where possible. */
  REGISTER,
  /** Local to one turn of the parallel loop that declares it; all loops of items in it see it. */
  SHARED,
  /** The processor's registers of matrices, one for each of its last two dimensions. */
  MATRIX
}
