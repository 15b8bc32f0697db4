// SPDX-License-Identifier: Apache-2.0
package dlc.driver.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.driver.CodeOptions;
import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.TrainLimits;
import dlc.driver.Training;
import dlc.driver.Workbench;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.Target;
import dlc.passes.schedule.TilingChoice;
import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps that are measured, tilings that are tried, and the file that keeps them. */
final class TunerTest {

  @TempDir private Path folder;
  private Path program = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    program =
        Files.writeString(
            folder.resolve("small.dl"),
            """
            model Small(x: f32[24]) -> f32[3] {
              linear(40)
              relu
              linear(3)
            }
            train Small {
              data random(count=64) loss cross_entropy optimizer sgd(lr=0.1, momentum=0.9)
              batch 16 epochs 2 seed 3
            }
            """);
  }

  @Test
  void aProfileSaysWhatEachKernelDoesAndWhereItComesFrom() {
    StepClock clock = new StepClock("train_step");
    CodeOptions code = CodeOptions.USUAL.observedBy(CodeOptions.USUAL.observation().timedBy(clock));
    Profile profile;
    try (Workbench bench = open(code)) {
      profile = Profiler.run(bench, clock, OptionalInt.of(7), new Profile.Peak(1e11, 1e10, 1e11));
    }
    assertThat(profile.steps()).isEqualTo(7);
    assertThat(profile.batch()).isEqualTo(16);
    assertThat(profile.stepNanos()).isPositive();
    assertThat(profile.stamps())
        .hasSize(7)
        .allMatch(stamps -> stamps.size() == profile.kernels().size() + 1);
    KernelRow first =
        profile.kernels().stream()
            .filter(row -> row.ops().contains("relu"))
            .findFirst()
            .orElseThrow();
    assertThat(first.flops()).isEqualTo(2 * 16 * 24 * 40 + 16 * 40);
    assertThat(first.places().stream().map(KernelRow.Part::line)).containsExactly(2, 3);
    assertThat(first.places().iterator().next().text()).isEqualTo("linear(40)");
  }

  @Test
  void winnersAreKeptAndTaken() {
    Tuner.Setup setup = new Tuner.Setup(3);
    List<Integer> rounds = new ArrayList<>();
    Path file = folder.resolve("cache").resolve("tilings.txt");
    Tuner.Result result;
    try (Workbench bench = open(setup.code(CodeOptions.USUAL))) {
      result = Tuner.run(bench, setup, 0.001, (round, _) -> rounds.add(round));
      TilingFile kept = TilingFile.read(file);
      for (Tuner.Row row : result.rows()) {
        kept.put(row.kernel(), bench.processor(), setup.tilings(row.kernel()).getLast());
      }
      kept.write(file);
    }
    assertThat(rounds).containsExactly(1, 2);
    assertThat(result.rows())
        .hasSizeGreaterThan(2)
        .allSatisfy(
            row ->
                assertThat(row.nanos().keySet())
                    .containsExactlyElementsOf(setup.tilings(row.kernel())));
    TilingFile read = TilingFile.read(file);
    assertThat(read.warnings()).isEmpty();
    assertThat(read.size()).isEqualTo(result.rows().size());
    double usual = trained(CodeOptions.USUAL);
    double tuned = trained(CodeOptions.USUAL.tiledBy(read::choiceFor));
    assertThat(tuned).isCloseTo(usual, within(1e-4));
    assertThat(trained(CodeOptions.USUAL.tiledBy(read::choiceFor))).isEqualTo(tuned);
  }

  @Test
  void damagedLinesAreIgnoredAndNamed() throws IOException {
    Path file = folder.resolve("tilings.txt");
    String key = "0123456789abcdef0123456789abcdef";
    Files.writeString(
        file,
        """
        # a comment

        1\t%s\tcpu\t64\touter 1 d1:1x16\tdot
        1\t%s\tcpu
        nonsense
        2\t%s\tcpu\t64\tfuture
        """
            .formatted(key, key, key));
    TilingFile read = TilingFile.read(file);
    assertThat(read.size()).isEqualTo(1);
    assertThat(read.warnings())
        .hasSize(3)
        .anyMatch(warning -> warning.endsWith(":4: the line is damaged and ignored"))
        .anyMatch(warning -> warning.endsWith(":5: the line is damaged and ignored"))
        .anyMatch(warning -> warning.endsWith(":6: version 2 is not known, the line is ignored"));
  }

  @Test
  void aTilingThatIsNotThereLeavesTheEstimate() {
    Kernel kernel = new Kernel("dot", List.of(), List.of(), List.of());
    TilingFile file = TilingFile.read(folder.resolve("none"));
    assertThat(file.choiceFor(Target.X86_64_V3)).isSameAs(TilingChoice.ESTIMATED);
    file.put(kernel, Target.X86_64_V3, "outer 1 d1:9x8");
    TilingChoice choice = file.choiceFor(Target.X86_64_V3);
    assertThat(choice.of(kernel, List.of("a", "b"))).isZero();
    assertThat(choice.of(kernel, List.of("a", "outer 1 d1:9x8"))).isEqualTo(1);
    assertThat(file.choiceFor(Target.X86_64_V4).of(kernel, List.of("a", "outer 1 d1:9x8")))
        .isZero();
  }

  private Workbench open(CodeOptions code) {
    return Workbench.open(
        ModelFile.load(program, Map.of()), RunOptions.usual().withThreads(1).withCode(code));
  }

  private double trained(CodeOptions code) {
    try (Workbench bench = open(code)) {
      return Training.of(bench, TrainLimits.NONE, _ -> {})
          .run(TrainListener.NONE, new StopFlag())
          .lastEpoch()
          .orElseThrow()
          .training()
          .loss();
    }
  }
}
