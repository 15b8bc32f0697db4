// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.cpu.CpuBackend;
import dlc.opencl.device.OpenCl;
import dlc.runtime.Backend;

/** What can compute, by the names of the option {@code --device}. */
public final class Devices {

  /** Whatever is there and works: the processor that dlc runs on. */
  public static final String AUTO = "auto";

  /** The processor that dlc runs on. */
  public static final String CPU = "cpu";

  private Devices() {}

  /** Complains about a name that no device can have; does not look at devices. */
  static void requireKnown(String name) {
    if (!isCpu(name) && !OpenCl.isNamed(name)) {
      throw unknown(name, "--device takes cpu, opencl, opencl:1, opencl:part-of-a-name or auto");
    }
  }

  /** That there is no device {@code name}. */
  public static UserError unknown(String name, String help) {
    return new UserError(Code.BAD_OPTION, "there is no device '%s'".formatted(name)).help(help);
  }

  /** Whether {@code name} stands for the processor that dlc runs on. */
  public static boolean isCpu(String name) {
    return name.equals(CPU) || name.equals(AUTO);
  }

  /** Makes the device of {@code options} ready; the processor computes on {@code threads}. */
  static Backend open(RunOptions options, int threads) {
    return isCpu(options.device())
        ? new CpuBackend(Processor.runnable(options.cpu()), threads, options.code().observation())
        : OpenCl.open(options.device());
  }
}
