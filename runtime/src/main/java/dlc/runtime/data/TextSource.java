// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.file.DataFile;
import dlc.runtime.file.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/**
 * A text, in windows of {@code context} tokens; the target of each token is the next one.
 *
 * <p>A window begins every {@code stride} tokens, which are {@code context} unless the program says
 * otherwise: then an epoch meets each token once. What is held out is taken from the end of the
 * text, and no window of one part predicts a token that one of another does. The tokens are in
 * memory once, as bytes where bytes can number them.
 */
final class TextSource implements Source {

  private static final List<String> PARAMETERS = List.of("file", "context", "tokens", "stride");
  private static final int MOST_TOKENS = 1 << 24;
  private static final int BYTES = 256;

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    Options options = Options.of(spec, PARAMETERS);
    Path path = request.paths().resolve(options.text("file"));
    Windows windows = Windows.of(options);
    Dataset all = windows.cut(path, vocabulary(options, path));
    return new Parts(all, Optional.empty(), List.of(), OptionalInt.of(windows.overlap()));
  }

  /** The test text, in the tokens of the training text. */
  @Override
  public Dataset loadTest(SourceSpec test, SourceSpec training, DataRequest request) {
    Options options = Options.of(test, PARAMETERS);
    Options known = Options.of(training, PARAMETERS);
    Vocabulary vocabulary = vocabulary(known, request.paths().resolve(known.text("file")));
    Path path = request.paths().resolve(options.text("file"));
    return Windows.of(options).cut(path, vocabulary);
  }

  private static Vocabulary vocabulary(Options options, Path path) {
    return options.choice("tokens", "char", "byte").equals("byte")
        ? Vocabulary.bytes()
        : Vocabulary.of(path);
  }

  /** How a text is cut. */
  private record Windows(int context, int stride) {

    static Windows of(Options options) {
      int context = options.count("context", 64, 1, MOST_TOKENS);
      return new Windows(context, options.count("stride", context, 1, MOST_TOKENS));
    }

    /** How many windows before a window predict tokens that it predicts too. */
    int overlap() {
      return Math.ceilDiv(context, stride) - 1;
    }

    Dataset cut(Path path, Vocabulary vocabulary) {
      Counter counter = new Counter();
      vocabulary.forEach(path, counter);
      if (counter.count <= context) {
        throw new UserError(Code.DATA_EMPTY, path)
            .help(
                Text.of(
                    "a window and its next token are context + 1 = %,d tokens, the text has %,d",
                    context + 1L, counter.count));
      }
      DType dtype = vocabulary.size() <= BYTES ? DType.U8 : DType.I32;
      TensorType type = TensorType.of(dtype, context);
      Tokens tokens = new Tokens(path, vocabulary, dtype, counter.count);
      vocabulary.forEach(path, tokens);
      MemorySegment memory = tokens.memory;
      int bytes = dtype.bytes();
      MemorySegment all = memory.asSlice(0, memory.byteSize() - bytes);
      MemorySegment next = memory.asSlice(bytes);
      return Dataset.of(
              path.toString(),
              List.of(new Column("text", type, all, stride)),
              Optional.of(new Column("next", type, next, stride)),
              vocabulary.names(),
              row -> Text.of("%s, from token %,d on", path, (long) row * stride))
          .withVocabulary(vocabulary);
    }
  }

  /** Counts. */
  private static final class Counter implements IntConsumer {

    private long count;

    @Override
    public void accept(int token) {
      count++;
    }
  }

  /** The numbers of tokens, one after the other. */
  private static final class Tokens implements IntConsumer {

    private final Path path;
    private final Vocabulary vocabulary;
    private final DType dtype;
    private final MemorySegment memory;
    private long filled;
    private long line = 1;

    Tokens(Path path, Vocabulary vocabulary, DType dtype, long count) {
      this.path = path;
      this.vocabulary = vocabulary;
      this.dtype = dtype;
      this.memory = DataFile.allocate(count * dtype.bytes(), "the tokens of " + path);
    }

    @Override
    public void accept(int token) {
      int number = vocabulary.number(token);
      if (number < 0) {
        throw new UserError(
                Code.DATA_VALUE,
                path + ":" + line,
                "the character %s does not occur in the training text"
                    .formatted(vocabulary.name(token)))
            .help("train on a text that has it, or use tokens=\"byte\"");
      }
      if (token == '\n') {
        line++;
      }
      if (dtype == DType.U8) {
        memory.set(ValueLayout.JAVA_BYTE, filled++, (byte) number);
      } else {
        memory.setAtIndex(ValueLayout.JAVA_INT, filled++, number);
      }
    }
  }
}
