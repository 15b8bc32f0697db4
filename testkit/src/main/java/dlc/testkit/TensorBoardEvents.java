// SPDX-License-Identifier: Apache-2.0
package dlc.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;

/**
 * Reads TensorBoard's event files by the classes that TensorFlow generates from its own messages,
 * and shares nothing with what writes them.
 */
public final class TensorBoardEvents {

  private static final String PREFIX = "events.out.tfevents.";

  private TensorBoardEvents() {}

  /** The events of the only file in {@code folder} that TensorBoard would look at. */
  public static List<Event> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          files.filter(file -> file.getFileName().toString().startsWith(PREFIX)).toList();
      if (found.size() != 1) {
        throw new AssertionError("one event file was expected in " + folder + ", not " + found);
      }
      return read(found.getFirst());
    }
  }

  /** Each summary value under its tag; of several with one tag the last. */
  public static Map<String, Summary.Value> lastValues(List<Event> events) {
    Map<String, Summary.Value> values = new LinkedHashMap<>();
    for (Event event : events) {
      event.getSummary().getValueList().forEach(value -> values.put(value.getTag(), value));
    }
    return values;
  }

  /** Reads records as TensorFlow frames them; a wrong checksum fails. */
  private static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = take(bytes, 8);
      requireChecksum(bytes, length, file);
      byte[] event =
          take(bytes, (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
      requireChecksum(bytes, event, file);
      events.add(Event.parseFrom(event));
    }
    return events;
  }

  private static byte[] take(ByteBuffer bytes, int count) {
    byte[] taken = new byte[count];
    bytes.get(taken);
    return taken;
  }

  private static void requireChecksum(ByteBuffer bytes, byte[] content, Path file) {
    if (bytes.getInt() != masked(content)) {
      throw new AssertionError(file + ": a wrong checksum before byte " + bytes.position());
    }
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
