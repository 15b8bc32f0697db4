// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GradCheckTest {

  private static final GradCheck.Options FEW = new GradCheck.Options(3, 8, 1);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x: f32[3, 9, 7]) { conv2d(4, 3, stride=2, padding=1) batchnorm2d relu maxpool2d(2) flatten"
            + " linear(5) }",
        "x: f32[2, 8, 8]) { conv2d(4, 3, dilation=2) groupnorm(2) silu avgpool2d(2) dropout(0.3)"
            + " flatten linear(3) tanh }",
        "x: i32[6]) { embedding(11, 8) let a = it -> multihead_attention(2, causal=true)"
            + " it = it + a layernorm gelu linear(7) }",
        "x: f32[4, 3, 3]) { conv_transpose2d(2, 3, stride=2) instancenorm2d elu"
            + " adaptive_avgpool2d([3, 2]) flatten softplus log_softmax }",
        "x: f32[5], y: f32[5]) { it = concat([x * y, exp(-abs(x - y)), sin(x) ^ 2]) rmsnorm"
            + " mish linear(4) softmax }"
      })
  void gradientsAgreeWithDifferences(String model) {
    try (Machine machine = new CpuMachine(1)) {
      assertAgrees(GradCheck.run(checked("model M(" + model), machine, FEW));
    }
  }

  @Test
  void theInterpreterAgreesToo() {
    try (Machine machine = new InterpreterMachine()) {
      String model = "model M(x: f32[4]) { linear(6) batchnorm1d sigmoid linear(2) }";
      assertAgrees(GradCheck.run(checked(model), machine, FEW));
    }
  }

  @Test
  void aWrongGradientIsFound() {
    String model = "model M(x: f32[4]) { linear(3) it = it * stop_gradient(it) }";
    try (Machine machine = new CpuMachine(1)) {
      assertThat(GradCheck.run(checked(model), machine, FEW)).anyMatch(GradCheck.Row::isMiss);
    }
  }

  private static void assertAgrees(List<GradCheck.Row> rows) {
    assertThat(rows).isNotEmpty();
    assertThat(rows).filteredOn(GradCheck.Row::isMiss).isEmpty();
  }

  private static CheckedModel checked(String text) {
    return FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
        .model(Optional.empty());
  }
}
