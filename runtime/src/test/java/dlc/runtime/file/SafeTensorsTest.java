// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafeTensorsTest {

  @TempDir Path folder;

  @Test
  void readsWhatItWroteInOrder() throws IOException {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("fc.weight", NumberArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    arrays.put("a \"quoted\" name", NumberArray.of(new double[] {7}));
    arrays.put("count", NumberArray.of(new long[] {9}, 1));
    Path path = folder.resolve("w.safetensors");
    SafeTensors.write(path, arrays);
    Map<String, NumberArray> back = SafeTensors.read(path);
    assertThat(back.keySet()).containsExactlyElementsOf(arrays.keySet());
    assertThat(requireNonNull(back.get("fc.weight")).toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(requireNonNull(back.get("fc.weight")).dims()).containsExactly(2, 3);
    assertThat(requireNonNull(back.get("count")).toInts()).containsExactly(9);
    assertThat(
            ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8)
        .isZero();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void readsHalfFloats() throws IOException {
    String header =
        "{\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]},"
            + "\"h\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[2,4]}}";
    Map<String, NumberArray> arrays =
        SafeTensors.read(file(header, new byte[] {(byte) 0x80, 0x3F, 0, 0x3E}));
    assertThat(requireNonNull(arrays.get("b")).at(0)).isEqualTo(1);
    assertThat(requireNonNull(arrays.get("h")).at(0)).isEqualTo(1.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}} | 'a' is of type I16
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}} | shape and place of 'a' do not agree
          {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}} | do not agree
          {"a":{"dtype":"F32","shape":[4000000000,4000000000,4],"data_offsets":[0,4]}} | do not agree
          {"a":{"dtype":"F32","shape":[1]}} | do not agree
          {"a":7} | 'a' is of type nothing
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | begins at byte 4
          {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}} | take 12 bytes, the file has 4
          {} | take 0 bytes, the file has 4
          {"a": | not JSON
          """)
  void rejectsDamagedHeaders(String header, String message) throws IOException {
    Path path = file(header, new byte[4]);
    assertThatThrownBy(() -> SafeTensors.read(path))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  @Test
  void rejectsForeignAndTruncatedFiles() throws IOException {
    Path zip = Files.write(folder.resolve("w.pt"), new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8, 0, 0});
    assertThatThrownBy(() -> SafeTensors.read(zip)).hasMessageContaining("zip archive");
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThatThrownBy(() -> SafeTensors.read(empty)).hasMessageContaining("it is empty");
    Path good = folder.resolve("good");
    SafeTensors.write(good, Map.of("a", NumberArray.of(new float[100], 100)));
    byte[] bytes = Files.readAllBytes(good);
    for (int length : new int[] {1, 8, 20, bytes.length - 1}) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> SafeTensors.read(cut)).isInstanceOf(UserError.class);
    }
  }

  @Test
  void failedWriteLeavesTheOldFile() throws IOException {
    Path path = folder.resolve("w.safetensors");
    SafeTensors.write(path, Map.of("a", NumberArray.of(new float[] {1}, 1)));
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    path,
                    _ -> {
                      throw new IOException("the disk is full");
                    }))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the disk is full");
    assertThat(SafeTensors.read(path)).containsKey("a");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void namesTheReasonWhyItCannotWrite() throws IOException {
    Path inMissing = folder.resolve("none/w.safetensors");
    assertThatThrownBy(() -> AtomicFile.requireWritable(inMissing))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no folder");
    assertThatThrownBy(() -> AtomicFile.requireWritable(folder)).hasMessageContaining("a folder");
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> AtomicFile.requireWritable(file.resolve("w")))
        .isInstanceOf(UserError.class);
    AtomicFile.requireWritable(file);
    assertThat(file).isEmptyFile();
  }

  private Path file(String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).put(data);
    return Files.write(folder.resolve("made.safetensors"), bytes.array());
  }
}
