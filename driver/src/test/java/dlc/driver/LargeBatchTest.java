// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.runtime.Executable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A batch that is larger than the caches, whose kernels are joined, copied and split in other ways,
 * gives what its samples give a few at a time: outputs and gradients of inputs sample by sample,
 * gradients of weights in the mean.
 */
final class LargeBatchTest {

  private static final int BATCH = 32;
  private static final int FEW = 4;

  private static final String ENTRY = "gradients";
  private static final String INPUT = "x";
  private static final String OUTPUT = "output";

  /** Of the largest element: as in the comparison of convolutions on tiles with direct ones. */
  private static final double TOLERANCE = 2e-5;

  private static final int CHAINS = 16;

  /** Layers pass on what those before them round. */
  private static final double CHAINED_TOLERANCE = 1e-3;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          f32[512]        | linear(512)
          f32[64, 128]    | conv1d(64, 3, padding=1)
          f32[64, 16, 16] | conv2d(64, 3, padding=1)
          f32[64, 18, 18] | conv2d(64, 3, padding=1)
          f32[32, 32, 32] | conv2d(48, 3, padding=1)
          f32[64, 16, 16] | conv2d(64, 3, padding=1) relu maxpool2d(2)
          f32[64, 16, 16] | conv2d(64, 3, padding=1) relu conv2d(64, 3, padding=1)
          f32[64, 16, 16] | conv2d(64, 3, padding=1) layernorm
          f32[64, 16, 16] | conv2d(128, 3, stride=2, padding=1)
          f32[64, 16, 16] | conv2d(128, 1)
          f32[64, 16, 16] | conv2d(64, 3, padding=1, groups=4)
          f32[48, 16, 16] | conv2d(64, 5, padding=2)
          f32[8, 8, 16, 16] | conv3d(16, 3, padding=1)
          f32[64, 16, 16] | conv_transpose2d(32, 2, stride=2)
          f32[64, 16, 16] | depthwise_conv2d(3, padding=1)
          f32[64, 16, 16] | maxpool2d(2)
          f32[64, 16, 16] | maxpool2d(3, stride=2, padding=1)
          f32[64, 16, 16] | avgpool2d(2)
          f32[64, 16, 16] | permute([1, 2, 0]) linear(64) permute([2, 0, 1]) conv2d(32, 3, padding=1)
          f32[64, 16, 16] | upsample(2)
          f32[64, 16, 16] | pixel_shuffle(2)
          f32[64, 16, 16] | groupnorm(8)
          f32[64, 256]    | softmax
          f32[32, 64]     | lstm(64)
          f32[64, 128]    | multihead_attention(4)
          """)
  void givesWhatItsSamplesGive(String input, String layers) throws IOException {
    check(input, layers, TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("chains")
  void givesWhatItsSamplesGiveToChains(String input, String layers) throws IOException {
    check(input, layers, CHAINED_TOLERANCE);
  }

  /** Chains of layers that keep an image one. */
  static Stream<Arguments> chains() {
    List<String> layers =
        List.of(
            "conv2d(%d, 3, padding=1)",
            "conv2d(%d, 3, stride=2, padding=1)",
            "conv2d(%d, 1)",
            "conv2d(%d, 5, padding=2)",
            "conv2d(%d, 3, padding=1, groups=4)",
            "conv_transpose2d(%d, 2, stride=2)",
            "permute([1, 2, 0]) linear(%d) permute([2, 0, 1])",
            "depthwise_conv2d(3, padding=1)",
            "maxpool2d(2)",
            "avgpool2d(3, stride=1, padding=1)",
            "upsample(2)",
            "pad(1)",
            "groupnorm(8)",
            "silu",
            "gelu");
    Random random = new Random(1);
    return IntStream.range(0, CHAINS)
        .mapToObj(
            _ -> {
              int channels = 8 * random.nextInt(3, 9);
              int side = random.nextInt(10, 21);
              return Arguments.of(
                  "f32[%d, %d, %d]".formatted(channels, side, side),
                  IntStream.range(0, random.nextInt(2, 5))
                      .mapToObj(_ -> layers.get(random.nextInt(layers.size())))
                      .map(layer -> layer.formatted(8 * random.nextInt(2, 9)))
                      .collect(Collectors.joining(" ")));
            });
  }

  private void check(String input, String layers, double tolerance) throws IOException {
    Path model =
        Files.writeString(
            folder.resolve("model.dl"),
            """
            model Net(x: %s) { %s }
            train Net { data random loss sum(output * output) optimizer sgd(lr=0.1) }
            """
                .formatted(input, layers));
    try (Workbench many = open(model, BATCH);
        Workbench few = open(model, FEW)) {
      List<String> weights = new ArrayList<>();
      many.model().variables().stream()
          .filter(variable -> variable.trained())
          .forEach(variable -> weights.add("grad." + variable.name()));
      Executable whole = many.session().usual();
      Executable part = few.session().usual();
      float[] samples = samples(Math.toIntExact(whole.type(ENTRY, INPUT).elements()));
      whole.slot(ENTRY, INPUT).copyFrom(MemorySegment.ofArray(samples));
      whole.run(ENTRY);
      List<double[]> means = new ArrayList<>();
      weights.forEach(name -> means.add(new double[of(whole, name).length]));
      int turns = BATCH / FEW;
      int piece = samples.length / turns;
      for (int turn = 0; turn < turns; turn++) {
        float[] some = Arrays.copyOfRange(samples, turn * piece, (turn + 1) * piece);
        part.slot(ENTRY, INPUT).copyFrom(MemorySegment.ofArray(some));
        part.run(ENTRY);
        agree(OUTPUT, piece(of(whole, OUTPUT), turn, turns), of(part, OUTPUT), tolerance);
        double[] gradient = piece(of(whole, "grad." + INPUT), turn, turns);
        agree("grad.x", scaled(gradient, turns), of(part, "grad." + INPUT), tolerance);
        for (int i = 0; i < means.size(); i++) {
          double[] its = of(part, weights.get(i));
          double[] mean = means.get(i);
          Arrays.setAll(mean, at -> mean[at] + its[at] / turns);
        }
      }
      for (int i = 0; i < means.size(); i++) {
        agree(weights.get(i), of(whole, weights.get(i)), means.get(i), tolerance);
      }
    }
  }

  private static Workbench open(Path model, int batch) {
    RunOptions options = RunOptions.usual().withBatch(batch).withThreads(2);
    Workbench workbench = Workbench.open(ModelFile.load(model, Map.of()), options);
    workbench.session().init(1);
    return workbench;
  }

  private static float[] samples(int count) {
    Random random = new Random(1);
    float[] samples = new float[count];
    for (int i = 0; i < count; i++) {
      samples[i] = (float) random.nextGaussian();
    }
    return samples;
  }

  private static double[] of(Executable model, String result) {
    float[] values = model.slot(ENTRY, result).toArray(ValueLayout.JAVA_FLOAT);
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static double[] piece(double[] whole, int turn, int turns) {
    int length = whole.length / turns;
    return Arrays.copyOfRange(whole, turn * length, (turn + 1) * length);
  }

  private static double[] scaled(double[] values, double factor) {
    return Arrays.stream(values).map(value -> value * factor).toArray();
  }

  private static void agree(String name, double[] actual, double[] expected, double tolerance) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    double worst =
        IntStream.range(0, expected.length)
            .mapToDouble(i -> Math.abs(actual[i] - expected[i]))
            .max()
            .orElseThrow();
    assertThat(worst / largest).as(name).isLessThan(tolerance);
  }
}
