// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.cpu.CpuBackend;
import dlc.opencl.device.DeviceInfo;
import dlc.opencl.device.OpenCl;
import dlc.runtime.Backend;

/** What can compute, by the names of the option {@code --device}. */
public final class Devices {

  /** A graphics processor where there is one that works, or else the processor that dlc runs on. */
  private static final String AUTO = "auto";

  /** The processor that dlc runs on. */
  public static final String CPU = "cpu";

  private Devices() {}

  /**
   * The device that {@code name} stands for; complains about a name that none can have. Devices are
   * looked at only where the choice is left to us.
   */
  static String chosen(String name) {
    if (name.equals(AUTO)) {
      return OpenCl.devices().stream()
          .filter(device -> device.kind() == DeviceInfo.Kind.GPU)
          .findFirst()
          .map(DeviceInfo::id)
          .orElse(CPU);
    }
    if (!isCpu(name) && !OpenCl.isNamed(name)) {
      throw unknown(name, "--device takes cpu, opencl, opencl:1, opencl:part-of-a-name or auto");
    }
    return name;
  }

  /** That there is no device {@code name}. */
  public static UserError unknown(String name, String help) {
    return new UserError(Code.BAD_OPTION, "there is no device '%s'".formatted(name)).help(help);
  }

  /** Whether {@code name} stands for the processor that dlc runs on. */
  public static boolean isCpu(String name) {
    return name.equals(CPU);
  }

  /** Makes the device of {@code options} ready; the processor computes on {@code threads}. */
  static Backend open(RunOptions options, int threads) {
    return isCpu(options.device())
        ? new CpuBackend(Processor.runnable(options.cpu()), threads, options.code().observation())
        : options
            .code()
            .observation()
            .clock()
            .map(clock -> OpenCl.openTimed(options.device(), clock))
            .orElseGet(() -> OpenCl.open(options.device()));
  }
}
