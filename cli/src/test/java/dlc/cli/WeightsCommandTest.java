// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.runtime.file.ArrayFile;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dlc weights}, and weights that programs begin with. */
final class WeightsCommandTest {

  @TempDir Path folder;

  private final Map<String, NumberArray> arrays = new LinkedHashMap<>();
  private Path file;

  @BeforeEach
  void write() {
    file = folder.resolve("w.safetensors");
    arrays.put("fc.weight", NumberArray.of(new float[] {1, -2, 3, 0.1f, 5, 6}, 2, 3));
    arrays.put("fc.bias", NumberArray.of(new float[] {0.5f, 1.5f}, 2));
    arrays.put("bn.num_batches_tracked", NumberArray.of(new long[] {7}));
    SafeTensors.write(file, arrays, Map.of("made", "by \"hand\"\n"));
  }

  @Test
  void listsArraysAndMetadata() {
    Shell ls = Shell.dlc("weights", "ls", file);
    assertThat(ls.code()).isZero();
    assertThat(ls.out())
        .contains("fc.bias", "f32[2]", "1.0000     0.5000   0.5000  1.5000")
        .contains("3 arrays, 9 numbers, 40 bytes")
        .contains("made: \"by \\\"hand\\\"\\n\"");
    assertThat(Shell.dlc("weights", "ls", file, "--json").out())
        .startsWith("[{\"name\":\"fc.weight\",\"type\":\"f32\",\"shape\":[2,3],\"mean\":2.18")
        .contains("},\n {\"name\":")
        .endsWith("}]\n");
    assertThat(Shell.dlc("weights", "diff", file, file, "--json").out()).isEqualTo("[]\n");
  }

  @Test
  void convertsThereAndBackWithoutLoss() {
    Path npz = folder.resolve("w.npz");
    Path back = folder.resolve("back.safetensors");
    assertThat(Shell.dlc("weights", "convert", file, npz).code()).isZero();
    assertThat(Shell.dlc("weights", "convert", npz, back).code()).isZero();
    Shell same = Shell.dlc("weights", "diff", file, back);
    assertThat(same.code()).isZero();
    assertThat(same.out()).isEqualTo("3 of 3 common arrays are equal\n");
  }

  @Test
  void renamesBeginningsAndRoundsFloats() {
    Path half = folder.resolve("half.safetensors");
    Shell convert =
        Shell.dlc("weights", "convert", file, half, "--rename", "fc=", "--float", "bf16");
    assertThat(convert.code()).isZero();
    Map<String, NumberArray> read = ArrayFile.read(half);
    assertThat(read.keySet()).containsExactly("weight", "bias", "bn.num_batches_tracked");
    NumberArray weight = Objects.requireNonNull(read.get("weight"));
    assertThat(weight.type()).isEqualTo(ElementType.BF16);
    assertThat(weight.at(3)).isEqualTo(0.10009765625);
    assertThat(Objects.requireNonNull(read.get("bn.num_batches_tracked")).at(0)).isEqualTo(7);
    assertThat(SafeTensors.metadata(half)).containsEntry("made", "by \"hand\"\n");
    Path npz = folder.resolve("half.npz");
    assertThat(Shell.dlc("weights", "convert", half, npz).code()).isZero();
    assertThat(Objects.requireNonNull(ArrayFile.read(npz).get("weight")).type())
        .isEqualTo(ElementType.F32);
  }

  @Test
  void refusesNamesThatAreNotThereOrMeet() {
    Path other = folder.resolve("x.npz");
    assertThat(Shell.dlc("weights", "convert", file, other, "--rename", "f=g").err())
        .contains("no name is or begins with 'f'");
    assertThat(Shell.dlc("weights", "convert", file, other, "--rename", "fc.bias=fc.weight").err())
        .contains("two arrays would be called 'fc.weight'");
    assertThat(Shell.dlc("weights", "convert", file, other, "--float", "f8").code()).isEqualTo(2);
    assertThat(Shell.dlc("weights", "convert", file, folder.resolve("w.pt")).err())
        .contains("safetensors.torch.save_file");
    assertThat(Shell.dlc("weights").code()).isEqualTo(2);
  }

  @Test
  void saysWhatDiffers() {
    Path other = folder.resolve("other.safetensors");
    arrays.put("fc.bias", NumberArray.of(new float[] {0.5f, 1.25f}, 2));
    arrays.put("fc.weight", NumberArray.of(new float[6], 3, 2));
    arrays.put("extra", NumberArray.of(new float[1], 1));
    SafeTensors.write(other, arrays);
    Shell diff = Shell.dlc("weights", "diff", file, other);
    assertThat(diff.code()).isEqualTo(1);
    assertThat(diff.out())
        .contains("fc.weight  f32[2, 3] in the first, f32[3, 2] in the second")
        .contains("fc.bias    up to 0.2500 apart, numbers up to 1.5000")
        .contains("extra      only in the second, f32[1]")
        .endsWith("1 of 3 common arrays are equal\n");
    assertThat(Shell.dlc("weights", "diff", file, other, "--tolerance", "0.25").out())
        .doesNotContain("fc.bias");
  }

  @Test
  void trainingBeginsWithWhatFitsWhenTold() {
    Path program = Path.of("../samples/tiny.dl");
    arrays.put("fc.weight", NumberArray.of(new float[12], 3, 4));
    SafeTensors.write(file, arrays);
    Shell strict = Shell.dlc("train", program, "--steps", 1, "--init", file);
    assertThat(strict.code()).isEqualTo(1);
    assertThat(strict.err())
        .contains("of another shape: fc.bias is f32[2], not f32[3]")
        .contains("--init-partial takes the 1 that fit");
    Shell partial = Shell.dlc("train", program, "--steps", 1, "--init", file, "--init-partial");
    assertThat(partial.code()).isZero();
    assertThat(partial.err())
        .contains("for another shape: fc.bias is f32[2], not f32[3]")
        .contains("num_batches_tracked in " + file + ": 1 ignored");
    assertThat(Shell.dlc("train", program, "--init-partial").code()).isEqualTo(2);
    arrays.put("fc.bias", NumberArray.of(new float[3], 3));
    Path whole = folder.resolve("whole.safetensors");
    SafeTensors.write(whole, arrays);
    assertThat(Shell.dlc("eval", program, "--weights", whole).err()).contains("1 ignored");
    assertThat(Shell.dlc("eval", program, "--weights", file).err())
        .contains("of another shape: fc.bias");
  }
}
