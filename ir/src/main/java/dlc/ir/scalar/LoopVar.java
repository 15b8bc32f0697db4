// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import org.jspecify.annotations.Nullable;

/** The counter of a loop that runs from 0 to before {@code extent}. */
public record LoopVar(String name, int extent) implements Index.Atom {

  /** The counter as an index. */
  public Index index() {
    return Index.of(this);
  }

  @Override
  public int min() {
    return 0;
  }

  @Override
  public int max() {
    return extent - 1;
  }

  // Compilers ask this most of all; what records come with goes through method handles.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof LoopVar(String otherName, int otherExtent)
            && extent == otherExtent
            && name.equals(otherName));
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + extent;
  }

  @Override
  public String toString() {
    return name;
  }
}
