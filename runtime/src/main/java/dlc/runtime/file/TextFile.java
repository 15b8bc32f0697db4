// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.UserError;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.IntConsumer;

/** Text of any length, plain or gzip, that goes by piece by piece and is never held as a whole. */
public final class TextFile {

  private static final int CHUNK = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextFile() {}

  /** Tells {@code consumer} each byte of {@code path}, from 0 to 255. */
  public static void forEachByte(Path path, IntConsumer consumer) {
    try (DataFile file = DataFile.open(path)) {
      for (byte[] chunk = file.upTo(CHUNK); chunk.length > 0; chunk = file.upTo(CHUNK)) {
        for (byte each : chunk) {
          consumer.accept(each & 0xFF);
        }
      }
    }
  }

  /** Tells {@code consumer} each character of {@code path}, as Unicode numbers them. */
  public static void forEachCharacter(Path path, IntConsumer consumer) {
    try (DataFile file = DataFile.open(path)) {
      new Decoding(file, consumer).run();
    }
  }

  /** UTF-8 on its way to characters; what is left of a chunk begins the next one. */
  private static final class Decoding {

    private final DataFile file;
    private final IntConsumer consumer;
    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
    private final CharBuffer chars = CharBuffer.allocate(CHUNK);
    private boolean isFirst = true;
    private long line = 1;

    Decoding(DataFile file, IntConsumer consumer) {
      this.file = file;
      this.consumer = consumer;
    }

    void run() {
      boolean atEnd = false;
      while (!atEnd) {
        byte[] more = file.upTo(bytes.remaining());
        atEnd = more.length == 0;
        bytes.put(more).flip();
        CoderResult result = decoder.decode(bytes, chars, atEnd);
        bytes.compact();
        chars.flip().codePoints().forEach(this::accept);
        chars.clear();
        if (result.isError()) {
          throw notText();
        }
      }
    }

    private void accept(int character) {
      boolean isMark = isFirst && character == BYTE_ORDER_MARK;
      isFirst = false;
      if (isMark) {
        return;
      }
      if (character == '\n') {
        line++;
      }
      consumer.accept(character);
    }

    private UserError notText() {
      return file.malformed(Text.of("line %,d is not UTF-8 text", line))
          .help("save the file as UTF-8");
    }
  }
}
