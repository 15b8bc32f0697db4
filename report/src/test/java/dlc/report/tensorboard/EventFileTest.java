// SPDX-License-Identifier: Apache-2.0
package dlc.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
    List<Event> events = events();
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
    HistogramProto histogram = events().get(1).getSummary().getValue(0).getHisto();
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

  private List<Event> events() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return events(files.findFirst().orElseThrow());
    }
  }

  /** Reads records as TensorFlow frames them; a wrong checksum fails. */
  private static List<Event> events(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = take(bytes, 8);
      assertThat(bytes.getInt()).isEqualTo(masked(length));
      byte[] event =
          take(bytes, (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
      assertThat(bytes.getInt()).isEqualTo(masked(event));
      events.add(Event.parseFrom(event));
    }
    return events;
  }

  private static byte[] take(ByteBuffer bytes, int count) {
    byte[] taken = new byte[count];
    bytes.get(taken);
    return taken;
  }

  /** The masked CRC-32C bit by bit, as its definition says. */
  private static int masked(byte[] bytes) {
    int crc = -1;
    for (byte each : bytes) {
      crc ^= each & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
      }
    }
    crc = ~crc;
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }
}
