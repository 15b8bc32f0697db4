// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.file.Npy;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sources that make their data, or take them from plain arrays. */
final class MadeSourcesTest {

  private static final TensorType ANY = TensorType.of(DType.F32, 2);

  @TempDir Path folder;

  @Test
  void digitsAreTheSameBytesForTheSameSeed() {
    Loaded loaded = Requests.load(folder, "digits", List.of(), Map.of("count", 100));
    assertThat(loaded.training().size()).isEqualTo(80);
    assertThat(loaded.test().orElseThrow().size()).isEqualTo(20);
    Column images = loaded.training().inputs().getFirst();
    assertThat(images.type()).isEqualTo(TensorType.of(DType.U8, 1, 28, 28));
    CRC32 sum = new CRC32();
    sum.update(images.values().toArray(ValueLayout.JAVA_BYTE));
    assertThat(Long.toHexString(sum.getValue())).isEqualTo("cc43dfac");
  }

  @Test
  void everyOtherPairOfDigitsIsTheSame() {
    Loaded loaded = Requests.load(folder, "digits", List.of(200), Map.of("pairs", true));
    Dataset training = loaded.training();
    assertThat(training.inputs()).extracting(Column::name).containsExactly("first", "second");
    assertThat(training.classes()).containsExactly("different", "same");
    assertThat(training.size()).isEqualTo(160);
    Column same = training.target().orElseThrow();
    for (int row = 0; row < 200; row++) {
      assertThat(same.at(row)).isEqualTo(row % 2 == 0 ? 1 : 0);
    }
  }

  @Test
  void nearestMeansRecogniseMostDigits() {
    Loaded loaded = Requests.load(folder, "digits", List.of(3_000), Map.of());
    Dataset training = loaded.training();
    Column images = training.inputs().getFirst();
    double[][] means = new double[10][784];
    List<Integer> labels = Requests.labels(training);
    for (int sample = 0; sample < training.size(); sample++) {
      for (int i = 0; i < 784; i++) {
        means[labels.get(sample)][i] += images.at(training.row(sample) * 784L + i) / 240;
      }
    }
    Dataset test = loaded.test().orElseThrow();
    List<Integer> truth = Requests.labels(test);
    int right = 0;
    for (int sample = 0; sample < test.size(); sample++) {
      if (nearest(means, images, test.row(sample)) == truth.get(sample)) {
        right++;
      }
    }
    assertThat((double) right / test.size()).isGreaterThan(0.6);
  }

  @Test
  void spiralsHaveAnArmForEachClass() {
    Loaded loaded =
        Requests.load(folder, "spirals", List.of(), Map.of("classes", 4, "count", 1_000));
    assertThat(loaded.training().classes()).containsExactly("0", "1", "2", "3");
    assertThat(loaded.training().size()).isEqualTo(800);
    Column points = loaded.training().inputs().getFirst();
    for (long i = 0; i < 2_000; i++) {
      assertThat(points.at(i)).isBetween(-1.0, 1.0);
    }
    assertThatThrownBy(() -> Requests.load(folder, "spirals", List.of(1), Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("classes is 1, it must be from 2 to 100");
  }

  @Test
  void randomTakesTheTypesOfTheModel() {
    Map<String, TensorType> inputs = new LinkedHashMap<>();
    inputs.put("a", TensorType.of(DType.F32, 3));
    inputs.put("b", TensorType.of(DType.I32));
    DataRequest plain = Requests.of(SourceSpec.of("random", List.of(50), Map.of()), folder);
    Loaded loaded =
        Sources.load(
            new DataRequest(
                plain.source(),
                plain.split(),
                1,
                plain.paths(),
                inputs,
                Optional.of(TensorType.of(DType.I32)),
                7));
    assertThat(loaded.training().inputs()).extracting(Column::name).containsExactly("a", "b");
    assertThat(Requests.labels(loaded.training())).allMatch(label -> label >= 0 && label < 7);
  }

  @Test
  void arraysBecomeColumnsUnderTheirNames() {
    Npy.write(folder.resolve("i.npy"), NumberArray.of(new double[20], 10, 2));
    Npy.write(folder.resolve("k.npy"), NumberArray.of(new long[10], 10));
    Npy.write(
        folder.resolve("y.npy"), NumberArray.of(new byte[] {0, 1, 2, 0, 1, 2, 0, 1, 2, 0}, 10));
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("kind", "k.npy");
    named.put("image", "i.npy");
    named.put("y", "y.npy");
    Map<String, TensorType> inputs = Map.of("kind", TensorType.of(DType.I32), "image", ANY);
    Dataset training = loadNpy(named, inputs).training();
    assertThat(training.inputs()).extracting(Column::name).containsExactly("kind", "image");
    assertThatThrownBy(() -> loadNpy(named, Map.of("kinds", ANY, "image", ANY)))
        .hasMessageContaining("npy has no argument 'kind'")
        .satisfies(
            error -> assertThat(((UserError) error).help()).contains("did you mean kinds=?"));
    assertThat(training.classes()).hasSize(3);
    assertThat(training.size()).isEqualTo(8);
    Map<String, TensorType> wanted = Map.of("image", TensorType.of(DType.F32, 2));
    Dataset fitted = training.forModel(wanted, Optional.of(TensorType.of(DType.I32)));
    assertThat(fitted.inputs()).extracting(Column::name).containsExactly("image");
    Npy.write(folder.resolve("y.npy"), NumberArray.of(new byte[3], 3));
    assertThatThrownBy(() -> loadNpy(named, inputs))
        .hasMessageContaining("'y' has 3 samples, others have 10");
  }

  private Loaded loadNpy(Map<String, Object> named, Map<String, TensorType> inputs) {
    DataRequest plain = Requests.of(SourceSpec.of("npy", List.of(), named), folder);
    return Sources.load(
        new DataRequest(
            plain.source(), plain.split(), 42, plain.paths(), inputs, Optional.empty(), 0));
  }

  @Test
  void archivesNameTheArrayOfEachInput() {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("pixels", NumberArray.of(new float[20], 10, 2));
    arrays.put("labels", NumberArray.of(new int[10], 10));
    SafeTensors.write(folder.resolve("all.safetensors"), arrays);
    List<Object> file = List.of("all.safetensors");
    Map<String, Object> named = Map.of("x", "pixels", "y", "labels");
    Dataset training = Requests.load(folder, "safetensors", file, named).training();
    assertThat(training.inputs()).extracting(Column::name).containsExactly("x");
    assertThat(training.target()).isPresent();
    assertThatThrownBy(() -> Requests.load(folder, "safetensors", file, Map.of("x", "pixel")))
        .satisfies(
            error -> assertThat(((UserError) error).help()).contains("did you mean 'pixels'?"));
  }

  @Test
  void bytesAreTheBrightnessOfImagesAsInputsAndIntsAsTargets() {
    Npy.write(folder.resolve("x.npy"), NumberArray.of(new byte[] {0, 51, -1, 102, 0, 0}, 3, 2));
    Npy.write(folder.resolve("y.npy"), NumberArray.of(new byte[] {0, 1, 1}, 3));
    Map<String, Object> named = Map.of("x", "x.npy", "y", "y.npy");
    Dataset all =
        new NpySource().load(SourceSpec.of("npy", List.of(), named), requestOf("npy")).training();
    Column pixels = all.inputs().getFirst();
    assertThat(pixels.type()).isEqualTo(TensorType.of(DType.U8, 2));
    assertThat(pixels.asFloat(1)).isEqualTo(0.2f);
    assertThat(all.target().orElseThrow().type()).isEqualTo(TensorType.of(DType.I32));
  }

  private DataRequest requestOf(String kind) {
    return Requests.of(SourceSpec.of(kind, List.of(), Map.of()), folder);
  }

  @Test
  void relativePathsAreLookedUpInOrder() throws IOException {
    Path given = Files.createDirectories(folder.resolve("given/mnist"));
    Path beside = Files.createDirectories(folder.resolve("beside"));
    Files.createFile(beside.resolve("a.csv"));
    DataPaths paths = new DataPaths(Optional.of(given), Optional.empty(), beside);
    assertThat(paths.resolve("a.csv")).isEqualTo(beside.resolve("a.csv"));
    assertThat(paths.resolve("mnist")).isEqualTo(given);
    Files.createFile(given.resolve("a.csv"));
    assertThat(paths.resolve("a.csv")).isEqualTo(given.resolve("a.csv"));
    assertThatThrownBy(() -> paths.resolve("b.csv"))
        .isInstanceOf(UserError.class)
        .hasMessage("cannot find b.csv in " + given + " or " + beside);
  }

  private static int nearest(double[][] means, Column images, int row) {
    double[] distances = new double[10];
    for (int digit = 0; digit < 10; digit++) {
      for (int i = 0; i < 784; i++) {
        double difference = images.at(row * 784L + i) - means[digit][i];
        distances[digit] += difference * difference;
      }
    }
    double least = Arrays.stream(distances).min().orElseThrow();
    return Arrays.stream(distances).boxed().toList().indexOf(least);
  }
}
