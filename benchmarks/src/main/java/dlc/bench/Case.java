// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model that is trained with some batch size on some threads. */
record Case(String model, int batch, int threads) {

  /** What is measured unless asked otherwise. */
  static final List<String> USUAL = List.of("M1:4,32,128", "M2:4,32,128", "M3:32,128", "M4", "M5");

  private static final String BATCHES = "32";

  /** The cases that {@code text} names: a model, and batch sizes after a colon: {@code M1:4,32}. */
  static List<Case> parse(String text, List<Integer> threads) {
    String[] parts = text.split(":", 2);
    List<Integer> batches = numbers(parts.length == 2 ? parts[1] : BATCHES);
    return batches.stream()
        .flatMap(batch -> threads.stream().map(count -> new Case(parts[0], batch, count)))
        .toList();
  }

  /** The numbers of a list with commas. */
  static List<Integer> numbers(String text) {
    return List.of(text.split(",")).stream().map(Integer::valueOf).toList();
  }

  Case withThreads(int count) {
    return new Case(model, batch, count);
  }

  /** The model in dl. */
  Path file(Path home) {
    Path file = home.resolve("models").resolve(model + ".dl");
    if (!Files.exists(file)) {
      throw new IllegalArgumentException("there is no " + file);
    }
    return file;
  }

  /** Whether images go through the model as such, so that their layout matters. */
  boolean isConvolutional() {
    return !model.equals("M1");
  }
}
