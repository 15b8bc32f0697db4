// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.ir.DType;
import dlc.ir.NarrowFloats;
import java.nio.ByteBuffer;

/** The elements of a tensor or buffer by row-major position. */
interface Memory {

  double get(int position);

  void set(int position, double value);

  /** Elements that are {@code numbers}. */
  static Memory of(double[] numbers) {
    return new Memory() {
      @Override
      public double get(int position) {
        return numbers[position];
      }

      @Override
      public void set(int position, double value) {
        numbers[position] = value;
      }
    };
  }

  /** Elements of {@code type} that begin at {@code offset} of {@code bytes}. */
  static Memory of(ByteBuffer bytes, int offset, DType type) {
    return new Memory() {
      @Override
      public double get(int position) {
        int at = offset + position * type.bytes();
        return switch (type) {
          case F32 -> bytes.getFloat(at);
          case F64 -> bytes.getDouble(at);
          case BF16, F16 -> NarrowFloats.value(type, bytes.getShort(at));
          case I32 -> bytes.getInt(at);
          case U8, BOOL -> bytes.get(at) & 0xFF;
        };
      }

      @Override
      public void set(int position, double value) {
        int at = offset + position * type.bytes();
        switch (type) {
          case F32 -> bytes.putFloat(at, (float) value);
          case F64 -> bytes.putDouble(at, value);
          case BF16, F16 -> bytes.putShort(at, NarrowFloats.bits(type, value));
          case I32 -> bytes.putInt(at, (int) value);
          case U8, BOOL -> bytes.put(at, (byte) (int) value);
        }
      }
    };
  }
}
