// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.RandomStream.Purpose;
import dlc.runtime.data.Split.Share;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DatasetTest {

  private static final TensorType VECTOR = TensorType.of(DType.F32, 2);
  private static final TensorType LABEL = TensorType.of(DType.I32);

  @Test
  void permutationsAreCompleteAndDifferByEpoch() {
    int[] first = RandomStream.permutation(Purpose.SHUFFLE, 42, 1, 10);
    assertThat(first).containsExactlyInAnyOrder(IntStream.range(0, 10).toArray());
    assertThat(first).isEqualTo(RandomStream.permutation(Purpose.SHUFFLE, 42, 1, 10));
    assertThat(first).isNotEqualTo(RandomStream.permutation(Purpose.SHUFFLE, 42, 2, 10));
    assertThat(first).isNotEqualTo(RandomStream.permutation(Purpose.SHUFFLE, 43, 1, 10));
  }

  @Test
  void splitsByFractionAndByCount() {
    Split split = new Split(Optional.of(Share.of(0.1)), Optional.of(Share.of(20)));
    SourceSpec spirals = SourceSpec.of("spirals", List.of(2, 120), Map.of());
    Loaded loaded = Sources.load(Requests.of(spirals, Path.of("."), split, 7));
    assertThat(loaded.test().orElseThrow().size()).isEqualTo(20);
    assertThat(loaded.validation().orElseThrow().size()).isEqualTo(10);
    assertThat(loaded.training().size()).isEqualTo(90);
    int[] rows =
        List.of(loaded.training(), loaded.validation().get(), loaded.test().get()).stream()
            .flatMapToInt(part -> IntStream.range(0, part.size()).map(part::row))
            .toArray();
    Arrays.sort(rows);
    assertThat(rows).isEqualTo(IntStream.range(0, 120).toArray());
  }

  /** 60 samples of class 0, 30 of 1 and 10 of 2. */
  private static Dataset unequal() {
    Column x = Column.allocate("x", VECTOR, 100);
    Column y = Column.allocate("y", LABEL, 100);
    for (int row = 0; row < 100; row++) {
      y.values().setAtIndex(JAVA_INT, row, row % 10 < 6 ? 0 : row % 10 < 9 ? 1 : 2);
    }
    return Dataset.of("unequal", List.of(x), Optional.of(y), List.of(), row -> "row " + row);
  }

  @Test
  void strataKeepTheSharesOfClassesInEachPart() {
    Split split = new Split(Optional.of(Share.of(0.25)), Optional.empty(), true, Optional.empty());
    Loaded loaded = split.cut(Source.Parts.of(unequal()), false, 3);
    assertThat(Strata.counts(loaded.test().orElseThrow())).containsExactly(12, 6, 2);
    assertThat(Strata.counts(loaded.validation().orElseThrow())).containsExactly(12, 6, 2);
    assertThat(Strata.counts(loaded.training())).containsExactly(36, 18, 6);
  }

  @Test
  void everySampleIsInOneFold() {
    List<Integer> validated = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Split split =
          new Split(
              Optional.empty(), Optional.empty(), i % 2 == 0, Optional.of(new Split.Fold(i, 4)));
      Loaded loaded = split.cut(Source.Parts.of(unequal()), true, 3);
      Dataset part = loaded.validation().orElseThrow();
      assertThat(part.size()).isEqualTo(25);
      assertThat(loaded.training().size()).isEqualTo(75);
      if (i % 2 == 0) {
        assertThat(Strata.counts(part)[0]).isEqualTo(15);
      } else {
        IntStream.range(0, part.size()).map(part::row).forEach(validated::add);
      }
    }
    assertThat(validated).doesNotHaveDuplicates().hasSize(50);
  }

  @Test
  void strataNeedClasses() {
    Column x = Column.allocate("x", VECTOR, 10);
    Dataset numbers =
        Dataset.of("numbers", List.of(x), Optional.of(x.named("y")), List.of(), row -> "");
    Split split = new Split(Optional.of(Share.of(2)), Optional.empty(), true, Optional.empty());
    assertThatThrownBy(() -> split.cut(Source.Parts.of(numbers), false, 3))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("stratified needs a class for each sample");
  }

  @Test
  void rejectsSplitsThatLeaveNothing() {
    Split split = new Split(Optional.of(Share.of(96)), Optional.empty());
    SourceSpec spirals = SourceSpec.of("spirals", List.of(2, 120), Map.of());
    assertThatThrownBy(() -> Sources.load(Requests.of(spirals, Path.of("."), split, 7)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("96 validation and 24 test samples leave none of 120");
    assertThatThrownBy(() -> Share.of(1.5)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> Share.of(-1)).isInstanceOf(UserError.class);
  }

  @Test
  void inputsMatchByOrderAndMustHaveTheSameShape() {
    Dataset dataset = dataset(0, 1);
    Dataset fitted = dataset.forModel(Map.of("image", VECTOR), Optional.of(LABEL));
    assertThat(fitted.inputs().getFirst().name()).isEqualTo("image");
    assertThat(fitted.target().orElseThrow().name()).isEqualTo("target");
    assertThat(dataset.forModel(Map.of("x", VECTOR), Optional.empty()).target()).isEmpty();
    TensorType other = TensorType.of(DType.F32, 3);
    assertThatThrownBy(() -> dataset.forModel(Map.of("image", other), Optional.empty()))
        .hasMessageContaining("a sample is f32[2], the model's input 'image' is f32[3]");
    assertThatThrownBy(() -> dataset.forModel(Map.of("a", VECTOR, "b", VECTOR), Optional.empty()))
        .hasMessageContaining("it gives the inputs [x]");
    assertThatThrownBy(() -> dataset.forModel(Map.of("x", VECTOR), Optional.of(other)))
        .hasMessageContaining("a target is i32[], the loss compares the output with f32[3]");
  }

  @Test
  void namesTheRowOfALabelOutOfRange() {
    Dataset dataset = dataset(0, -100, 3);
    dataset.requireClasses(4, OptionalInt.of(-100));
    assertThatThrownBy(() -> dataset.requireClasses(3, OptionalInt.of(-100)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("row 2: the label 3 is none of the model's classes 0 to 2");
    assertThatThrownBy(() -> dataset.requireClasses(4, OptionalInt.empty()))
        .hasMessageContaining("row 1: the label -100");
  }

  @Test
  void rowsAreConvertedToWhatTheProgramTakes() {
    Column bytes = new Column("b", TensorType.of(DType.U8, 2), memory(new byte[] {0, 51, -1, 102}));
    MemorySegment batch = Arena.ofAuto().allocate(32, 8);
    bytes.copyRow(1, batch, DType.F32, 1);
    assertThat(batch.getAtIndex(JAVA_FLOAT, 2)).isEqualTo(1f);
    assertThat(batch.getAtIndex(JAVA_FLOAT, 3)).isEqualTo(0.4f);
    Column floats = new Column("f", VECTOR, MemorySegment.ofArray(new float[] {1, 2}));
    floats.copyRow(0, batch, DType.F64, 1);
    assertThat(batch.getAtIndex(JAVA_DOUBLE, 3)).isEqualTo(2);
  }

  @Test
  void measuresMeanAndDeviationByChannel() {
    Column column = new Column("x", VECTOR, MemorySegment.ofArray(new float[] {1, 5, 3, 5, 5, 5}));
    Dataset dataset = Dataset.of("d", List.of(column), Optional.empty(), List.of(), _ -> "row");
    Normalization measured = Normalization.measure(dataset);
    assertThat(measured.mean()).containsExactly(3.0, 5.0);
    assertThat(measured.std().get(0)).isCloseTo(Math.sqrt(8 / 3.0), within(1e-12));
    assertThat(measured.std().get(1)).isEqualTo(1);
  }

  private static Dataset dataset(int... labels) {
    Column x = new Column("x", VECTOR, MemorySegment.ofArray(new float[2 * labels.length]));
    Column y = new Column("y", LABEL, MemorySegment.ofArray(labels));
    return Dataset.of("d", List.of(x), Optional.of(y), List.of(), row -> "row " + row);
  }

  private static MemorySegment memory(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }
}
