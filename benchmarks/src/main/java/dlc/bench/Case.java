// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.ModelFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A model that runs with some batch size on some threads.
 *
 * @param file the model in dl
 * @param precision what products are computed in
 */
record Case(Path file, int batch, int threads, String precision) {

  static final String F32 = "f32";

  Case(Path file, int batch, int threads) {
    this(file, batch, threads, F32);
  }

  Case in(String other) {
    return new Case(file, batch, threads, other);
  }

  static final List<String> MODELS = List.of("M1", "M2", "M3", "M4", "M5", "M6", "M7");

  /** What is trained unless asked otherwise. */
  static final List<String> USUAL =
      List.of("M1:4,32,128", "M2:4,32,128", "M3:32,128", "M4:32,128", "M5", "M6", "M7:16");

  private static final String BATCHES = "32";

  /** The cases that {@code text} names: a model, and batch sizes after a colon: {@code M1:4,32}. */
  static List<Case> parse(String text, List<Integer> threads, Home home) {
    String[] parts = text.split(":", 2);
    Path file = home.model(parts[0]);
    if (!Files.exists(file)) {
      throw new IllegalArgumentException("there is no " + file);
    }
    List<Integer> batches = Options.numbers(parts.length == 2 ? parts[1] : BATCHES);
    return batches.stream()
        .flatMap(batch -> threads.stream().map(count -> new Case(file, batch, count)))
        .toList();
  }

  String model() {
    return file.getFileName().toString().replace(".dl", "");
  }

  /** What tables call it. */
  String name() {
    return precision.equals(F32) ? model() : model() + " " + precision;
  }

  ModelFile load() {
    return ModelFile.load(
        file, precision.equals(F32) ? Map.of() : Map.of("arithmetic", precision));
  }

  /** Whether images go through the model as such, so that their layout matters. */
  boolean isConvolutional() {
    return List.of("M2", "M3", "M4", "M5").contains(model());
  }
}
