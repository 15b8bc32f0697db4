// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.opencl.OpenClDevices;
import dlc.driver.parity.BackendMachine;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.driver.parity.Results;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.Program;
import dlc.opencl.device.OpenCl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What augmentations make of samples, compiled and interpreted. */
final class AugmentationTest {

  private static final int BATCH = 6;

  /** Samples, what was made of them, and the loss. */
  private record Made(double[] before, double[] after, double[] target, double loss) {

    double[] before(int sample) {
      return part(before, sample);
    }

    double[] after(int sample) {
      return part(after, sample);
    }

    private static double[] part(double[] all, int sample) {
      int size = all.length / BATCH;
      return Arrays.copyOfRange(all, sample * size, (sample + 1) * size);
    }
  }

  /** A model that gives its samples as they are augmented. */
  private record Model(Loaded loaded, int channels, int side) implements AutoCloseable {

    Made made(int step) {
      int count = BATCH * channels * side * side;
      Map<String, double[]> inputs = new HashMap<>();
      inputs.put("image", numbers(count, 1));
      inputs.put("target", numbers(count, 2));
      inputs.put("seed", new double[] {3});
      inputs.put("step", new double[] {step});
      inputs.put("lr", new double[] {0});
      loaded.run("init", inputs);
      Results results = loaded.run("train_step", inputs);
      return new Made(
          inputs.get("image"), results.get("output"), inputs.get("target"), results.get("loss")[0]);
    }

    @Override
    public void close() {
      loaded.close();
    }
  }

  private static Model model(Machine machine, String augment, int channels, int side) {
    String text =
        """
        model M(image: f32[%1$d, %2$d, %2$d]) {
          weight one: f32[] = ones
          it = it * one
        }
        train M { data random augment %3$s loss mse optimizer sgd(lr=0.1) }
        """
            .formatted(channels, side, augment.replace("SIDE", Integer.toString(side)));
    Program program =
        FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
            .model(Optional.empty())
            .program(ProgramOptions.of(BATCH));
    return new Model(machine.load(program, List.of("init", "train_step")), channels, side);
  }

  /** Numbers in [0, 1) that f32 has. */
  private static double[] numbers(int count, int seed) {
    Random random = new Random(seed);
    return IntStream.range(0, count).mapToDouble(_ -> random.nextFloat()).toArray();
  }

  private static Made compiled(String augment, int channels, int side) {
    try (Machine machine = new CpuMachine(2);
        Model model = model(machine, augment, channels, side)) {
      return model.made(1);
    }
  }

  /** All there are, in ways that differ; images are {@code SIDE} pixels high and wide. */
  static List<String> all() {
    return List.of(
        "random_crop(SIDE, padding=2)",
        "random_crop([SIDE, SIDE], padding=[1, 3], value=0.25)",
        "random_flip",
        "random_flip(p=0.3, dim=-2)",
        "random_rotation(30)",
        "random_rotation([-170, 90.5], value=0.3)",
        "cutout(4)",
        "cutmix",
        "cutmix(0.3)",
        "cutmix(8)",
        "mixup",
        "mixup(0.05)",
        "mixup(0.2)",
        "mixup(7.5)",
        "color_jitter(brightness=0.4)",
        "color_jitter(contrast=0.9)",
        "color_jitter(contrast=[0.1, 3])",
        "color_jitter(saturation=[0.3, 2.5])",
        "color_jitter(hue=0.5)",
        "color_jitter(brightness=0.4, contrast=0.3, saturation=0.5, hue=[-0.2, 0.3])",
        "random_crop(SIDE, padding=2), random_flip, color_jitter(contrast=0.2), mixup",
        "random_crop(SIDE, padding=2), random_flip, random_rotation([-5, 20]), cutout(3, value=0.5), cutmix");
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyDeviceMakesTheSameBits(String augment) {
    try (Machine device = OpenClDevices.machine();
        Machine one = new CpuMachine(1);
        Machine two = new CpuMachine(2)) {
      int side = augment.length() % 2 == 0 ? 7 : 33;
      assertSameBits(List.of(device, one, two), augment, side);
    }
  }

  @Test
  void graphicsProcessorsMakeTheSameBits() {
    OpenClDevices.require();
    try (Machine device = new BackendMachine(OpenCl.openAsGraphics("opencl"));
        Machine machine = new CpuMachine(2)) {
      String augment =
          "random_rotation(9), color_jitter(0.4, contrast=0.3, saturation=0.5, hue=0.1), mixup(0.4)";
      assertSameBits(List.of(device, machine), augment, 15);
    }
  }

  private static void assertSameBits(List<Machine> machines, String augment, int side) {
    List<List<Made>> made = new ArrayList<>();
    for (Machine machine : machines) {
      try (Model model = model(machine, augment, 3, side)) {
        made.add(IntStream.rangeClosed(1, 10).mapToObj(model::made).toList());
      }
    }
    for (int step = 0; step < 10; step++) {
      for (List<Made> other : made) {
        assertThat(other.get(step).after()).isEqualTo(made.getFirst().get(step).after());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void theProcessorAgreesWithTheInterpreter(String augment) {
    try (Machine interpreter = new InterpreterMachine();
        Machine machine = new CpuMachine(2);
        Model reference = model(interpreter, augment, 3, 7);
        Model model = model(machine, augment, 3, 7)) {
      for (int step = 1; step <= 3; step++) {
        Made expected = reference.made(step);
        Made found = model.made(step);
        assertThat(found.after()).containsExactly(expected.after(), within(2e-6));
        assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-6));
      }
    }
  }

  @Test
  void cropsAreWindowsOfThePaddedImage() {
    Made made = compiled("random_crop(5, padding=2, value=9.0)", 1, 5);
    long places = 0;
    for (int sample = 0; sample < BATCH; sample++) {
      double[] image = made.before(sample);
      double[] found = made.after(sample);
      places +=
          IntStream.range(0, 25)
              .filter(place -> Arrays.equals(window(image, place / 5 - 2, place % 5 - 2), found))
              .count();
    }
    assertThat(places).isEqualTo(BATCH);
  }

  private static double[] window(double[] image, int down, int right) {
    double[] window = new double[25];
    for (int i = 0; i < 25; i++) {
      int row = i / 5 + down;
      int column = i % 5 + right;
      boolean isInside = row >= 0 && row < 5 && column >= 0 && column < 5;
      window[i] = isInside ? image[row * 5 + column] : 9;
    }
    return window;
  }

  @Test
  void someSamplesAreFlippedAndOthersNot() {
    Made made = compiled("random_flip", 1, 5);
    int flipped = 0;
    for (int sample = 0; sample < BATCH; sample++) {
      double[] image = made.before(sample);
      double[] mirrored = new double[25];
      for (int i = 0; i < 25; i++) {
        mirrored[i] = image[i / 5 * 5 + 4 - i % 5];
      }
      assertThat(made.after(sample)).isIn(image, mirrored);
      flipped += Arrays.equals(made.after(sample), mirrored) ? 1 : 0;
    }
    assertThat(flipped).isBetween(1, BATCH - 1);
  }

  @Test
  void aQuarterTurnIsCounterclockwise() {
    Made made = compiled("random_rotation([90, 90])", 1, 3);
    double[] image = made.before(1);
    assertThat(made.after(1))
        .containsExactly(
            image[2], image[5], image[8], image[1], image[4], image[7], image[0], image[3],
            image[6]);
  }

  @Test
  void factorsChangeColoursAsTorchvisionDoes() {
    Made brighter = compiled("color_jitter(brightness=[1.5, 1.5])", 3, 2);
    Made flatter = compiled("color_jitter(contrast=[0.5, 0.5])", 3, 2);
    Made paler = compiled("color_jitter(saturation=[0.5, 0.5])", 3, 2);
    Made turned = compiled("color_jitter(hue=[0.5, 0.5])", 3, 2);
    double[] image = brighter.before(0);
    double mean = IntStream.range(0, 4).mapToDouble(at -> gray(image, at)).average().orElseThrow();
    for (int i = 0; i < 12; i++) {
      assertThat(brighter.after(0)[i]).isCloseTo(Math.min(1, 1.5 * image[i]), within(1e-6));
      assertThat(flatter.after(0)[i]).isCloseTo(0.5 * image[i] + 0.5 * mean, within(1e-6));
      assertThat(paler.after(0)[i])
          .isCloseTo(0.5 * image[i] + 0.5 * gray(image, i % 4), within(1e-6));
      // Half a turn of the hue: what was the greatest becomes the least and so on.
      double least = channels(image, i % 4).min().orElseThrow();
      double greatest = channels(image, i % 4).max().orElseThrow();
      assertThat(turned.after(0)[i]).isCloseTo(least + greatest - image[i], within(1e-6));
    }
  }

  private static double gray(double[] image, int at) {
    return 0.2989 * image[at] + 0.587 * image[4 + at] + 0.114 * image[8 + at];
  }

  private static DoubleStream channels(double[] image, int at) {
    return IntStream.range(0, 3).mapToDouble(channel -> image[4 * channel + at]);
  }

  @Test
  void cutsOutSquaresAlikeInAllChannels() {
    Made made = compiled("cutout(4, value=7.0)", 3, 9);
    for (int sample = 0; sample < BATCH; sample++) {
      double[] found = made.after(sample);
      int[] cut = IntStream.range(0, 81).filter(i -> found[i] == 7).toArray();
      int height = cut[cut.length - 1] / 9 - cut[0] / 9 + 1;
      int width = cut[cut.length - 1] % 9 - cut[0] % 9 + 1;
      assertThat(cut).hasSize(height * width);
      assertThat(height).isBetween(2, 4);
      assertThat(width).isBetween(2, 4);
      assertThat(Arrays.stream(found).filter(each -> each == 7).count()).isEqualTo(3L * cut.length);
    }
  }

  @Test
  void mixesSamplesAndLossesByTheSameShare() {
    Made made = compiled("mixup(0.4)", 1, 4);
    double share = (made.after(0)[0] - made.before(5)[0]) / (made.before(0)[0] - made.before(5)[0]);
    assertThat(share).isBetween(0.5, 1.0);
    double own = 0;
    double other = 0;
    int size = made.after().length;
    for (int i = 0; i < size; i++) {
      int pair = (BATCH - 1 - i / 16) * 16 + i % 16;
      double mixed = share * made.before()[i] + (1 - share) * made.before()[pair];
      assertThat(made.after()[i]).isCloseTo(mixed, within(2e-6));
      own += Math.pow(mixed - made.target()[i], 2) / size;
      other += Math.pow(mixed - made.target()[pair], 2) / size;
    }
    assertThat(made.loss()).isCloseTo(share * own + (1 - share) * other, within(1e-6));
  }

  /**
   * Beta(a, a) folded at a half has the mean square (a + 1) / (2 (2 a + 1)), as it is symmetric.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.2, 0.5, 1, 4})
  void sharesAreDrawnFromBeta(double alpha) {
    double moments = 0;
    int count = 4_000;
    try (Machine machine = new CpuMachine(1);
        Model model = model(machine, "mixup(" + alpha + ")", 1, 1)) {
      for (int step = 1; step <= count; step++) {
        Made made = model.made(step);
        double share = (made.after()[0] - made.before()[5]) / (made.before()[0] - made.before()[5]);
        moments += (share * share + (1 - share) * (1 - share)) / 2 / count;
      }
    }
    assertThat(moments).isCloseTo((alpha + 1) / (2 * (2 * alpha + 1)), within(0.015));
  }

  @Test
  void everyStepDrawsAgain() {
    try (Machine machine = new CpuMachine(1);
        Model model = model(machine, "cutout(3)", 1, 8)) {
      double[] first = model.made(1).after();
      assertThat(model.made(1).after()).isEqualTo(first);
      assertThat(model.made(2).after()).isNotEqualTo(first);
    }
  }
}
