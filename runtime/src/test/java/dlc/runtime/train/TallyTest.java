// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalInt;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class TallyTest {

  private static final Offset<Double> TINY = within(1e-12);
  private static final List<Metric> ALL = List.of(Metric.values());

  @Test
  void countsClasses() {
    ClassTally tally = ClassTally.ofScores(3, -1, OptionalInt.of(-100), ALL);
    // Predicted 0 0 1 1 2, actual 0 1 1 1 ignored.
    float[] scores = {9, 1, 0, 9, 1, 0, 0, 9, 1, 0, 9, 1, 0, 1, 9};
    Column outputs = floats(scores, 3);
    Column targets = ints(new int[] {0, 1, 1, 1, -100});
    for (int i = 0; i < 5; i++) {
      tally.add(outputs, i, targets, i);
    }
    assertThat(tally.figure(Metric.ACCURACY)).isEqualTo(0.75);
    assertThat(tally.figure(Metric.PRECISION)).isEqualTo((0.5 + 1) / 2);
    assertThat(tally.figure(Metric.RECALL)).isCloseTo((1 + 2 / 3.0) / 2, TINY);
    assertThat(tally.figure(Metric.F1)).isCloseTo((2 / 3.0 + 0.8) / 2, TINY);
    assertThat(tally.figure(Metric.TOP5)).isEqualTo(1);
    assertThat(tally.figure(Metric.MAE)).isNaN();
    assertThat(
            tally.confusion(List.of("ant", "bee", "an uncommonly long name")).orElseThrow().table())
        .isEqualTo(
            """
            actual            ant  bee  an unco…  precision  recall      f1
            ant                 1    0         0      50.0%  100.0%   66.7%
            bee                 1    2         0     100.0%   66.7%   80.0%
            an uncommonly l…    0    0         0       0.0%    0.0%    0.0%
            """);
  }

  @Test
  void findsClassesAlongAnyDimension() {
    ClassTally tally = ClassTally.ofScores(2, 0, OptionalInt.empty(), ALL);
    Column outputs =
        new Column(
            "output",
            TensorType.of(DType.F32, 2, 3),
            MemorySegment.ofArray(new float[] {1, 0, 1, 0, 1, 0}));
    Column targets =
        new Column("t", TensorType.of(DType.I32, 3), MemorySegment.ofArray(new int[] {0, 1, 1}));
    tally.add(outputs, 0, targets, 0);
    assertThat(tally.figure(Metric.ACCURACY)).isCloseTo(2 / 3.0, TINY);
  }

  @Test
  void countsEachStepOfASequence() {
    ClassTally tally = ClassTally.ofScores(2, -1, OptionalInt.of(-100), ALL);
    TensorType scores = TensorType.of(DType.F32, 3, 2);
    float[] values = {1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0};
    Column outputs = new Column("output", scores, MemorySegment.ofArray(values));
    int[] labels = {0, 1, 1, 1, -100, 0};
    Column targets = new Column("t", TensorType.of(DType.I32, 3), MemorySegment.ofArray(labels));
    tally.add(outputs, 0, targets, 0);
    tally.add(outputs, 1, targets, 1);
    assertThat(tally.figure(Metric.ACCURACY)).isEqualTo(0.8);
    assertThat(tally.figure(Metric.PRECISION)).isCloseTo((2 / 3.0 + 1) / 2, TINY);
    assertThat(tally.figure(Metric.RECALL)).isCloseTo((1 + 2 / 3.0) / 2, TINY);
    assertThat(tally.figure(Metric.F1)).isCloseTo(0.8, TINY);
    assertThat(tally.confusion(List.of("no", "yes")).orElseThrow().count(1, 0)).isEqualTo(1);
  }

  @Test
  void ranksTheFiveHighest() {
    ClassTally tally = ClassTally.ofScores(7, -1, OptionalInt.empty(), ALL);
    Column outputs = floats(new float[] {7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1}, 7);
    tally.add(outputs, 0, ints(new int[] {4, 5}), 0);
    tally.add(outputs, 1, ints(new int[] {4, 5}), 1);
    assertThat(tally.figure(Metric.TOP5)).isEqualTo(0.5);
  }

  @Test
  void comparesWithAThreshold() {
    ClassTally tally = ClassTally.ofThreshold(0, ALL);
    Column outputs = floats(new float[] {-1, 2, 3}, 1);
    Column targets = floats(new float[] {0, 1, 0}, 1);
    for (int i = 0; i < 3; i++) {
      tally.add(outputs, i, targets, i);
    }
    assertThat(tally.figure(Metric.ACCURACY)).isCloseTo(2 / 3.0, TINY);
  }

  @Test
  void sumsUpErrors() {
    ValueTally tally = new ValueTally(1);
    Column outputs = floats(new float[] {1, 2, 3, 5}, 1);
    Column targets = floats(new float[] {1, 2, 4, 5}, 1);
    for (int i = 0; i < 4; i++) {
      tally.add(outputs, i, targets, i);
    }
    assertThat(tally.figure(Metric.MAE)).isEqualTo(0.25);
    assertThat(tally.figure(Metric.RMSE)).isEqualTo(0.5);
    assertThat(tally.figure(Metric.R2)).isCloseTo(0.9, TINY);
  }

  /** A run that is to go on has not seen a sample when it compares. */
  @Test
  void aSnapshotHasAsManyNumbersBeforeTheFirstSample() {
    ValueTally tally = new ValueTally(3);
    int before = tally.snapshot().length;
    Column values = floats(new float[] {1, 2, 3}, 3);
    tally.add(values, 0, values, 0);
    assertThat(tally.snapshot()).hasSize(before);
  }

  private static Column floats(float[] values, int width) {
    return new Column("c", TensorType.of(DType.F32, width), MemorySegment.ofArray(values));
  }

  private static Column ints(int[] values) {
    return new Column("t", TensorType.of(DType.I32), MemorySegment.ofArray(values));
  }
}
