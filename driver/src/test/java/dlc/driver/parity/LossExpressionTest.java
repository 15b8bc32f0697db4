// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.DType;
import dlc.ir.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Losses mean the same within an expression as alone. */
final class LossExpressionTest {

  private static final int BATCH = 4;

  /** Classes on dimension 0 of the first output, as for images. */
  private static final SourceFile MODEL =
      new SourceFile(
          "twin.dl",
          """
          model Twin(image: f32[3, 2, 5]) -> (f32[3, 2, 5], f32[3, 2, 5]) {
            let logits = image -> conv2d(3, 1)
            let copy = image -> conv2d(3, 1)
            return logits, copy
          }
          """);

  private static double loss(String text) {
    Program program =
        FrontEnd.check(MODEL, Imports.none(), Map.of())
            .model(Optional.empty())
            .program(ProgramOptions.of(BATCH).withFloatType(DType.F64).withLoss(text));
    double[] image = IntStream.range(0, BATCH * 30).mapToDouble(i -> Math.sin(2.1 * i)).toArray();
    double[] target = IntStream.range(0, BATCH * 10).mapToDouble(i -> i * 7 % 4 - 1).toArray();
    try (Machine machine = new InterpreterMachine();
        Loaded loaded = machine.load(program, List.of("init", "eval_step"))) {
      loaded.run("init", Map.of("seed", new double[] {3}));
      return loaded.run("eval_step", Map.of("image", image, "target", target)).get("loss")[0];
    }
  }

  @Test
  void aSumOfLossesIsTheSumOfThem() {
    String classes = "cross_entropy(dim=0, ignore_index=-1, label_smoothing=0.1)";
    double sum = loss(classes) + 0.5 * loss("mse(copy, image)");
    assertThat(loss(classes + " + 0.5 * mse(copy, image)")).isCloseTo(sum, within(1e-12));
    assertThat(
            loss(
                "cross_entropy(logits, target, 0.1, dim=0, ignore_index=-1)"
                    + " + mean((output_1 - image) ^ 2) / 2.0"))
        .isCloseTo(sum, within(1e-12));
    assertThat(loss("0.5 * mse(output=copy, target=image) + " + classes))
        .isCloseTo(sum, within(1e-12));
  }

  @Test
  void lossesOfElementsAddUpToTheirSum() {
    for (String options :
        List.of(
            "dim=0, ignore_index=-1",
            "dim=0, ignore_index=-1, weight=[1.0, 2.0, 0.5]",
            "dim=0, ignore_index=-1, weight=[1.0, 2.0, 0.5], label_smoothing=0.2")) {
      String loss = "cross_entropy(" + options + ", reduction=\"%s\")";
      assertThat(loss("batch_sum(sum(" + loss.formatted("none") + "))"))
          .as(options)
          .isCloseTo(loss(loss.formatted("sum")), within(1e-12));
    }
    assertThat(loss("huber(copy, image, 0.7, reduction=\"none\")"))
        .isCloseTo(loss("huber(copy, image, 0.7)"), within(1e-12));
    assertThat(loss("mean(where(image > 0.0, l1(copy, image, reduction=\"none\"), 0.0))"))
        .isLessThan(loss("l1(copy, image)"));
  }
}
