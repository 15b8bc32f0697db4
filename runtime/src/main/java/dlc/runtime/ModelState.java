// SPDX-License-Identifier: Apache-2.0
package dlc.runtime;

import java.lang.foreign.MemorySegment;

/**
 * The memory of a model's weights, buffers and optimizer state, wherever its backend keeps it.
 *
 * <p>The programs of all batch sizes share it, so that what one learned the next one sees.
 */
public interface ModelState extends AutoCloseable {

  /**
   * {@code bytes} bytes from {@code offset} on, as the last run left them. What is written there
   * before the next run is what that run starts with; after it, ask again.
   */
  MemorySegment at(long offset, long bytes);

  @Override
  void close();
}
