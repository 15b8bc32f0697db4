// SPDX-License-Identifier: Apache-2.0
package dlc.report.tensorboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A message of protocol buffers, written field after field by number. */
final class Message {

  /** Writes fields. */
  @FunctionalInterface
  private interface Field {
    void writeTo(CodedOutputStream stream) throws IOException;
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CodedOutputStream stream = CodedOutputStream.newInstance(bytes);

  Message number(int field, double value) {
    return with(out -> out.writeDouble(field, value));
  }

  Message real(int field, float value) {
    return with(out -> out.writeFloat(field, value));
  }

  Message integer(int field, long value) {
    return with(out -> out.writeInt64(field, value));
  }

  Message text(int field, String value) {
    return with(out -> out.writeString(field, value));
  }

  Message data(int field, byte[] value) {
    return with(out -> out.writeByteArray(field, value));
  }

  Message message(int field, Message value) {
    return with(out -> out.writeBytes(field, ByteString.copyFrom(value.bytes())));
  }

  /** Numbers without their tags, as proto3 writes repeated ones. */
  Message numbers(int field, List<Double> values) {
    Message packed = new Message();
    values.forEach(value -> packed.with(out -> out.writeDoubleNoTag(value)));
    return data(field, packed.bytes());
  }

  /** The message as it is sent. */
  byte[] bytes() {
    with(CodedOutputStream::flush);
    return bytes.toByteArray();
  }

  private Message with(Field field) {
    try {
      field.writeTo(stream);
      return this;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
