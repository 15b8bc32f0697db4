// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Writes that do not stop half-way. */
final class Channels {

  private static final int CHUNK = 1 << 20;

  private Channels() {}

  static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  static void write(WritableByteChannel channel, MemorySegment bytes) throws IOException {
    byte[] chunk = new byte[(int) Math.min(CHUNK, bytes.byteSize())];
    for (long done = 0; done < bytes.byteSize(); done += chunk.length) {
      int count = (int) Math.min(chunk.length, bytes.byteSize() - done);
      MemorySegment.copy(bytes, done, MemorySegment.ofArray(chunk), 0, count);
      write(channel, ByteBuffer.wrap(chunk, 0, count));
    }
  }
}
