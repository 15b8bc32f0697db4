// SPDX-License-Identifier: Apache-2.0
package dlc.runtime;

import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import java.lang.foreign.MemorySegment;

/** Makes kernel programs run on some processor. */
public interface Backend extends AutoCloseable {

  /** The processor that schedules are to be made for. */
  Target target();

  /**
   * Compiles {@code program}. Its weights, buffers and optimizer state are {@code state}, of at
   * least {@link KernelProgram#stateBytes} bytes, aligned to 64; several programs may share it.
   */
  Executable load(KernelProgram program, MemorySegment state);

  @Override
  void close();
}
