// SPDX-License-Identifier: Apache-2.0
package dlc.runtime;

import dlc.ir.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program made ready to run for one batch size, by whichever backend.
 *
 * <p>All executables of one model share the memory of its weights, buffers and optimizer state, so
 * that what one batch size learned the next one sees. An executable is used by one thread at a
 * time.
 */
public interface Executable extends AutoCloseable {

  /**
   * The memory of an input to write or of a result to read; valid for the executable's life. A
   * result is there once it was fetched.
   */
  MemorySegment slot(String entry, String name);

  /** Whether that entry point takes the input or setting {@code name}. */
  boolean takes(String entry, String name);

  /** The memory of a result, also where an input has its name; nothing where there is none. */
  Optional<MemorySegment> result(String entry, String name);

  /** The type of that input or result, with the batch as its leading dimension where it has one. */
  TensorType type(String entry, String name);

  /** Whether the program has this entry point. */
  boolean has(String entry);

  /** Runs an entry point on what its slots hold now; a device may still be at it afterwards. */
  void run(String entry);

  /** Waits until the slot of a result holds what the last run made. */
  void fetch(String entry, String name);

  /**
   * Has the results {@code names}, always the same ones, of the run just started stay, without
   * waiting for them. Gives how many runs before it are still kept: none where runs are over when
   * they return, since there the slots hold the results until the next run.
   */
  default int keep(String entry, List<String> names) {
    return 0;
  }

  /**
   * Waits until the slots of what was kept hold the results of the run of {@code entry} that was
   * kept {@code back} runs before the last one.
   */
  default void recall(String entry, int back) {}

  /**
   * The memory of a weight, buffer or optimizer state, which lives on from call to call; valid
   * until the next run.
   */
  MemorySegment state(String name);

  /** Every weight, buffer and optimizer state in the order of the program. */
  Map<String, TensorType> states();

  @Override
  void close();
}
