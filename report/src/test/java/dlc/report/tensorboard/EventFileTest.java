// SPDX-License-Identifier: Apache-2.0
package dlc.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import dlc.testkit.TensorBoardEvents;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.GraphDef;
import org.tensorflow.framework.HistogramProto;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;

/** Event files are read back by the classes that TensorFlow generates from its own messages. */
final class EventFileTest {

  @TempDir private Path folder;

  @Test
  void scalarsAndTheGraphAreReadBack() throws IOException {
    Message node = new Message().text(1, "fc/weight").text(2, "Placeholder");
    try (EventFile file = new EventFile(folder)) {
      file.graph(new Message().message(1, node));
      file.summary(7, List.of(new Message().text(1, "loss/training").real(2, 0.25f)));
    }
    List<Event> events = TensorBoardEvents.in(folder);
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    GraphDef graph = GraphDef.parseFrom(events.get(1).getGraphDef());
    assertThat(graph.getNode(0).getName()).isEqualTo("fc/weight");
    Event last = events.get(2);
    assertThat(last.getStep()).isEqualTo(7);
    assertThat(last.getWallTime()).isGreaterThan(1.7e9);
    Summary.Value value = last.getSummary().getValue(0);
    assertThat(value.getTag()).isEqualTo("loss/training");
    assertThat(value.getSimpleValue()).isEqualTo(0.25f);
  }

  @Test
  void histogramsCountEachElementInItsBucket() throws IOException {
    float[] values = {-2, 0, 0, 0.5f, 0.5f, 3, Float.NaN};
    Column column =
        new Column("w", TensorType.of(DType.F32, values.length), MemorySegment.ofArray(values));
    Message value = new Message().text(1, "weights/w").message(5, Histogram.of(column));
    try (EventFile file = new EventFile(folder)) {
      file.summary(1, List.of(value));
    }
    HistogramProto histogram =
        TensorBoardEvents.in(folder).get(1).getSummary().getValue(0).getHisto();
    assertThat(histogram.getMin()).isEqualTo(-2);
    assertThat(histogram.getMax()).isEqualTo(3);
    assertThat(histogram.getNum()).isEqualTo(6);
    assertThat(histogram.getSum()).isEqualTo(2);
    assertThat(histogram.getSumSquares()).isEqualTo(13.5);
    assertThat(histogram.getBucketLimitList()).isSorted().hasSameSizeAs(histogram.getBucketList());
    double below = 0;
    for (int b = 0; b < histogram.getBucketCount(); b++) {
      if (histogram.getBucketLimit(b) < 0.4) {
        below += histogram.getBucket(b);
      }
    }
    assertThat(below).isEqualTo(3);
    assertThat(histogram.getBucketList().stream().mapToDouble(Double::doubleValue).sum())
        .isEqualTo(6);
  }
}
