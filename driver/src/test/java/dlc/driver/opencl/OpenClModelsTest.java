// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.driver.parity.Crosscheck;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.Program;
import dlc.ir.interp.Inputs;
import dlc.opencl.device.OpenCl;
import dlc.opencl.device.OpenClBackend;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Models train on an OpenCL device as they do on the processor. */
final class OpenClModelsTest {

  /**
   * There is no bias before the normalisation: its gradient is what rounding leaves of 0, and adam
   * makes whole steps of that.
   */
  private static final String MODEL =
      """
      model Net(x: f32[3, 6, 6]) -> f32[5] {
        conv2d(20, 3, padding=1, bias=false)
        batchnorm2d
        relu
        maxpool2d(2)
        dropout(0.2)
        flatten
        linear(5)
      }
      train Net { data random loss cross_entropy optimizer adam(lr=0.01) batch 127 }
      """;

  private static CheckedModel model() {
    return FrontEnd.check(new SourceFile("net", MODEL), Imports.none(), Map.of())
        .model(Optional.empty());
  }

  @Test
  void everyKernelAgreesWithTheProcessor() {
    OpenClDevices.require();
    try (OpenClBackend device = OpenCl.open("opencl")) {
      for (int batch : List.of(1, 127, 129)) {
        Crosscheck.Options options = new Crosscheck.Options(batch, 1, 1e-4);
        try (Crosscheck check = new Crosscheck(device, options)) {
          Crosscheck.Report report = check.run(model());
          assertThat(report.difference()).as("batch %d", batch).isEmpty();
          assertThat(report.runs()).isPositive();
        }
      }
    }
  }

  @Test
  void twoRunsGiveTheSameBits() {
    try (Machine machine = OpenClDevices.machine()) {
      assertThat(trained(machine)).isEqualTo(trained(machine));
    }
  }

  private static double[] trained(Machine machine) {
    Program program = model().program(ProgramOptions.of(8));
    Map<String, double[]> inputs = Inputs.random(program.entry("train_step").orElseThrow(), 1);
    try (Loaded loaded = machine.load(program, List.of("init", "train_step"))) {
      loaded.run("init", Map.of("seed", new double[] {1}));
      for (int step = 0; step < 3; step++) {
        loaded.run("train_step", inputs);
      }
      return loaded.state(weight(program));
    }
  }

  /** The name of some weight. */
  private static String weight(Program program) {
    return program.states().keySet().stream()
        .filter(name -> name.endsWith("weight"))
        .findFirst()
        .orElseThrow();
  }
}
