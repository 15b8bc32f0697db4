// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Java's decoders of images, one of each kind for each thread, which go from one image to the next:
 * to look for one and to make its buffers takes as long as to decode a small image.
 */
final class ImageDecoders {

  /** So many bytes tell what a file is. */
  private static final int MARK = 8;

  private static final ThreadLocal<ImageDecoders> OF_THREAD =
      ThreadLocal.withInitial(ImageDecoders::new);

  /** The kinds of files, by how they begin. */
  private enum Kind {
    PNG("\u0089PNG\r\n\u001a\n"),
    JPEG("\u00ff\u00d8"),
    GIF("GIF8"),
    BMP("BM");

    private final String start;

    Kind(String start) {
      this.start = start;
    }
  }

  /** What a decoder is asked. */
  @FunctionalInterface
  interface Question<T> {
    T answer(ImageReader reader) throws IOException;
  }

  private BytesInput memory = new BytesInput();
  private final Map<Kind, ImageReader> readers = new EnumMap<>(Kind.class);

  private ImageDecoders() {}

  /** What {@code question} learns of the image that is {@code bytes}; nothing if it is none. */
  static <T> Optional<T> ask(byte[] bytes, Question<T> question) throws IOException {
    ImageDecoders own = OF_THREAD.get();
    own.memory.begin(bytes);
    return own.answer(own.memory, question);
  }

  /** What {@code question} learns of the image in {@code input}; nothing if it is none. */
  static <T> Optional<T> ask(ImageInputStream input, Question<T> question) throws IOException {
    return OF_THREAD.get().answer(input, question);
  }

  private <T> Optional<T> answer(ImageInputStream input, Question<T> question) throws IOException {
    byte[] mark = new byte[MARK];
    int read = Math.max(0, input.read(mark));
    input.seek(0);
    String start = new String(mark, 0, read, StandardCharsets.ISO_8859_1);
    for (Kind kind : Kind.values()) {
      if (start.startsWith(kind.start)) {
        return Optional.of(answer(kind, input, question));
      }
    }
    return Optional.empty();
  }

  /** A decoder that met a damaged image is not used again, nor what it read from. */
  private <T> T answer(Kind kind, ImageInputStream input, Question<T> question) throws IOException {
    ImageReader reader =
        readers.computeIfAbsent(
            kind, each -> ImageIO.getImageReadersByFormatName(each.name()).next());
    boolean isWell = false;
    try {
      reader.setInput(input, true, true);
      T answer = question.answer(reader);
      isWell = true;
      return answer;
    } finally {
      if (!isWell) {
        readers.remove(kind);
        memory = new BytesInput();
        reader.dispose();
      }
    }
  }
}
