// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NpyTest {

  @TempDir Path folder;

  @Test
  void readsWhatItWrote() {
    List<NumberArray> arrays =
        List.of(
            NumberArray.of(new float[] {1, 2.5f, -3, 4, 5, 6}, 2, 3),
            NumberArray.of(new double[] {Math.PI}),
            NumberArray.of(new int[] {1, -2, 3}, 3),
            NumberArray.of(new long[] {1L << 40, 7}, 2, 1),
            NumberArray.of(new byte[] {-1, 0}, 2),
            NumberArray.of(new float[0], 0, 4));
    for (NumberArray array : arrays) {
      Path path = folder.resolve("a.npy");
      Npy.write(path, array);
      NumberArray back = Npy.read(path);
      assertThat(back.toString()).isEqualTo(array.toString());
      assertThat(back.toDoubles()).isEqualTo(array.toDoubles());
    }
  }

  @Test
  void headerIsAlignedAsNumpyWantsIt() throws IOException {
    Path path = folder.resolve("a.npy");
    Npy.write(path, NumberArray.of(new float[5], 5));
    byte[] bytes = Files.readAllBytes(path);
    assertThat(bytes).hasSize(128 + 20);
    assertThat(new String(bytes, 10, 117, StandardCharsets.US_ASCII).strip())
        .isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }");
  }

  @Test
  void readsCompressedFiles() throws IOException {
    Path plain = folder.resolve("a.npy");
    Npy.write(plain, NumberArray.of(new double[] {1, 2}, 2));
    Path path = folder.resolve("a.npy.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
      Files.copy(plain, out);
    }
    assertThat(Npy.read(path).toDoubles()).containsExactly(1, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " | ",
      quoteCharacter = '`',
      textBlock =
          """
          {'descr': '>f4', 'fortran_order': False, 'shape': (1,), } | elements of type '>f4'
          {'descr': '|O', 'fortran_order': False, 'shape': (1,), } | elements of type '|O'
          {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), } | of type 'a structure'
          {'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), } | Fortran order
          {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), } | a dimension of 9999
          {'descr': '<f8', 'fortran_order': False, 'shape': (2000000000, 2000000000, 2000000000), } | more than any memory
          {'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,), } | it ends too early
          {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } | has 152 bytes, found are 148
          {'descr': '<f4', 'fortran_order': False, 'shape': (4,), } | the file has 148 bytes
          {'oops': 1} | none of NumPy's
          """)
  void rejectsWhatItCannotRead(String header, String message) throws IOException {
    byte[] bytes = new byte[128 + 20];
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
    System.arraycopy(start, 0, bytes, 0, 10);
    byte[] text = (header + " ".repeat(118 - header.length())).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, bytes, 10, 118);
    Path path = Files.write(folder.resolve("bad.npy"), bytes);
    assertThatThrownBy(() -> Npy.read(path))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("bad.npy: ")
        .hasMessageContaining(message);
  }

  @Test
  void saysWhatAForeignFileIs() throws IOException {
    Path text = Files.writeString(folder.resolve("x.npy"), "a,b\n1,2\n");
    assertThatThrownBy(() -> Npy.read(text))
        .hasMessageContaining("text that begins with 'a,b 1,2'");
    Path empty = Files.createFile(folder.resolve("empty.npy"));
    assertThatThrownBy(() -> Npy.read(empty)).hasMessageContaining("it is empty");
    assertThatThrownBy(() -> Npy.read(folder.resolve("none.npy")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot find");
    assertThatThrownBy(() -> Npy.read(folder)).hasMessageContaining("folder");
  }

  @Test
  void readsArchives() throws IOException {
    Npy.write(folder.resolve("x"), NumberArray.of(new float[] {1, 2}, 2));
    Npy.write(folder.resolve("y"), NumberArray.of(new int[] {3}, 1));
    Path path = folder.resolve("all.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      for (String name : List.of("x", "y")) {
        zip.putNextEntry(new ZipEntry(name + ".npy"));
        Files.copy(folder.resolve(name), zip);
      }
    }
    assertThat(Npz.read(path).keySet()).containsExactly("x", "y");
    assertThat(requireNonNull(Npz.read(path).get("y")).toInts()).containsExactly(3);
    byte[] bytes = Files.readAllBytes(path);
    Path cut = Files.write(folder.resolve("cut.npz"), Arrays.copyOf(bytes, 100));
    assertThatThrownBy(() -> Npz.read(cut)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> Npz.read(folder.resolve("x")))
        .hasMessageContaining("not a .npz file: it is a .npy file");
  }
}
