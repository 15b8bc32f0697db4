// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.data.Column;
import dlc.runtime.data.Vocabulary;
import dlc.runtime.file.SafeTensors;
import dlc.runtime.train.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * Writes text with a model that says at each place which token is likely to be the next.
 *
 * <p>What the tokens stand for is in the file of the weights. The model sees as many of the last
 * tokens as it takes; before there are so many, the places after them hold token 0, and nothing
 * that a model of text says at a place may depend on later ones.
 */
public final class Generator {

  private static final String ENTRY = "predict";

  private final Executable model;
  private final Vocabulary vocabulary;
  private final Column scores;
  private final MemorySegment window;
  private final int context;

  private Generator(Workbench bench, Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    Map.Entry<String, TensorType> input = bench.inputs().entrySet().iterator().next();
    this.context = input.getValue().dim(0);
    this.model = bench.session().specialized(bench.normalized().withBatch(1));
    this.window = model.slot(ENTRY, input.getKey());
    String output = bench.output().name();
    TensorType type = model.type(ENTRY, output);
    TensorType one = TensorType.of(type.dtype(), type.dims().subList(1, type.rank()));
    this.scores = new Column(output, one, model.slot(ENTRY, output));
  }

  /** A generator with the weights at {@code file}, which training on a text wrote. */
  public static Generator of(Workbench bench, Path file) {
    requireModelOfText(bench);
    Vocabulary vocabulary =
        Vocabulary.read(SafeTensors.metadata(file))
            .orElseThrow(
                () ->
                    new UserError(
                            Code.WEIGHTS_MISMATCH,
                            file,
                            "it does not say which text its numbers stand for")
                        .help("dlc train --save writes that for models of text(…) data"));
    int known = bench.output().type().dim(1);
    if (known < vocabulary.size()) {
      throw new UserError(
          Code.WEIGHTS_MISMATCH,
          file,
          "it is about %d tokens, the model tells %d apart".formatted(vocabulary.size(), known));
    }
    Weights.load(bench.state(), file);
    return new Generator(bench, vocabulary);
  }

  private static void requireModelOfText(Workbench bench) {
    TensorType output = bench.output().type();
    boolean fits =
        bench.inputs().size() == 1
            && bench.inputs().values().stream()
                .allMatch(
                    type ->
                        type.dtype() == DType.I32
                            && type.rank() == 1
                            && output.rank() == 2
                            && output.dim(0) == type.dim(0));
    if (!fits) {
      String found =
          bench.inputs().values().stream()
              .map(TensorType::toString)
              .collect(Collectors.joining(", "));
      throw new UserError(
              Code.BAD_OPTION,
              "the model '%s' makes %s of %s, which is no model of text"
                  .formatted(bench.model().name(), output, found))
          .help("a model of text makes f32[context, tokens] of i32[context]");
    }
  }

  /** What the tokens stand for. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /**
   * Continues {@code prompt}, tokens, by {@code length} tokens and tells {@code listener} of each.
   */
  public void run(int[] prompt, int length, Sampling sampling, IntConsumer listener) {
    int[] before = prompt.length == 0 ? vocabulary.start() : prompt;
    int[] tokens = Arrays.copyOf(before, before.length + length);
    for (int end = before.length; end < tokens.length; end++) {
      tokens[end] = sampling.choose(scoresAfter(tokens, end));
      listener.accept(tokens[end]);
    }
  }

  /** The scores of each token to stand at {@code end}. */
  private double[] scoresAfter(int[] tokens, int end) {
    int start = Math.max(0, end - context);
    for (int i = 0; i < context; i++) {
      int token = start + i < end ? tokens[start + i] : 0;
      window.setAtIndex(ValueLayout.JAVA_INT, i, token);
    }
    model.run(ENTRY);
    model.fetch(ENTRY, scores.name());
    double[] result = new double[vocabulary.size()];
    long place = (long) (end - start - 1) * scores.type().dim(1);
    Arrays.setAll(result, token -> scores.at(place + token));
    return result;
  }
}
