// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdxSourceTest {

  @TempDir Path folder;

  @Test
  void readsImagesAndLabels() throws IOException {
    write("train-images-idx3-ubyte", 0x803, new byte[2 * 6], 2, 2, 3);
    write("train-labels-idx1-ubyte", 0x801, new byte[] {7, 0}, 2);
    Loaded loaded = load();
    assertThat(loaded.training().inputs().getFirst().type())
        .isEqualTo(TensorType.of(DType.U8, 1, 2, 3));
    assertThat(Requests.labels(loaded.training())).containsExactly(7, 0);
    assertThat(loaded.test()).isEmpty();
    assertThat(loaded.notes()).hasSize(1);
  }

  @Test
  void rejectsFilesThatWereMixedUp() throws IOException {
    write("train-images-idx3-ubyte", 0x801, new byte[12], 2, 2, 3);
    assertThatThrownBy(this::load)
        .hasMessageContaining("it is an IDX file of labels, images were expected");
  }

  @Test
  void trustsNoHeader() throws IOException {
    write("train-images-idx3-ubyte", 0x803, new byte[12], Integer.MAX_VALUE, 4000, 4000);
    assertThatThrownBy(this::load)
        .isInstanceOf(UserError.class)
        .hasMessageContaining("it ends too early");
    write("train-images-idx3-ubyte", 0x803, new byte[12], -2, 2, 3);
    assertThatThrownBy(this::load).hasMessageContaining("it claims -2 images");
    write("train-images-idx3-ubyte", 0x803, new byte[13], 2, 2, 3);
    assertThatThrownBy(this::load).hasMessageContaining("2 images of 2×3 ends after 28 bytes");
  }

  @Test
  void rejectsOtherCountsAndLabels() throws IOException {
    write("train-images-idx3-ubyte", 0x803, new byte[12], 2, 2, 3);
    write("train-labels-idx1-ubyte", 0x801, new byte[] {7, 0, 1}, 3);
    assertThatThrownBy(this::load).hasMessageContaining("it has 3 labels, but there are 2 images");
    write("train-labels-idx1-ubyte", 0x801, new byte[] {7, 12}, 2);
    assertThatThrownBy(this::load).hasMessageContaining("label 1: the label is 12, 0 to 9");
  }

  private Loaded load() {
    return Requests.load(folder, "mnist", List.of("."), Map.of());
  }

  private void write(String name, int magic, byte[] data, int... dims) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * dims.length + data.length).putInt(magic);
    for (int dim : dims) {
      bytes.putInt(dim);
    }
    Files.write(folder.resolve(name), bytes.put(data).array());
  }
}
