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
  /** Written out, so that register buffers are indexed by constants. */
  UNROLLED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
