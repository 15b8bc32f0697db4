// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.base.SourceFile;
import dlc.driver.ModelFile;
import dlc.runtime.file.JsonTree;
import dlc.runtime.file.Npy;
import dlc.runtime.file.NumberArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The recorded case of a model.
 *
 * @param model the name of the model in {@code source}
 * @param names what the reference calls each weight and buffer
 * @param x the inputs, a batch for each step; and {@code y} the targets
 */
record ModelCase(
    Path folder,
    SourceFile source,
    String model,
    Map<String, String> names,
    List<Optimizer> optimizers,
    NumberArray x,
    NumberArray y,
    JsonTree manifest) {

  private static final String CLIPPED = "ref64/grad_clipped/";
  private static final String NOISE = "noise_driven";

  /**
   * A recorded optimizer.
   *
   * @param text it in dl
   */
  record Optimizer(String name, String text, JsonTree recorded) {

    /** Whether the size of a step does not depend on the size of the gradient. */
    boolean isAdaptive() {
      return !text.startsWith("sgd");
    }
  }

  ModelCase {
    names = Collections.unmodifiableMap(new LinkedHashMap<>(names));
    optimizers = List.copyOf(optimizers);
  }

  static ModelCase read(Path folder, JsonTree manifest) {
    JsonTree inDl = JsonTree.read(folder.resolve("case.json"));
    Map<String, String> names = new LinkedHashMap<>();
    inDl.get("names").members().forEach((ours, theirs) -> names.put(ours, theirs.text()));
    List<Optimizer> optimizers = new ArrayList<>();
    inDl.get("optimizers")
        .members()
        .forEach(
            (name, text) ->
                optimizers.add(
                    new Optimizer(name, text.text(), manifest.get("optimizers").get(name))));
    return new ModelCase(
        folder,
        ModelFile.source(folder.resolve("model.dl")),
        inDl.get("model").text(),
        names,
        optimizers,
        Npy.read(folder.resolve("x.npy")),
        Npy.read(folder.resolve("y.npy")),
        manifest);
  }

  /** What the reference calls {@code ours}, which must be known to it. */
  String theirName(String ours) {
    return Optional.ofNullable(names.get(ours)).orElseThrow();
  }

  int steps() {
    return x.dims().getFirst();
  }

  int batch() {
    return x.dims().get(1);
  }

  /** The weight or buffer that the reference calls {@code name}, at the start. */
  double[] initial(String name) {
    return numbers("init/" + name + ".npy");
  }

  /** What was recorded in f64 under {@code name}, such as {@code grad/0.weight}. */
  Optional<Expected> expected(String name) {
    JsonTree tensors = manifest.get("tensors");
    return tensors
        .find("f32/" + name)
        .filter(_ -> tensors.find("ref64/" + name).isPresent())
        .map(
            tensor ->
                Expected.exact(
                    numbers("ref64/" + name + ".npy"),
                    tensor.get("torch_f32_error").get("max_abs").number()));
  }

  /** Whether all gradients were recorded after clipping: they are the same as the clipped ones. */
  boolean isGradientClipped() {
    List<String> clipped =
        manifest.get("tensors").members().keySet().stream()
            .filter(each -> each.startsWith(CLIPPED))
            .toList();
    return !clipped.isEmpty() && clipped.stream().allMatch(this::isAlsoTheGradient);
  }

  private boolean isAlsoTheGradient(String clipped) {
    return Arrays.equals(
        numbers(clipped + ".npy"), numbers(clipped.replace("grad_clipped", "grad") + ".npy"));
  }

  double[] numbers(String file) {
    return Npy.read(folder.resolve(file)).toDoubles();
  }

  /** Whether element {@code place} of a weight has a gradient of nothing but rounding errors. */
  boolean isNoise(String name, int place) {
    return noise(name).stream().anyMatch(range -> range[0] <= place && place < range[1]);
  }

  private List<int[]> noise(String name) {
    Optional<JsonTree> ranges =
        manifest.members().entrySet().stream()
            .filter(each -> each.getKey().startsWith(NOISE))
            .findFirst()
            .flatMap(each -> each.getValue().find(name));
    return ranges.stream()
        .flatMap(each -> each.items().stream())
        .map(range -> range.items().stream().mapToInt(JsonTree::integer).toArray())
        .toList();
  }

  /** The number of elements of an array of the shape that {@code recorded} has. */
  static int elements(JsonTree recorded) {
    return recorded.get("shape").items().stream()
        .flatMapToInt(dim -> IntStream.of(dim.integer()))
        .reduce(1, Math::multiplyExact);
  }
}
