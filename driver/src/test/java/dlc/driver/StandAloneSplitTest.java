// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.driver.CompiledProgram.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Compiled programs hold out the samples that the trainer does, and end with the same weights. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAloneSplitTest {

  private static final String SOURCE =
      """
      model Net(point: f32[2]) -> f32[3] { linear(8) tanh linear(3) }
      train Net {
        data spirals(classes=3, count=500) split SPLIT
        loss LOSS optimizer adam(lr=0.3) batch 32 epochs 30 REST
      }
      """;

  @TempDir private Path folder;

  private static String source(String split, String rest) {
    return SOURCE.replace("SPLIT", split).replace("REST", rest).replace("LOSS", "cross_entropy");
  }

  @Test
  void strataAndTheBestWeightsAreTheTrainers() throws IOException {
    CompiledProgram program =
        CompiledProgram.of(
            folder, source("validation=0.3, stratified=true", "stop patience=2, restore=true"));
    Trained expected = Trained.by(folder);
    Run run = program.run("train", "--save", "w", "--json");
    assertThat(run.errors()).contains("training ends early", "which was the best");
    assertThat(Trained.withoutTimes(run.output())).isEqualTo(expected.log());
    assertThat(folder.resolve("w")).hasBinaryContent(expected.weights());
    int pastTheBest = 0;
    for (int steps = 5; steps <= 60; steps += 5) {
      String name = "c" + steps;
      program.run("train", "--steps", "" + steps, "--checkpoint-dir", name, "--quiet");
      Path checkpoint = folder.resolve(name + "/step-%09d.safetensors".formatted(steps));
      if (Files.readString(checkpoint, StandardCharsets.ISO_8859_1).contains("@best/")) {
        pastTheBest++;
      }
      program.run("train", "--resume", "--checkpoint-dir", name, "--save", "w", "--quiet");
      assertThat(folder.resolve("w")).hasBinaryContent(expected.weights());
    }
    assertThat(pastTheBest).isPositive();
  }

  @Test
  void aRunOnNumbersGoesOnInTheMiddleOfAnEpoch() {
    CompiledProgram program =
        CompiledProgram.of(
            folder,
            """
            model Net(point: f32[2]) -> f32[2] { linear(4) tanh linear(2) }
            train Net {
              data random(count=150) loss mse optimizer adam(lr=0.01) batch 16 epochs 3
              metrics mae, rmse, r2
            }
            """);
    program.run("train", "--save", "whole");
    program.run("train", "--steps", "11", "--checkpoint-dir", "c");
    Run rest = program.run("train", "--resume", "--checkpoint-dir", "c", "--save", "w");
    assertThat(rest.errors()).contains("going on from c/step-000000011.safetensors");
    assertThat(folder.resolve("w")).hasSameBinaryContentAs(folder.resolve("whole"));
  }

  @Test
  void whatIsMeasuredAnewInEachFoldIsRefused() {
    assertThatThrownBy(() -> CompiledProgram.of(folder, source("folds=3", "normalize auto")))
        .hasMessageContaining("another one in each fold");
    assertThatThrownBy(
            () ->
                CompiledProgram.of(
                    folder,
                    source("folds=3", "")
                        .replace("cross_entropy", "cross_entropy(weight=\"balanced\")")))
        .hasMessageContaining("another one in each fold");
  }
}
