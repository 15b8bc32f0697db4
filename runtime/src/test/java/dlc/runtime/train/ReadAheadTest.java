// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.DecodedRows;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.MachineMemory;
import dlc.runtime.file.Npy;
import dlc.runtime.file.NumberArray;
import dlc.runtime.train.ReadAhead.Pass;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    try (ReadAhead ahead = new ReadAhead(dataset, order, 0, Pass.FIRST)) {
      for (int sample = 0; sample < ROWS; sample++) {
        ahead.done(sample);
        column.copyRow(dataset.row(order[sample]), batch, DType.I32, 0);
        assertThat(batch.get(JAVA_INT, 0)).isEqualTo(order[sample]);
      }
    }
  }

  /** A file with holes: it takes no room on the disk. */
  @Test
  void anArrayLargerThanMemoryIsReadWithoutTakingAny() throws IOException {
    long memory = MachineMemory.bytes().orElseThrow();
    int elements = 1 << 22;
    int rows = (int) (memory / (4L * elements)) + 64;
    Path file = folder.resolve("x.npy");
    Npy.write(
        file,
        new NumberArray(
            ElementType.I32, List.of(1, elements), Arena.ofAuto().allocate(4L * elements)));
    byte[] start = new byte[128];
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.readFully(start);
      String header = new String(start, StandardCharsets.ISO_8859_1);
      String longer = header.replace("(1, ", "(" + rows + ", ");
      String fitted = longer.stripTrailing();
      large.seek(0);
      large.write(
          (fitted + " ".repeat(127 - fitted.length()) + "\n")
              .getBytes(StandardCharsets.ISO_8859_1));
      assumeTrue(makeLong(large, 128 + 4L * elements * rows), "the disk has no files with holes");
      large.seek(128 + 4L * elements * (rows - 1));
      large.write(7);
    }
    long before = ownMemory();
    Column column = new Column("x", TensorType.of(DType.I32, elements), Npy.read(file).values());
    Dataset dataset =
        Dataset.of("x", List.of(column), Optional.empty(), List.of(), row -> "row " + row);
    assertThat(dataset.size()).isEqualTo(rows);
    assertThat(column.isReadAnew()).isTrue();
    MemorySegment batch = Arena.ofAuto().allocate(column.type().bytes(), 8);
    int[] order = {rows - 1, 0, rows / 2, rows - 1};
    try (ReadAhead ahead = new ReadAhead(dataset, order, 0, Pass.FIRST)) {
      for (int sample = 0; sample < order.length; sample++) {
        ahead.done(sample);
        column.copyRow(order[sample], batch, DType.I32, 0);
        assertThat(batch.get(JAVA_INT, 0)).isEqualTo(order[sample] == rows - 1 ? 7 : 0);
      }
    }
    assertThat(ownMemory() - before).isLessThan(200L << 20);
  }

  private static boolean makeLong(RandomAccessFile file, long length) {
    try {
      file.setLength(length);
      return true;
    } catch (IOException tooLong) {
      return false;
    }
  }

  /** The memory of this process beside what it maps of files. */
  private static long ownMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElse(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE})
  void imagesAreDecodedAheadOnceEachAndNoMoreThanFit(long mostBytes) {
    TensorType type = TensorType.of(DType.U8, 1 << 21);
    int rows = 200;
    AtomicInteger decoded = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    AtomicInteger mostAhead = new AtomicInteger();
    IntFunction<byte[]> decoder =
        row -> {
          mostAhead.accumulateAndGet(decoded.incrementAndGet() - done.get(), Math::max);
          byte[] bytes = new byte[1 << 21];
          bytes[7] = (byte) row;
          return bytes;
        };
    Dataset dataset = images(type, rows, mostBytes, decoder);
    Column column = dataset.inputs().getFirst();
    MemorySegment batch = Arena.ofAuto().allocate(type.bytes());
    for (int epoch = 1; epoch <= 2; epoch++) {
      int[] order = RandomStream.permutation(Purpose.SHUFFLE, 1, epoch, rows);
      try (ReadAhead ahead = new ReadAhead(dataset, order, 0, Pass.FIRST)) {
        for (int sample = 0; sample < rows; sample++) {
          ahead.done(sample);
          column.copyRow(dataset.row(order[sample]), batch, DType.U8, 0);
          assertThat(batch.get(JAVA_BYTE, 7)).isEqualTo((byte) order[sample]);
          done.incrementAndGet();
        }
      }
    }
    // 128 rows may be ahead; a reader may be one further, and so may what is wanted itself.
    assertThat(mostAhead.get()).isBetween(2, 128 + column.readers() + 1);
    assertThat(decoded.get()).isEqualTo(mostBytes > 0 ? rows : 2 * rows);
  }

  @Test
  void whatIsKeptIsDecodedBeforeTrainingBegins() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(5);
    IntFunction<byte[]> decoder =
        row -> {
          all.countDown();
          return new byte[] {(byte) row};
        };
    TensorType type = TensorType.of(DType.U8, 1);
    TrainSettings settings = TrainSettings.of(2, 1, 7, 0.1, new Task.Values());
    try (ReadAhead _ = ReadAhead.beforeTraining(images(type, 5, 0, decoder), settings)) {
      assertThat(all.getCount()).as("none can be kept").isEqualTo(5);
    }
    Dataset dataset = images(type, 5, 100, decoder);
    try (ReadAhead _ = ReadAhead.beforeTraining(dataset, settings)) {
      all.await();
    }
    assertThat(dataset.inputs().getFirst().at(3)).isEqualTo(3);
  }

  private static Dataset images(
      TensorType type, int rows, long mostBytes, IntFunction<byte[]> decoder) {
    Column column =
        Column.decoded("x", type, new DecodedRows(rows, type.bytes(), mostBytes, decoder));
    return Dataset.of("x", List.of(column), Optional.empty(), List.of(), row -> "row " + row);
  }

  @Test
  void aSampleThatCannotBeDecodedIsToldToWhoeverWantsIt() throws InterruptedException {
    TensorType type = TensorType.of(DType.U8, 4);
    IntFunction<byte[]> decoder =
        row -> {
          if (row == 3) {
            throw new UserError(Code.DATA_MALFORMED, "3.png", "this image is damaged");
          }
          return new byte[] {1, 2, 3, (byte) row};
        };
    Dataset dataset = images(type, 5, 100, decoder);
    Column column = dataset.inputs().getFirst();
    try (ReadAhead _ = new ReadAhead(dataset, new int[] {0, 3, 4}, 0, Pass.FIRST)) {
      assertThat(column.at(4 * 4 + 3)).isEqualTo(4);
      assertThatThrownBy(() -> column.row(3)).hasMessageContaining("3.png: this image is damaged");
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
