// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.List;

/**
 * A loop cut into blocks of {@code size} units, with a smaller last block when they do not divide.
 *
 * @param loop the loop
 * @param units how many units there are: turns of the loop, or vectors of them
 * @param size how many units a block has
 * @param width how many turns a unit has
 */
record Axis(LoopVar loop, int units, int size, int width) {

  /** A loop of blocks of single turns. */
  static Axis of(LoopVar loop, int size) {
    return new Axis(loop, loop.extent(), size, 1);
  }

  /** A loop of blocks of vectors. */
  static Axis vectors(LoopVar loop, int size, int width) {
    return new Axis(loop, Math.ceilDiv(loop.extent(), width), size, width);
  }

  /** The counter of the blocks. */
  LoopVar blocks() {
    return new LoopVar(loop.name() + "b", Math.ceilDiv(units, size));
  }

  /** The first turn of the current block. */
  Index start() {
    return blocks().index().times(size * width);
  }

  /** A kind of block: where it is and how many units it has. */
  record Variant(Condition when, int units) {}

  /** Full blocks, and the smaller last one if there is one. */
  List<Variant> variants() {
    int full = units / size;
    int rest = units % size;
    List<Variant> variants = new ArrayList<>();
    if (full > 0) {
      variants.add(new Variant(Condition.inRange(blocks().index(), 0, full), size));
    }
    if (rest > 0) {
      variants.add(new Variant(Condition.inRange(blocks().index(), full, full + 1), rest));
    }
    return variants;
  }

  /** How many units each kind of block has. */
  List<Integer> sizes() {
    int rest = units % size;
    if (units < size) {
      return List.of(rest);
    }
    return rest == 0 ? List.of(size) : List.of(size, rest);
  }

  /** Whether all turns of the full blocks are turns of the loop. */
  boolean fills() {
    return units / size * size * width <= loop.extent();
  }
}
