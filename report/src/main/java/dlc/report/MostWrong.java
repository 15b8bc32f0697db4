// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import dlc.runtime.file.Text;
import dlc.runtime.train.Task;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.StringJoiner;

/**
 * Keeps those samples of a dataset that a model is most wrong about.
 *
 * <p>For classes that is the loss of those that were taken for others, for numbers the squared
 * error. Outputs that say a class at many places have no single sample to show.
 */
final class MostWrong {

  private static final int MOST = 24;
  private static final int MOST_VALUES = 12;

  private record Candidate(
      Dataset part, int sample, String actual, String predicted, double wrongness) {}

  private final Task task;
  private final PriorityQueue<Candidate> found =
      new PriorityQueue<>(Comparator.comparingDouble(Candidate::wrongness));

  MostWrong(Task task) {
    this.task = task;
  }

  void clear() {
    found.clear();
  }

  /** Looks at the samples {@code order[start]} and following, whose outputs are rows. */
  void look(Dataset part, int[] order, int start, int count, Column outputs) {
    if (part.target().isEmpty()) {
      return;
    }
    Column targets = part.target().get();
    for (int i = 0; i < count; i++) {
      int sample = order[start + i];
      switch (task) {
        case Task.Classes classes when outputs.type().rank() == 1 ->
            lookAtClasses(part, sample, targets, outputs, i, classes);
        case Task.Binary(double threshold) when outputs.type().elements() == 1 ->
            lookAtBinary(part, sample, targets, outputs, i, threshold);
        case Task.Classes _, Task.Binary _ -> {}
        case Task.Values _ -> lookAtValues(part, sample, targets, outputs, i);
      }
    }
  }

  private void lookAtClasses(
      Dataset part, int sample, Column targets, Column outputs, int row, Task.Classes classes) {
    int actual = (int) targets.at(part.row(sample));
    if (classes.ignored().isPresent() && classes.ignored().getAsInt() == actual) {
      return;
    }
    long first = (long) row * classes.count();
    int best = 0;
    for (int c = 1; c < classes.count(); c++) {
      best = outputs.at(first + c) > outputs.at(first + best) ? c : best;
    }
    if (best == actual) {
      return;
    }
    // Scores of a softmax or its logarithms: of the latter the sum is 1, which changes nothing.
    double highest = outputs.at(first + best);
    double sum = 0;
    for (int c = 0; c < classes.count(); c++) {
      sum += Math.exp(outputs.at(first + c) - highest);
    }
    double loss = highest + Math.log(sum) - outputs.at(first + actual);
    String predicted = Text.of("%s %.0f%%", name(part, best), 100 / sum);
    offer(part, sample, name(part, actual), predicted, loss);
  }

  private void lookAtBinary(
      Dataset part, int sample, Column targets, Column outputs, int row, double threshold) {
    int actual = (int) targets.at(part.row(sample));
    double score = outputs.at(row);
    int predicted = score > threshold ? 1 : 0;
    if (predicted != actual) {
      double yes = threshold == 0 ? 1 / (1 + Math.exp(-score)) : score;
      double certainty = predicted == 1 ? yes : 1 - yes;
      offer(
          part,
          sample,
          name(part, actual),
          Text.of("%s %.0f%%", name(part, predicted), 100 * certainty),
          Math.abs(score - threshold));
    }
  }

  private void lookAtValues(Dataset part, int sample, Column targets, Column outputs, int row) {
    long elements = Math.min(targets.type().elements(), outputs.type().elements());
    double squares = 0;
    for (long i = 0; i < elements; i++) {
      double difference =
          outputs.at(row * outputs.type().elements() + i)
              - targets.asFloat(part.row(sample) * targets.type().elements() + i);
      squares += difference * difference;
    }
    double error = squares / elements;
    if (isAmongMost(error)) {
      offer(part, sample, values(targets, part.row(sample)), values(outputs, row), error);
    }
  }

  private boolean isAmongMost(double wrongness) {
    return found.size() < MOST || found.element().wrongness < wrongness;
  }

  private void offer(Dataset part, int sample, String actual, String predicted, double wrongness) {
    if (isAmongMost(wrongness)) {
      found.add(new Candidate(part, sample, actual, predicted, wrongness));
      if (found.size() > MOST) {
        found.remove();
      }
    }
  }

  private static String name(Dataset part, int number) {
    return number >= 0 && number < part.classes().size()
        ? part.classes().get(number)
        : String.valueOf(number);
  }

  /** The first numbers of a row. */
  private static String values(Column column, int row) {
    StringJoiner text = new StringJoiner(", ");
    long elements = column.type().elements();
    for (long i = 0; i < Math.min(elements, MOST_VALUES); i++) {
      text.add(Text.of("%.4g", column.asFloat(row * elements + i)));
    }
    return elements > MOST_VALUES ? text + ", …" : text.toString();
  }

  /** What was found, the most wrong first. */
  List<WrongExample> examples() {
    List<Candidate> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparingDouble(Candidate::wrongness).reversed());
    return sorted.stream().map(MostWrong::example).toList();
  }

  private static WrongExample example(Candidate candidate) {
    Column input = candidate.part.inputs().getFirst();
    int row = candidate.part.row(candidate.sample);
    boolean isImage = SamplePicture.isImage(input);
    return new WrongExample(
        candidate.part.place(candidate.sample),
        candidate.actual,
        candidate.predicted,
        candidate.wrongness,
        isImage
            ? Optional.of(Base64.getEncoder().encodeToString(SamplePicture.png(input, row)))
            : Optional.empty(),
        isImage ? Optional.empty() : Optional.of(values(input, row)));
  }
}
