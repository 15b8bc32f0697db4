// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.Executable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/** All weights, buffers and optimizer state of a model as they were at some moment. */
public final class StateCopy implements AutoCloseable {

  private record Saved(MemorySegment state, MemorySegment copy) {}

  private final Arena arena = Arena.ofShared();
  private final Map<String, Saved> all = new LinkedHashMap<>();

  /** Copies the state of {@code executable} as it is now. */
  public StateCopy(Executable executable) {
    executable
        .states()
        .forEach(
            (name, type) -> {
              MemorySegment state = executable.state(name).asSlice(0, type.bytes());
              all.put(name, new Saved(state, arena.allocate(type.bytes(), 8)));
            });
    save();
  }

  /** Copies the state anew. */
  public void save() {
    all.values().forEach(each -> each.copy.copyFrom(each.state));
  }

  /** Puts all state back. */
  public void restore() {
    all.values().forEach(each -> each.state.copyFrom(each.copy));
  }

  @Override
  public void close() {
    arena.close();
  }
}
