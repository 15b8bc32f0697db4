// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CifarSourceTest {

  private static final int RECORD = 3073;

  @TempDir Path folder;

  @Test
  void readsPlainAndCompressedBatchesAndNamesMissingOnes() throws IOException {
    Files.write(folder.resolve("data_batch_1.bin"), records(3, 1, 2));
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("data_batch_3.bin.gz")))) {
      out.write(records(9));
    }
    Files.write(folder.resolve("test_batch.bin"), records(5));
    Loaded loaded = load();
    assertThat(Requests.labels(loaded.training())).containsExactly(3, 1, 2, 9);
    assertThat(loaded.training().inputs().getFirst().at(3 * 3072)).isEqualTo(9 + 17);
    assertThat(loaded.training().place(3)).endsWith("data_batch_3.bin.gz, record 0");
    assertThat(Requests.labels(loaded.test().orElseThrow())).containsExactly(5);
    assertThat(loaded.notes().getFirst())
        .contains("data_batch_2, data_batch_4, data_batch_5 are missing")
        .contains("4 records of 50,000");
    assertThat(loaded.notes().get(1)).contains("only the first 1 of 10,000 test records");
  }

  @Test
  void rejectsFilesOfTheWrongSize() throws IOException {
    Files.write(folder.resolve("data_batch_1.bin"), new byte[RECORD + 5]);
    assertThatThrownBy(this::load).hasMessageContaining("3,078 bytes, a multiple of the 3,073");
    Files.write(folder.resolve("data_batch_1.bin"), new byte[0]);
    assertThatThrownBy(this::load).isInstanceOf(UserError.class);
  }

  @Test
  void rejectsLabelsOutOfRange() throws IOException {
    Files.write(folder.resolve("data_batch_1.bin"), records(1, 10));
    assertThatThrownBy(this::load)
        .hasMessageContaining("data_batch_1.bin, record 1: the label is 10, 0 to 9 were expected");
  }

  @Test
  void rejectsTruncatedCompression() throws IOException {
    Path whole = folder.resolve("whole");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(whole))) {
      out.write(records(1, 2, 3));
    }
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(folder.resolve("data_batch_1.bin.gz"), Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(this::load).hasMessageContaining("stop in the middle");
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(this::load).hasMessageContaining("cannot find data_batch_1.bin in");
    assertThatThrownBy(() -> Requests.load(folder, "cifar10", List.of("none"), Map.of()))
        .hasMessageContaining("cannot find none in " + folder);
  }

  private Loaded load() {
    return Requests.load(folder, "cifar10", List.of("."), Map.of());
  }

  private static byte[] records(int... labels) {
    byte[] bytes = new byte[labels.length * RECORD];
    for (int i = 0; i < labels.length; i++) {
      Arrays.fill(bytes, i * RECORD, (i + 1) * RECORD, (byte) (labels[i] + 17));
      bytes[i * RECORD] = (byte) labels[i];
    }
    return bytes;
  }
}
