// SPDX-License-Identifier: Apache-2.0
package dlc.report.tensorboard;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * A file of TensorBoard's events.
 *
 * <p>An event is framed as TensorFlow frames records: its length in 8 bytes, their checksum, the
 * event, its checksum. Checksums are CRC-32C, rotated by 15 bits and moved by a constant.
 */
final class EventFile implements AutoCloseable {

  private static final int MASK = 0xa282ead8;

  private final OutputStream file;

  /** Begins a file in {@code folder} whose name TensorBoard looks for. */
  EventFile(Path folder) {
    Instant now = Instant.now();
    String name = "events.out.tfevents.%010d.dlc".formatted(now.getEpochSecond());
    Path path = folder.resolve(name);
    try {
      for (int again = 2; Files.exists(path); again++) {
        path = folder.resolve(name + "." + again);
      }
      this.file =
          new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.CREATE_NEW));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    add(event(0).text(3, "brain.Event:2"));
    flush();
  }

  /** Adds a summary of {@code values}. */
  void summary(long step, Iterable<Message> values) {
    Message summary = new Message();
    values.forEach(value -> summary.message(1, value));
    add(event(step).message(5, summary));
  }

  /** Adds a serialized GraphDef. */
  void graph(Message graph) {
    add(event(0).data(4, graph.bytes()));
  }

  void flush() {
    try {
      file.flush();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Message event(long step) {
    Instant now = Instant.now();
    Message event = new Message().number(1, now.getEpochSecond() + now.getNano() / 1e9);
    return step == 0 ? event : event.integer(2, step);
  }

  private void add(Message event) {
    byte[] bytes = event.bytes();
    byte[] length =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length).array();
    try {
      file.write(length);
      file.write(checksum(length));
      file.write(bytes);
      file.write(checksum(bytes));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static byte[] checksum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    int masked = Integer.rotateRight((int) sum.getValue(), 15) + MASK;
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(masked).array();
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
