// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rates that no recorded trace covers follow PyTorch's code, written out in Java. */
final class SchedulesTest {

  private static final double[] NOTHING = {};

  /** The rate of each step, from a base of 0.1; {@code watched} is a loss for each epoch. */
  private static double[] rates(String schedule, int inEpoch, int epochs, double... watched) {
    String text =
        """
        model M(x: f32[1]) { linear(1) }
        train M { data random loss mse optimizer sgd(lr=0.1, momentum=0.9) schedule %s }
        """
            .formatted(schedule);
    Program program =
        FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
            .model(Optional.empty())
            .program(ProgramOptions.of(1));
    List<String> entries = new ArrayList<>(List.of("init", "train_step"));
    program.entry("epoch_end").ifPresent(each -> entries.add(each.name()));
    Map<String, double[]> inputs = new HashMap<>();
    List.of("x", "target", "seed").forEach(name -> inputs.put(name, new double[] {0}));
    inputs.put("lr", new double[] {0.1});
    inputs.put("steps_per_epoch", new double[] {inEpoch});
    inputs.put("epochs", new double[] {epochs});
    double[] rates = new double[inEpoch * epochs];
    try (Machine machine = new InterpreterMachine();
        Loaded loaded = machine.load(program, entries)) {
      loaded.run("init", inputs);
      for (int i = 0; i < rates.length; i++) {
        inputs.put("step", new double[] {i + 1});
        inputs.put("epoch", new double[] {i / inEpoch});
        rates[i] = loaded.run("train_step", inputs).get("lr")[0];
        if ((i + 1) % inEpoch == 0 && watched.length > 0) {
          inputs.put("watched", new double[] {watched[i / inEpoch]});
          loaded.run("epoch_end", inputs);
        }
      }
    }
    return rates;
  }

  private static double[] each(int count, IntToDoubleFunction rate) {
    return IntStream.range(0, count).mapToDouble(rate).toArray();
  }

  private static void assertSame(double[] computed, double[] expected) {
    assertThat(computed).containsExactly(expected, within(1e-14));
  }

  @Test
  void aWarmUpInStepsIsFollowedByEpochs() {
    double[] expected =
        each(
            4 * 6,
            i -> {
              int epoch = i / 4 - 1; // the warm-up ends within the second epoch
              return i < 5
                  ? 0.1 * (0.2 + 0.8 * i / 5)
                  : 0.01 + (0.1 - 0.01) * (1 + Math.cos(Math.PI * epoch / 5)) / 2;
            });
    assertSame(rates("warmup(steps=5, start=0.2), cosine(min=0.01)", 4, 6, NOTHING), expected);
  }

  @Test
  void aWarmUpInEpochsIsPyTorchsLinear() {
    double[] expected =
        each(
            10,
            i -> {
              int epoch = i / 2;
              return epoch < 3 ? 0.1 * (1 + 2.0 * epoch / 3) / 3 : 0.1 * Math.pow(0.5, epoch - 3.0);
            });
    assertSame(rates("warmup(epochs=3), step(1, gamma=0.5)", 2, 5, NOTHING), expected);
  }

  @Test
  void polynomialEndsAtNothing() {
    assertSame(
        rates("polynomial(2.0, epochs=4)", 1, 6, NOTHING),
        each(6, i -> 0.1 * Math.pow(1 - Math.min(i, 4) / 4.0, 2)));
    assertSame(rates("polynomial", 1, 5, NOTHING), each(5, i -> 0.1 * (1 - i / 5.0)));
  }

  @Test
  void threePhasesFallTwice() {
    double first = 0.4 * 20 - 1;
    double second = 2 * 0.4 * 20 - 2;
    double low = 0.5 / 10;
    double floor = low / 100;
    double[] expected =
        each(
            20,
            i -> {
              if (i <= first) {
                return cosine(low, 0.5, i / first);
              }
              return i <= second
                  ? cosine(0.5, low, (i - first) / (second - first))
                  : cosine(low, floor, (i - second) / (19 - second));
            });
    assertSame(
        rates(
            "onecycle(0.5, pct_start=0.4, div_factor=10, final_div_factor=100, three_phase=true)",
            4,
            5,
            NOTHING),
        expected);
  }

  private static double cosine(double from, double to, double part) {
    return to + (from - to) / 2 * (1 + Math.cos(Math.PI * part));
  }

  // ReduceLROnPlateau.step, with mode="max", threshold_mode="abs" and a cooldown.
  @Test
  void aPlateauRestsAfterItsFall() {
    double[] watched = {1, 2, 2.05, 2.05, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3};
    double[] expected = new double[watched.length];
    double rate = 0.1;
    double best = Double.NEGATIVE_INFINITY;
    int bad = 0;
    int resting = 0;
    for (int i = 0; i < watched.length; i++) {
      expected[i] = rate;
      if (watched[i] > best + 0.1) {
        best = watched[i];
        bad = 0;
      } else {
        bad++;
      }
      if (resting > 0) {
        resting--;
        bad = 0;
      }
      if (bad > 1) {
        rate = Math.max(rate * 0.5, 0.03);
        resting = 2;
        bad = 0;
      }
    }
    assertThat(expected[15]).isEqualTo(0.03);
    assertSame(
        rates(
            "plateau(0.5, 1, threshold=0.1, threshold_mode=\"abs\", cooldown=2, min_lr=0.03,"
                + " mode=\"max\")",
            1,
            watched.length,
            watched),
        expected);
  }

  @Test
  void aPlateauBeginsAfterTheWarmUp() {
    double[] watched = {1, 1, 1, 1, 1, 1, 1, 1};
    double[] expected = {0.05, 0.075, 0.1, 0.1, 0.1, 0.05, 0.05, 0.025};
    assertSame(
        rates("warmup(epochs=2, start=0.5), plateau(0.5, 1)", 1, watched.length, watched),
        expected);
  }
}
