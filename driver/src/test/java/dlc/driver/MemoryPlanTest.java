// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlc.base.UserError;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models within an amount of memory. */
final class MemoryPlanTest {

  private static final String PERCEPTRON =
      """
      model Net(x: f32[64]) -> f32[5] { linear(96) relu dropout(0.3) linear(96) tanh linear(5) }
      train Net {
        data random(count=3200) loss cross_entropy optimizer adam(lr=0.01) batch 320 epochs 2 seed 7
      }
      """;

  private static final String CONVOLUTIONS =
      """
      model Net(x: f32[3, 20, 20]) -> f32[4] {
        conv2d(8, kernel=3, padding=1) relu maxpool2d(2) conv2d(12, kernel=3) relu flatten linear(4)
      }
      train Net {
        data random(count=160) loss mse optimizer sgd(lr=0.05, momentum=0.9)
        clip norm=1.0 batch 16 epochs 2 seed 7
      }
      """;

  private static final String RECURRENT =
      """
      model Net(x: f32[12, 20]) -> f32[12, 24] { lstm(24) }
      train Net {
        data random(count=160) loss mse optimizer sgd(lr=0.5) batch 16 epochs 2 seed 7
      }
      """;

  private static final String NORMALIZED =
      """
      model Net(x: f32[64]) -> f32[5] { linear(96) batchnorm1d relu linear(5) }
      train Net {
        data random(count=320) loss cross_entropy optimizer sgd(lr=0.01) batch 32 epochs 1
      }
      """;

  @TempDir private Path folder;

  /** What a run came to. */
  private record Run(double loss, long bytes) {}

  @ParameterizedTest
  @ValueSource(strings = {PERCEPTRON, CONVOLUTIONS, RECURRENT})
  void aRunTakesWhatCheckStates(String program) throws IOException {
    Check check = check(program, OptionalLong.empty());
    assertThat(run(program, OptionalLong.empty()).bytes()).isEqualTo(check.peakBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {PERCEPTRON, CONVOLUTIONS, RECURRENT})
  void piecesTakeLessAndLearnTheSame(String program) throws IOException {
    Run whole = run(program, OptionalLong.empty());
    long most = leastOf(program);
    assertThat(most).isLessThan(whole.bytes());
    Check check = check(program, OptionalLong.of(most));
    assertThat(check.piece()).isLessThan(check.batch());
    assertThat(check.peakBytes()).isLessThanOrEqualTo(most);
    Run inPieces = run(program, OptionalLong.of(most));
    assertThat(inPieces.bytes()).isEqualTo(check.peakBytes());
    assertThat(inPieces.loss()).isCloseTo(whole.loss(), within(2e-4 * Math.abs(whole.loss())));
  }

  @Test
  void smallerLastBatchesAreCountedToo() throws IOException {
    String program = PERCEPTRON.replace("count=3200", "count=3141");
    long most = run(program, OptionalLong.empty()).bytes() * 8 / 10;
    assertThat(run(program, OptionalLong.of(most)).bytes()).isLessThanOrEqualTo(most);
  }

  @Test
  void statisticsOfTheBatchAreNotSplit() {
    assertThatThrownBy(() -> check(NORMALIZED, OptionalLong.of(1000)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("its batch cannot be computed in pieces")
        .hasMessageContaining("is a statistic of the whole batch");
  }

  @Test
  void sumsAreNotSplit() {
    String program =
        PERCEPTRON.replace("loss cross_entropy", "loss cross_entropy(reduction=\"sum\")");
    assertThatThrownBy(() -> check(program, OptionalLong.of(1000)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("may be no mean over samples");
  }

  /** The figure that the error names. */
  private long leastOf(String program) {
    try {
      check(program, OptionalLong.of(1000));
    } catch (UserError | IOException error) {
      String text = error instanceof UserError user ? user.render() : "";
      return Long.parseLong(text.replaceAll("(?s).*--max-memory (\\d+) would do.*", "$1"));
    }
    throw new AssertionError("a thousand bytes were enough");
  }

  private Check check(String program, OptionalLong most) throws IOException {
    var model = load(program).checked().models().getFirst();
    return Check.of(
        model,
        model.train().orElseThrow().batch(),
        Compiler.of(Processor.named(Processor.NATIVE)),
        most);
  }

  private ModelFile load(String program) throws IOException {
    return ModelFile.load(Files.writeString(folder.resolve("net.dl"), program), Map.of());
  }

  private Run run(String program, OptionalLong most) throws IOException {
    RunOptions options = RunOptions.usual().withThreads(1).withCode(CodeOptions.USUAL.within(most));
    try (Workbench bench = Workbench.open(load(program), options)) {
      Training training = Training.of(bench, TrainLimits.NONE, _ -> {});
      FinalReport report = training.run(TrainListener.NONE, new StopFlag());
      return new Run(report.lastEpoch().orElseThrow().training().loss(), bench.session().bytes());
    }
  }
}
