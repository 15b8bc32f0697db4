// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.Executable;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All weights, buffers and optimizer state of a model as they were at some moment.
 *
 * <p>The memory of a state is asked for each time: a device may keep it elsewhere between runs.
 */
final class StateCopy implements AutoCloseable {

  private final Arena arena = Arena.ofShared();
  private final Executable executable;
  private final Map<String, NumberArray> copies = new LinkedHashMap<>();

  private StateCopy(Executable executable) {
    this.executable = executable;
    executable
        .states()
        .forEach(
            (name, type) -> {
              MemorySegment copy = arena.allocate(type.bytes(), 8);
              copies.put(name, new NumberArray(ElementType.of(type.dtype()), type.dims(), copy));
            });
  }

  /** Copies the state of {@code executable} as it is now. */
  static StateCopy of(Executable executable) {
    StateCopy copy = new StateCopy(executable);
    copy.save();
    return copy;
  }

  /** Takes {@code states}, which are those of {@code executable} at an earlier moment. */
  static StateCopy of(Executable executable, Map<String, NumberArray> states) {
    StateCopy copy = new StateCopy(executable);
    copy.copies.forEach(
        (name, array) -> {
          NumberArray state = states.get(name);
          if (state != null) {
            array.values().copyFrom(state.values());
          }
        });
    return copy;
  }

  /** Every state by its name. */
  Map<String, NumberArray> arrays() {
    return copies;
  }

  /** Copies the state anew. */
  void save() {
    copies.forEach((name, array) -> array.values().copyFrom(state(name, array)));
  }

  /** Puts all state back. */
  void restore() {
    copies.forEach((name, array) -> state(name, array).copyFrom(array.values()));
  }

  private MemorySegment state(String name, NumberArray copy) {
    return executable.state(name).asSlice(0, copy.values().byteSize());
  }

  @Override
  public void close() {
    arena.close();
  }
}
