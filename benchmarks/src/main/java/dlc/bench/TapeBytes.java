// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as PyTorch has them in memory. */
final class TapeBytes {

  private TapeBytes() {}

  /** A slot: floats as they are, whole numbers with 64 bits. */
  static byte[] of(Executable model, String entry, String slot) {
    MemorySegment memory = model.slot(entry, slot);
    return model.type(entry, slot).dtype().isFloat()
        ? memory.toArray(ValueLayout.JAVA_BYTE)
        : longs(memory.toArray(ValueLayout.JAVA_INT));
  }

  private static byte[] longs(int[] values) {
    ByteBuffer buffer = buffer(values.length * Long.BYTES);
    for (int value : values) {
      buffer.putLong(value);
    }
    return buffer.array();
  }

  /** Room for numbers in the processor's order. */
  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
