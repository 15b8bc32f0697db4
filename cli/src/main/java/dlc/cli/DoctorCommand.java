// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.cpu.CpuBackend;
import dlc.driver.Memory;
import dlc.ir.kernel.Target;
import dlc.opencl.device.OpenCl;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dlc doctor}. */
@Command(
    name = "doctor",
    description = "Shows what this installation has, and what is missing.",
    footer = {"", "Example:", "  dlc doctor"})
final class DoctorCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Override
  public Integer call() {
    Table table = new Table(2);
    table.row("dlc", Version.text());
    table.row(
        "Java",
        "%s, %s".formatted(System.getProperty("java.version"), System.getProperty("java.vendor")));
    table.row("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    table.row("threads", String.valueOf(Runtime.getRuntime().availableProcessors()));
    table.row(
        "memory",
        Memory.ofMachine().isPresent() ? Memory.text(Memory.ofMachine().getAsLong()) : "unknown");
    String data = System.getenv("DLC_DATA");
    table.row("DLC_DATA", data == null || data.isEmpty() ? "not set" : data);
    boolean works = addLlvm(table);
    OpenCl.devices()
        .forEach(
            device ->
                table.row(
                    device.id(), device.name() + ", " + device.platform() + " " + device.driver()));
    OpenCl.problem().ifPresent(problem -> table.row("OpenCL", problem));
    output.out().print(table);
    output.out().flush();
    return works ? 0 : 1;
  }

  private boolean addLlvm(Table table) {
    try {
      Target host = CpuBackend.host();
      table.row("LLVM", CpuBackend.llvmVersion());
      table.row(
          "CPU",
          "%s, %d-bit vectors, %d vector registers"
              .formatted(host.cpu(), 8 * host.vectorBytes(), host.vectorRegisters()));
      return true;
    } catch (LinkageError failure) {
      table.row("LLVM", "missing: " + failure.getMessage());
      return false;
    }
  }
}
