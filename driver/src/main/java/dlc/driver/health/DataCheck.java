// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.Span;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.Loaded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Looks for what nothing can be learned from: features that never change, samples seen before. */
final class DataCheck {

  /** Images have pixels that are always black; wider samples than this are taken for such. */
  private static final int MOST_FEATURES = 512;

  private static final int NAMED = 5;

  /** Of long samples so many elements are compared first. */
  private static final int COMPARED_FIRST = 64;

  private static final double MOST_REPEATED = 0.01;

  private final Loaded data;
  private final Supplier<List<String>> features;
  private final Span place;

  /**
   * A check of {@code data}.
   *
   * @param features what the elements of a sample are called, where that is known
   * @param place where the program says which data
   */
  DataCheck(Loaded data, Supplier<List<String>> features, Span place) {
    this.data = data;
    this.features = features;
    this.place = place;
  }

  List<Diagnostic> warnings() {
    List<Diagnostic> warnings = new ArrayList<>();
    constantFeatures().ifPresent(warnings::add);
    leakage("validation", data.validation()).ifPresent(warnings::add);
    leakage("test", data.test()).ifPresent(warnings::add);
    return warnings;
  }

  private Optional<Diagnostic> constantFeatures() {
    Dataset training = data.training();
    Column column = training.inputs().getFirst();
    int width = (int) column.type().elements();
    boolean isTable =
        column.type().rank() == 1 && width <= MOST_FEATURES && column.type().dtype().isFloat();
    if (!isTable || training.size() < 2) {
      return Optional.empty();
    }
    List<Integer> constant =
        IntStream.range(0, width)
            .filter(each -> isConstant(training, column, each))
            .boxed()
            .toList();
    if (constant.isEmpty()) {
      return Optional.empty();
    }
    List<String> names = features.get();
    List<String> named =
        constant.stream()
            .limit(NAMED)
            .map(each -> each < names.size() ? "'" + names.get(each) + "'" : "number " + each)
            .toList();
    String more = constant.size() > NAMED ? " and %d more".formatted(constant.size() - NAMED) : "";
    double value = column.at((long) training.row(0) * width + constant.getFirst());
    String text =
        constant.size() == 1
            ? "the feature %s is %s in all %,d training samples"
                .formatted(named.getFirst(), shortest(value), training.size())
            : "%d of %d features never change in %,d training samples: %s%s"
                .formatted(constant.size(), width, training.size(), String.join(", ", named), more);
    return Optional.of(
        Code.CONSTANT_FEATURE
            .at(place, text)
            .withHelp("nothing can be learned from it: leave it out, or see why it is constant"));
  }

  private static String shortest(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Float.toString((float) value);
  }

  private static boolean isConstant(Dataset data, Column column, int feature) {
    long width = column.type().elements();
    double first = column.at(data.row(0) * width + feature);
    for (int sample = 1; sample < data.size(); sample++) {
      if (column.at(data.row(sample) * width + feature) != first) {
        return false;
      }
    }
    return true;
  }

  private Optional<Diagnostic> leakage(String name, Optional<Dataset> part) {
    Dataset training = data.training();
    // Comparing samples that do not fit into memory would cost as much as an epoch.
    if (part.isEmpty() || training.inputs().stream().anyMatch(Column::isReadAnew)) {
      return Optional.empty();
    }
    Dataset held = part.get();
    Map<Long, List<Integer>> byHash = new HashMap<>();
    for (int sample = 0; sample < held.size(); sample++) {
      byHash.computeIfAbsent(hash(held, sample), _ -> new ArrayList<>()).add(sample);
    }
    Set<Integer> seen = new HashSet<>();
    int first = -1;
    int firstTraining = -1;
    for (int sample = 0; sample < training.size(); sample++) {
      for (int other : byHash.getOrDefault(hash(training, sample), List.of())) {
        if (!seen.contains(other) && isSame(training, sample, held, other)) {
          seen.add(other);
          firstTraining = first < 0 ? sample : firstTraining;
          first = first < 0 ? other : first;
        }
      }
    }
    boolean isMuch = seen.size() > 1 && seen.size() > MOST_REPEATED * held.size();
    if (!isMuch || repeatsAnyway(training, (double) seen.size() / held.size())) {
      return Optional.empty();
    }
    return Optional.of(
        Code.LEAKAGE
            .at(
                place,
                "%,d of %,d %s samples are among the training samples, too"
                    .formatted(seen.size(), held.size(), name))
            .withNote(
                "such as %s, which is %s again"
                    .formatted(held.place(first), training.place(firstTraining)))
            .withHelp(
                "remove repeated samples before they are split; what is measured on them is memory,"
                    + " not skill"));
  }

  /**
   * Whether samples have so few possible values that they repeat by chance: as often within the
   * training part as between the parts, and not because each was copied.
   */
  private static boolean repeatsAnyway(Dataset training, double share) {
    boolean fewValues =
        training.inputs().stream().allMatch(column -> hasFewValues(training, column));
    if (!fewValues) {
      return false;
    }
    Set<Long> different = new HashSet<>();
    for (int sample = 0; sample < training.size(); sample++) {
      different.add(hash(training, sample));
    }
    return 1 - (double) different.size() / training.size() > share / 4;
  }

  private static boolean hasFewValues(Dataset training, Column column) {
    if (!column.type().dtype().isFloat()) {
      return column.type().elements() <= COMPARED_FIRST;
    }
    Set<Double> values = new HashSet<>();
    long width = column.type().elements();
    for (int sample = 0; sample < Math.min(training.size(), 1000); sample++) {
      for (long i = 0; i < width; i++) {
        if (values.add(column.at(training.row(sample) * width + i)) && values.size() > 64) {
          return false;
        }
      }
    }
    return true;
  }

  private static List<Column> columns(Dataset dataset) {
    List<Column> columns = new ArrayList<>(dataset.inputs());
    dataset.target().ifPresent(columns::add);
    return columns;
  }

  private static long hash(Dataset dataset, int sample) {
    long hash = 17;
    for (Column column : columns(dataset)) {
      long elements = column.type().elements();
      long between = Math.max(1, elements / COMPARED_FIRST);
      for (long i = 0; i < elements; i += between) {
        double value = column.at(dataset.row(sample) * elements + i);
        hash = hash * 0x9E3779B97F4A7C15L + Double.doubleToRawLongBits(value);
        hash ^= hash >>> 29;
      }
    }
    return hash;
  }

  private static boolean isSame(Dataset a, int sample, Dataset b, int other) {
    List<Column> left = columns(a);
    List<Column> right = columns(b);
    for (int c = 0; c < left.size(); c++) {
      long elements = left.get(c).type().elements();
      for (long i = 0; i < elements; i++) {
        if (left.get(c).at(a.row(sample) * elements + i)
            != right.get(c).at(b.row(other) * elements + i)) {
          return false;
        }
      }
    }
    return true;
  }
}
