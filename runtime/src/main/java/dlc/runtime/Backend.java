// SPDX-License-Identifier: Apache-2.0
package dlc.runtime;

import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;

/** Makes kernel programs run on some processor. */
public interface Backend extends AutoCloseable {

  /** The processor that schedules are to be made for. */
  Target target();

  /** Memory for the state of one model, all 0. It is closed before the backend is. */
  ModelState reserve(long bytes);

  /**
   * Compiles {@code program}. Its weights, buffers and optimizer state are {@code state}, of at
   * least {@link KernelProgram#stateBytes} bytes, which this backend reserved; several programs may
   * share it.
   */
  Executable load(KernelProgram program, ModelState state);

  @Override
  void close();
}
