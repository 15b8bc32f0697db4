// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.nio.ByteOrder;
import javax.imageio.stream.ImageInputStreamImpl;

/** Bytes in memory as Java's decoders of images read them, one array after the other. */
final class BytesInput extends ImageInputStreamImpl {

  private byte[] bytes = {};

  /** From now on {@code other} are read, which must stay as they are. */
  void begin(byte[] other) {
    bytes = other;
    streamPos = 0;
    flushedPos = 0;
    bitOffset = 0;
    setByteOrder(ByteOrder.BIG_ENDIAN);
  }

  @Override
  public int read() {
    bitOffset = 0;
    return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] into, int offset, int most) {
    bitOffset = 0;
    int count = (int) Math.min(most, bytes.length - streamPos);
    if (count <= 0) {
      return most == 0 ? 0 : -1;
    }
    System.arraycopy(bytes, (int) streamPos, into, offset, count);
    streamPos += count;
    return count;
  }

  @Override
  public long length() {
    return bytes.length;
  }
}
