// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.DType;
import dlc.ir.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses that take weights from the data are those with the weights written out. */
final class ClassWeightsTest {

  /** Of 60, 30 and 10 samples: 100 / (3 n). */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cross_entropy(weight="balanced") | cross_entropy(weight=[0.5555555555555556, 1.1111111111111112, 3.3333333333333335])
          nll(weight="balanced", ignore_index=0) | nll(weight=[0.2222222222222222, 0.4444444444444444, 1.3333333333333333], ignore_index=0)
          bce_with_logits(pos_weight="balanced") | bce_with_logits(pos_weight=2.0)
          """)
  void weightsFollowTheCounts(String balanced, String plain) {
    assertThat(loss(balanced, List.of(60L, 30L, 10L)))
        .isCloseTo(loss(plain, List.of()), within(1e-12));
  }

  /** Where nothing is known of the data, all classes weigh 1. */
  @ParameterizedTest
  @CsvSource({"cross_entropy(weight=\"balanced\"), cross_entropy"})
  void withoutCountsAllWeighTheSame(String balanced, String plain) {
    assertThat(loss(balanced, List.of())).isCloseTo(loss(plain, List.of()), within(1e-12));
  }

  private static double loss(String text, List<Long> counts) {
    Program program =
        FrontEnd.check(
                new SourceFile("m.dl", "model M(x: f32[3]) { it = it * 1.0 }"),
                Imports.none(),
                Map.of())
            .model(Optional.empty())
            .program(
                ProgramOptions.of(2)
                    .withFloatType(DType.F64)
                    .withLoss(text)
                    .withClassCounts(counts));
    double[] target =
        text.startsWith("bce") ? new double[] {1, 0, 1, 0, 1, 0} : new double[] {1, 2};
    Map<String, double[]> inputs =
        Map.of("x", new double[] {0.5, -1, 2, 0.1, 0.2, -0.3}, "target", target);
    try (Machine machine = new InterpreterMachine();
        Loaded loaded = machine.load(program, List.of("init", "eval_step"))) {
      return loaded.run("eval_step", inputs).get("loss")[0];
    }
  }
}
