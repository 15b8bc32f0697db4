// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.runtime.file.Npy;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training, measuring and predicting, from the command line. */
final class TrainCommandTest {

  private static final String DIGITS =
      """
      param hidden: int = 24
      model Digits(image: f32[1, 28, 28]) -> f32[10] { flatten linear(hidden) relu linear(10) }
      train Digits {
        data digits(count=600)
        split validation=0.1
        normalize mean=[0.1], std=[0.3]
        loss cross_entropy
        optimizer adam(lr=0.005)
        batch 32
        epochs 2
        metrics accuracy, confusion_matrix
        seed 5
      }
      """;

  @TempDir private Path folder;
  private Path digits = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    digits = Files.writeString(folder.resolve("digits.dl"), DIGITS);
  }

  @Test
  void crossValidationTrainsOnceForEachFold() throws IOException {
    String text = DIGITS.replace("validation=0.1", "folds=3, stratified=true");
    Path program = Files.writeString(folder.resolve("folds.dl"), text);
    Shell training = Shell.dlc("train", program, "--epochs", 1, "--no-report");
    assertThat(training.code()).as(training.err()).isZero();
    assertThat(training.err()).contains("320 samples to train on, 160 to validate", "fold 3/3");
    assertThat(training.out()).containsPattern("3 folds {2}validation loss [0-9.]+ ± [0-9.]+");
    Shell json = Shell.dlc("train", program, "--epochs", 1, "--no-report", "--json");
    assertThat(json.out().lines().toList().getLast())
        .startsWith("{\"event\":\"folds\",\"folds\":3,\"validation\":{\"loss\":{\"mean\":");
    Shell saving = Shell.dlc("train", program, "--save", folder.resolve("w.safetensors"));
    assertThat(saving.code()).isEqualTo(2);
    assertThat(saving.err()).contains("cross-validation trains 3 models");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void aCompiledProgramCrossValidatesToTheSameFigures() throws IOException, InterruptedException {
    String text = DIGITS.replace("validation=0.1", "folds=3, stratified=true");
    Path program = Files.writeString(folder.resolve("folds.dl"), text);
    Path binary = folder.resolve("folds");
    Shell compiling = Shell.dlc("compile", program, "-o", binary, "--cpu", "x86-64-v2");
    assertThat(compiling.code()).as(compiling.err()).isZero();
    Shell trained =
        Shell.dlc("train", program, "--cpu", "x86-64-v2", "--no-report", "--json", "--quiet");
    Process process = new ProcessBuilder(binary.toString(), "train", "--json", "--quiet").start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    String times = ",\"seconds\":[^}]*";
    assertThat(output.replaceAll(times, "")).isEqualTo(trained.out().replaceAll(times, ""));
    assertThat(output.lines()).hasSize(3 * 3 + 1);
  }

  @Test
  void aTrainedModelIsSavedMeasuredAndUsed() throws IOException {
    Path weights = folder.resolve("digits.safetensors");
    Path report = folder.resolve("run");
    Shell training =
        Shell.dlc("train", digits, "--save", weights, "--report", report, "--threads", 1);
    assertThat(training.code()).as(training.err()).isZero();
    assertThat(training.out())
        .contains("epoch 1/2", "epoch 2/2", "validation accuracy", "samples/s", "test accuracy")
        .contains("actual", "recall");
    assertThat(training.err()).contains("432 samples to train on", "saved " + weights);
    assertThat(SafeTensors.read(weights).keySet())
        .containsExactlyInAnyOrder(
            "linear_0.weight", "linear_0.bias", "linear_1.weight", "linear_1.bias");
    assertThat(Files.readAllLines(report.resolve("metrics.jsonl"))).hasSize(3);

    Shell eval = Shell.dlc("eval", digits, "--weights", weights);
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(training.out()).contains(eval.out());

    Path image = folder.resolve("one.png");
    ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", image.toFile());
    Path arrays = folder.resolve("two.npy");
    Npy.write(arrays, NumberArray.of(new float[2 * 784], 2, 1, 28, 28));
    Shell predict = Shell.dlc("predict", digits, "--weights", weights, image, arrays, "--json");
    assertThat(predict.code()).as(predict.err()).isZero();
    List<String> lines = predict.out().lines().toList();
    assertThat(lines).hasSize(3).allMatch(line -> line.contains("\"probabilities\":["));
    assertThat(lines.get(1).replace("two.npy:0", "").replaceFirst(",$", "]"))
        .isEqualTo(lines.get(2).replace("two.npy:1", ""));
    assertThat(lines.getFirst()).startsWith("[{").endsWith("},");
    Shell text = Shell.dlc("predict", digits, "--weights", weights, image);
    assertThat(text.out()).containsPattern("one.png  \\d \\d+\\.\\d%");
  }

  @Test
  void theSameSeedGivesTheSameLossWithAnyThreads() {
    String one = Shell.dlc("train", digits, "-q", "--threads", 1, "--steps", 9).out();
    String two = Shell.dlc("train", digits, "-q", "--threads", 2, "--steps", 9).out();
    String other = Shell.dlc("train", digits, "-q", "--seed", 6, "--steps", 9).out();
    assertThat(one).isEqualTo(two).isNotEqualTo(other).startsWith("test loss");
  }

  @Test
  void trainingGoesOnFromSavedWeights() {
    Path weights = folder.resolve("first.safetensors");
    assertThat(Shell.dlc("train", digits, "--save", weights).code()).isZero();
    Shell more = Shell.dlc("train", digits, "--init", weights, "--steps", 1, "--json");
    assertThat(more.code()).as(more.err()).isZero();
    assertThat(more.out().lines()).hasSize(2).allMatch(line -> line.startsWith("{\"event\":"));
  }

  @Test
  void weightsOfAnotherModelAreRefusedAndNothingIsWritten() throws IOException {
    Path weights = folder.resolve("w.safetensors");
    assertThat(Shell.dlc("train", digits, "--steps", 1, "--save", weights, "-D", "hidden=8").code())
        .isZero();
    byte[] before = Files.readAllBytes(weights);
    Shell shell = Shell.dlc("train", digits, "--init", weights, "--save", weights);
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0602]", "of another shape");
    assertThat(Files.readAllBytes(weights)).isEqualTo(before);
  }

  @Test
  void aFolderThatIsMissingIsFoundBeforeTraining() {
    Shell shell = Shell.dlc("train", digits, "--save", folder.resolve("no/such/w.safetensors"));
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0603]", "there is no folder");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void missingDataAreAnError() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("cifar.dl"),
            """
            model M(image: f32[3, 32, 32]) { flatten linear(10) }
            train M { data cifar10("nowhere") loss cross_entropy optimizer sgd(lr=0.1) epochs 1 }
            """);
    Shell shell = Shell.dlc("train", file);
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0501]: cannot find nowhere", "--data DIR");
  }

  @Test
  void aLossThatIsNotFiniteEndsTraining() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("wild.dl"),
            """
            model M(x: f32[4]) -> f32[2] { linear(2) }
            train M { data random loss mse optimizer sgd(lr=1e30) batch 10 epochs 9 }
            """);
    Path weights = folder.resolve("wild.safetensors");
    Shell shell = Shell.dlc("train", file, "--save", weights);
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0606]", "lower the learning rate");
    assertThat(weights).doesNotExist();
  }

  @Test
  void tablesAreTrainedAndPredictedOn() throws IOException {
    Path table = folder.resolve("plants.csv");
    StringBuilder rows = new StringBuilder("height,width,kind\n");
    for (int i = 0; i < 60; i++) {
      rows.append(i % 2 == 0 ? "1.%d,5.0,grass\n" : "8.%d,2.0,tree\n".formatted(i).formatted(i));
    }
    Files.writeString(table, rows.toString().replace("%d", "3"));
    Path file =
        Files.writeString(
            folder.resolve("plants.dl"),
            """
            model Plants(features: f32[2]) -> f32[2] { linear(8) relu linear(2) }
            train Plants {
              data csv("plants.csv", label="kind") normalize auto loss cross_entropy
              optimizer adam(lr=0.05) batch 8 epochs 12
            }
            """);
    Path weights = folder.resolve("plants.safetensors");
    assertThat(Shell.dlc("train", file, "--save", weights).code()).isZero();
    Shell shell = Shell.dlc("predict", file, "--weights", weights, "8.1,2.0", "1.2,5.0");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out()).contains("8.1,2.0  tree ", "1.2,5.0  grass ");
  }

  @Test
  void aRowMayHoldTheWordsOfATable() throws IOException {
    StringBuilder rows = new StringBuilder("height,color,kind\n");
    for (int i = 0; i < 60; i++) {
      rows.append(i % 2 == 0 ? "1.5,green,grass\n" : "1.5,brown,tree\n");
    }
    Files.writeString(folder.resolve("plants.csv"), rows.toString());
    Path file =
        Files.writeString(
            folder.resolve("plants.dl"),
            """
            model Plants(features: f32[3]) -> f32[2] { linear(2) }
            train Plants {
              data csv("plants.csv", label="kind") loss cross_entropy
              optimizer adam(lr=0.1) batch 8 epochs 9
            }
            """);
    Path weights = folder.resolve("plants.safetensors");
    assertThat(Shell.dlc("train", file, "--save", weights, "--no-report").code()).isZero();
    Shell shell =
        Shell.dlc("predict", file, "--weights", weights, "1.5,brown", "1.5,green", "--json");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out())
        .containsPattern(
            "(?s)^\\[\\{\"input\":\"1.5,brown\",\"class\":\"tree\".*,\n \\{\"input\":\"1.5,green\",\"class\":\"grass\".*]\n$");
    assertThat(Shell.dlc("predict", file, "--weights", weights, "1.5,pink").err()).contains("pink");
    assertThat(Shell.dlc("predict", file, "--weights", weights, "1.5,brown,2").err())
        .contains(
            "error[E0503]: 1.5,brown,2: it has 3 cells, a row of features has 2",
            "the features are height, color");
    assertThat(Shell.dlc("predict", file, "--weights", weights, "brown,1.5,pink,green").err())
        .contains("it has 4 cells");
    assertThat(Shell.dlc("predict", file, "--weights", weights, "brown,green.csv").err())
        .contains("error[E0505]", "brown");
    assertThat(Shell.dlc("predict", file, "--weights", weights, "brown.csv").err())
        .contains("cannot find brown.csv");
  }
}
