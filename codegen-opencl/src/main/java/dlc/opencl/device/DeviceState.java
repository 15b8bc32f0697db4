// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.runtime.ModelState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jocl.cl_mem;

/** A model's state on a device, with a copy of it on the host for those who load and save it. */
final class DeviceState implements ModelState {

  private static final long LEAST = 64;

  private final DeviceQueue queue;
  private final long bytes;
  private final cl_mem memory;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment copy;
  private boolean deviceIsNewer;
  private boolean hostIsNewer;

  DeviceState(DeviceQueue queue, long bytes) {
    this.queue = queue;
    this.bytes = Math.max(LEAST, bytes);
    this.memory = queue.allocate(this.bytes, "the model's state");
    this.copy = arena.allocate(this.bytes, LEAST);
  }

  cl_mem memory() {
    return memory;
  }

  @Override
  public MemorySegment at(long offset, long length) {
    if (deviceIsNewer) {
      queue.download(memory, 0, copy);
      deviceIsNewer = false;
    }
    hostIsNewer = true;
    return copy.asSlice(offset, length);
  }

  /** Brings what the host wrote to the device, before a run. */
  void beforeRun() {
    if (hostIsNewer) {
      queue.upload(memory, 0, copy);
      hostIsNewer = false;
    }
  }

  /** A run that writes state was started. */
  void changed() {
    deviceIsNewer = true;
  }

  @Override
  public void close() {
    queue.free(memory, bytes);
    arena.close();
  }
}
