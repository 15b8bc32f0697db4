// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import dlc.runtime.Executable;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WeightsTest {

  @TempDir Path folder;

  private final FakeModel model = new FakeModel();
  private final Executable executable = model.forBatch(1);

  @Test
  void loadsWhatWasSavedWithoutOptimizerState() {
    model.state("fc.weight").setAtIndex(JAVA_FLOAT, 4, 2.5f);
    Path path = folder.resolve("w.safetensors");
    Weights.save(executable, path);
    assertThat(SafeTensors.read(path).keySet()).containsExactly("fc.weight", "fc.bias");
    FakeModel other = new FakeModel();
    Weights.load(other.forBatch(1), path);
    assertThat(other.state("fc.weight").getAtIndex(JAVA_FLOAT, 4)).isEqualTo(2.5f);
  }

  @Test
  void convertsDoublesAndIgnoresCounters() {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("fc.bias", NumberArray.of(new double[] {1, 2, 3}, 3));
    arrays.put("fc.weight", NumberArray.of(new double[6], 3, 2));
    arrays.put("bn.num_batches_tracked", NumberArray.of(new long[] {5}));
    Weights.load(executable, arrays, "memory");
    assertThat(model.state("fc.bias").getAtIndex(JAVA_FLOAT, 2)).isEqualTo(3);
  }

  @Test
  void changesNothingWhenNamesOrShapesDiffer() {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("fc.weight", NumberArray.of(new float[] {9, 9, 9, 9, 9, 9}, 2, 3));
    arrays.put("fc.bais", NumberArray.of(new float[] {9, 9, 9}, 3));
    assertThatThrownBy(() -> Weights.load(executable, arrays, "w.safetensors"))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "w.safetensors: missing: fc.bias f32[3]; of another shape: fc.weight is f32[2, 3], not"
                + " f32[3, 2]; not in the model: fc.bais")
        .satisfies(
            error ->
                assertThat(((UserError) error).help())
                    .contains("perhaps fc.bais is the model's fc.bias"));
    assertThat(model.state("fc.weight").getAtIndex(JAVA_FLOAT, 0)).isZero();
  }

  @Test
  void neverSavesNanOverGoodWeights() {
    Path path = folder.resolve("w.safetensors");
    Weights.save(executable, path);
    model.state("fc.bias").setAtIndex(JAVA_FLOAT, 1, Float.NaN);
    assertThatThrownBy(() -> Weights.save(executable, path))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("'fc.bias' holds a NaN");
    assertThat(requireNonNull(SafeTensors.read(path).get("fc.bias")).at(1)).isZero();
  }
}
