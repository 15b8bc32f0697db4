// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.Npy;
import dlc.runtime.file.NumberArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long files are mapped, and read before they are wanted. */
final class ReadAheadTest {

  private static final int ROWS = 20_000;
  private static final int ELEMENTS = 1024;

  @TempDir private Path folder;

  @Test
  void longArraysAreMappedAndReadInAnyOrder() {
    Path file = folder.resolve("x.npy");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(4L * ROWS * ELEMENTS, 8);
      for (int row = 0; row < ROWS; row++) {
        numbers.set(JAVA_INT, 4L * row * ELEMENTS, row);
      }
      Npy.write(file, new NumberArray(ElementType.I32, List.of(ROWS, ELEMENTS), numbers));
    }
    NumberArray read = Npy.read(file);
    assertThat(read.values().isMapped()).isTrue();
    assertThat(read.values().isReadOnly()).isTrue();
    Column column = new Column("x", TensorType.of(DType.I32, ELEMENTS), read.values());
    Dataset dataset =
        Dataset.of("x", List.of(column), Optional.empty(), List.of(), row -> "row " + row);
    int[] order = RandomStream.permutation(Purpose.SHUFFLE, 1, 1, ROWS);
    MemorySegment batch = Arena.ofAuto().allocate(column.type().bytes(), 8);
    try (ReadAhead ahead = new ReadAhead(dataset, order, 0)) {
      for (int sample = 0; sample < ROWS; sample++) {
        ahead.done(sample);
        column.copyRow(dataset.row(order[sample]), batch, DType.I32, 0);
        assertThat(batch.get(JAVA_INT, 0)).isEqualTo(order[sample]);
      }
    }
  }

  @Test
  void shortArraysAreInMemory() {
    Path file = folder.resolve("x.npy");
    Npy.write(
        file,
        new NumberArray(ElementType.I32, List.of(3), MemorySegment.ofArray(new int[] {1, 2, 3})));
    assertThat(Npy.read(file).values().isMapped()).isFalse();
  }
}
