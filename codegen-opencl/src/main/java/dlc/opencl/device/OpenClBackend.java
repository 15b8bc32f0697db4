// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.opencl.DeviceTargets;
import dlc.opencl.ProgramText;
import dlc.runtime.Backend;
import dlc.runtime.Executable;
import dlc.runtime.KernelClock;
import dlc.runtime.ModelState;
import java.util.Optional;
import org.jocl.CLException;

/** Runs programs on an OpenCL device. */
public final class OpenClBackend implements Backend {

  private final DeviceInfo info;
  private final DeviceQueue queue;
  private final ProgramCache cache;
  private final Optional<KernelClock> clock;

  /**
   * A device that is ready.
   *
   * @param clock hears how long kernels took
   */
  OpenClBackend(OpenClDevice device, ProgramCache cache, Optional<KernelClock> clock) {
    this.info = device.info();
    this.cache = cache;
    this.clock = clock;
    this.queue =
        new DeviceQueue(device, clock.isPresent() ? DeviceQueue.Timing.ON : DeviceQueue.Timing.OFF);
  }

  /** The device that it runs on. */
  public DeviceInfo device() {
    return info;
  }

  @Override
  public Target target() {
    return target(info);
  }

  /** What schedules for {@code device} depend on. */
  static Target target(DeviceInfo device) {
    return device.kind() == DeviceInfo.Kind.CPU
        ? DeviceTargets.processor(device.name(), DeviceTargets.vectorBytes(device.vectorFloats()))
        : DeviceTargets.graphics(device.name(), device.largestGroup(), device.localMemory());
  }

  @Override
  public ModelState reserve(long bytes) {
    return new DeviceState(queue, bytes);
  }

  @Override
  public Executable load(KernelProgram program, ModelState state) {
    if (ProgramText.needsDoubles(program) && !info.has(DeviceInfo.DOUBLES)) {
      throw new UserError(
              Code.DEVICE_FAILED,
              "%s computes no f64: it lacks %s".formatted(info, DeviceInfo.DOUBLES))
          .help("leave precision f64 out, or compute on the CPU (--device cpu)");
    }
    DeviceProgram built = DeviceProgram.build(program, queue, cache);
    try {
      return new DeviceExecutable(program, built, queue, (DeviceState) state, clock);
    } catch (UserError | CLException failure) {
      built.close();
      throw failure;
    }
  }

  @Override
  public void close() {
    queue.close();
  }
}
