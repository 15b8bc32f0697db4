// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the user said.
 *
 * @param words what to measure, in order
 * @param data where photographs are looked for
 * @param seeds how often samples are trained
 * @param precision what products of models that train are computed in
 */
record Options(
    List<String> words,
    Optional<List<Integer>> threads,
    OptionalInt rounds,
    boolean saves,
    Optional<Path> data,
    OptionalInt seeds,
    String precision) {

  private static final int ROUNDS = 21;
  private static final int LAYER_ROUNDS = 7;

  static Options parse(List<String> arguments) {
    List<String> words = new ArrayList<>();
    Optional<List<Integer>> threads = Optional.empty();
    OptionalInt rounds = OptionalInt.empty();
    boolean saves = true;
    Optional<Path> data = Optional.empty();
    OptionalInt seeds = OptionalInt.empty();
    String precision = Case.F32;
    for (int i = 0; i < arguments.size(); i++) {
      switch (arguments.get(i)) {
        case "--threads" -> threads = Optional.of(numbers(value(arguments, ++i)));
        case "--rounds" -> rounds = OptionalInt.of(numbers(value(arguments, ++i)).getFirst());
        case "--no-save" -> saves = false;
        case "--data" -> data = Optional.of(Path.of(value(arguments, ++i)));
        case "--seeds" -> seeds = OptionalInt.of(numbers(value(arguments, ++i)).getFirst());
        case "--precision" -> precision = value(arguments, ++i);
        default -> words.add(word(arguments.get(i)));
      }
    }
    requireModels(words, precision);
    return new Options(List.copyOf(words), threads, rounds, saves, data, seeds, precision);
  }

  private static void requireModels(List<String> words, String precision) {
    if (!List.of(Case.F32, "bf16").contains(precision)) {
      throw new IllegalArgumentException("--precision takes f32 or bf16, not " + precision);
    }
    boolean models = words.stream().allMatch(word -> Case.MODELS.contains(word.split(":", 2)[0]));
    if (!precision.equals(Case.F32) && (words.isEmpty() || !models)) {
      throw new IllegalArgumentException("--precision is for models that train: name them");
    }
  }

  private static String word(String word) {
    if (word.startsWith("--")) {
      throw new IllegalArgumentException("there is no option " + word);
    }
    return word;
  }

  private static String value(List<String> arguments, int at) {
    if (at == arguments.size()) {
      throw new IllegalArgumentException(arguments.get(at - 1) + " needs a value");
    }
    return arguments.get(at);
  }

  /** The numbers of a list with commas. */
  static List<Integer> numbers(String text) {
    try {
      return List.of(text.split(",")).stream().map(Integer::valueOf).toList();
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("'%s' is no list of numbers".formatted(text));
    }
  }

  List<Integer> modelThreads() {
    return threads.orElse(List.of(1, 2));
  }

  /** Layers are measured on one thread, where their kernels show best. */
  List<Integer> layerThreads() {
    return threads.orElse(List.of(1));
  }

  Turns modelTurns() {
    return new Turns(1, 0.1, rounds.orElse(ROUNDS));
  }

  Turns layerTurns() {
    return new Turns(0.1, 0.05, rounds.orElse(LAYER_ROUNDS));
  }
}
