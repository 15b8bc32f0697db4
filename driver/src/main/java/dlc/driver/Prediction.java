// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a model makes of one sample.
 *
 * @param sample what the sample is called
 * @param values its first output
 * @param probabilities one for each class, where the model tells classes apart
 * @param classes what the classes are called
 */
public record Prediction(
    String sample,
    List<Double> values,
    Optional<List<Double>> probabilities,
    List<String> classes) {

  public Prediction {
    values = List.copyOf(values);
    classes = List.copyOf(classes);
  }

  /** The number of the most likely class. */
  public Optional<Integer> best() {
    return ranking().stream().findFirst();
  }

  /** The numbers of all classes, the most likely first. */
  public List<Integer> ranking() {
    if (probabilities.isEmpty()) {
      return List.of();
    }
    List<Double> all = probabilities.get();
    return IntStream.range(0, all.size())
        .boxed()
        .sorted(Comparator.comparingDouble(index -> -all.get(index)))
        .toList();
  }

  /** What class {@code index} is called. */
  public String className(int index) {
    return index < classes.size() ? classes.get(index) : String.valueOf(index);
  }
}
