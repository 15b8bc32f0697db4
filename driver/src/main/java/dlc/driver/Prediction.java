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

  /** What {@code values} mean where {@code link} makes probabilities of them. */
  static Prediction of(String sample, List<Double> values, Tasks.Link link, List<String> classes) {
    Optional<List<Double>> probabilities =
        switch (link) {
          case SOFTMAX -> Optional.of(softmax(values));
          case EXP -> Optional.of(values.stream().map(Math::exp).toList());
          case SIGMOID, NONE -> Optional.empty();
        };
    List<Double> shown =
        link == Tasks.Link.SIGMOID
            ? values.stream().map(value -> 1 / (1 + Math.exp(-value))).toList()
            : values;
    return new Prediction(sample, shown, probabilities, classes);
  }

  private static List<Double> softmax(List<Double> values) {
    double largest = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    double sum = values.stream().mapToDouble(value -> Math.exp(value - largest)).sum();
    return values.stream().map(value -> Math.exp(value - largest) / sum).toList();
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
