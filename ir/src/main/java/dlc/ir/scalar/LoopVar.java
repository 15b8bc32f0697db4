// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

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

  @Override
  public String toString() {
    return name;
  }
}
