// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.Program;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Initial weights have the distributions of PyTorch's layers and of torch.nn.init: the deviation
 * and the bound are those of its formulas.
 */
final class InitialWeightsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // 1 / sqrt(fan_in), where fan_in is channels / groups * kernel * kernel
        "f32[30, 9, 9] | op: conv2d(64, 5)                            | weight | 0.021082 | 0.036515",
        "f32[30, 9, 9] | op: conv2d(64, 5, groups=2)                  | weight | 0.029814 | 0.051640",
        "f32[30, 9, 9] | op: conv2d(900, 5, groups=2)                 | bias   | 0.029814 | 0.051640",
        // fan_in is that of the second dimension, which has the output's channels
        "f32[30, 9, 9] | op: conv_transpose2d(64, 5, groups=2)        | weight | 0.020412 | 0.035355",
        "f32[500]      | op: linear(400)                              | weight | 0.025820 | 0.044721",
        "f32[500]      | op: linear(900)                              | bias   | 0.025820 | 0.044721",
        "f32[2, 50]    | op: bilinear(40)                             | weight | 0.081650 | 0.141421",
        "f32[20, 96]   | op: lstm(50)                                 | weight_ih_l0 | 0.081650 | 0.141421",
        // sqrt(6 / (fan_in + fan_out)), all three projections taken as one matrix
        "f32[20, 96]   | op: multihead_attention(4)                   | in_proj_weight | 0.072169 | 0.125",
        "f32[30, 9, 9] | op: conv2d(64, 5, init=xavier_uniform)       | weight | 0.029173 | 0.050529",
        "f32[30, 9, 9] | op: conv2d(64, 5, init=kaiming_uniform(a=0.0)) | weight | 0.051640 | 0.089443",
        "f32[500]      | op: linear(400, init=uniform(-3.0, 3.0))     | weight | 1.732051 | 3",
        "f32[500]      | op: linear(400, init=trunc_normal)           | weight | 0.879626 | 2",
        "f32[500]      | op: linear(400, init=trunc_normal(5.0))      | weight | 1.140115 | 2"
      })
  void areEvenWithinTheBound(String input, String layer, String weight, double std, double bound) {
    double[] values = initial(input, layer, weight);
    assertThat(deviation(values)).isCloseTo(std, within(0.03 * std));
    double largest = Arrays.stream(values).map(Math::abs).max().orElseThrow();
    assertThat(largest).isBetween(0.98 * bound, bound * (1 + 1e-6));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "f32[30, 9, 9] | op: conv2d(64, 5, init=xavier_normal(gain=2.0)) | 0.058346",
        "f32[30, 9, 9] | op: conv2d(64, 5, init=kaiming_normal)          | 0.051640",
        "f32[30, 9, 9] | op: conv2d(64, 5, init=kaiming_normal(a=1.0))   | 0.036515",
        "f32[500]      | op: linear(400, init=trunc_normal(0.02))        | 0.02",
        "f32[500]      | op: linear(400, init=normal(0.0, 0.5))          | 0.5",
        "f32[500]      | op: linear(400, init=orthogonal(gain=1.5))      | 0.067082"
      })
  void areNormal(String input, String layer, double std) {
    double[] values = initial(input, layer, "weight");
    assertThat(deviation(values)).isCloseTo(std, within(0.01 * std));
    double fourth =
        Arrays.stream(values).map(each -> Math.pow(each / std, 4)).average().orElseThrow();
    assertThat(fourth).isCloseTo(3, within(0.1));
  }

  private static double[] initial(String input, String layer, String weight) {
    String text = "model M(x: %s) { %s }".formatted(input, layer);
    Program program =
        FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
            .model(Optional.empty())
            .program(ProgramOptions.of(1));
    try (Machine machine = new CpuMachine(1);
        Loaded loaded = machine.load(program, List.of("init"))) {
      loaded.run("init", Map.of("seed", new double[] {3}));
      return loaded.state("op." + weight);
    }
  }

  private static double deviation(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(each -> each * each).average().orElseThrow());
  }
}
