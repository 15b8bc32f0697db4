// SPDX-License-Identifier: Apache-2.0
package dlc.driver.sweep;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.runtime.train.Metric;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is to be made as good as possible.
 *
 * @param part {@code training} or {@code validation}
 * @param figure {@code loss} or a metric
 */
public record Objective(String part, String figure) {

  private static final String LOSS = "loss";

  /** The objective that a user writes as {@code validation.accuracy}. */
  public static Objective parse(String text) {
    int dot = text.indexOf('.');
    String part = dot < 0 ? "validation" : text.substring(0, dot);
    String figure = text.substring(dot + 1);
    if (!List.of("training", "validation").contains(part)) {
      throw new UserError(Code.BAD_OPTION, "--metric %s: '%s' is no part".formatted(text, part))
          .help(
              "write training.loss, validation.accuracy and so on; the test part decides nothing");
    }
    if (!figure.equals(LOSS) && Metric.named(figure).isEmpty()) {
      List<String> known =
          Stream.concat(Stream.of(LOSS), Arrays.stream(Metric.values()).map(Metric::toString))
              .toList();
      throw new UserError(
              Code.BAD_OPTION, "--metric %s: no metric is called '%s'".formatted(text, figure))
          .help(
              NearestName.of(figure, known)
                  .map(near -> "did you mean " + part + "." + near + "?")
                  .orElse("there are " + String.join(", ", known)));
    }
    return new Objective(part, figure);
  }

  public boolean isGreaterBetter() {
    return Metric.named(figure).map(Metric::isGreaterBetter).orElse(false);
  }

  /** Whether figures are shares, which are shown in percent. */
  public boolean isShare() {
    return Metric.named(figure).map(Metric::isShare).orElse(false);
  }

  /** The best first; what failed or was not measured last. */
  public Comparator<Outcome> best() {
    return Comparator.comparingDouble((Outcome each) -> cost(each))
        .thenComparingInt(each -> each.trial().number());
  }

  /** The best after {@code epoch} epochs first. */
  Comparator<Outcome> bestAt(int epoch) {
    return Comparator.comparingDouble((Outcome each) -> cost(each, each.figureAt(epoch)))
        .thenComparingInt(each -> each.trial().number());
  }

  private double cost(Outcome outcome) {
    return cost(outcome, outcome.figure());
  }

  private double cost(Outcome outcome, Optional<Double> figure) {
    if (outcome.error().isPresent() || figure.isEmpty() || figure.get().isNaN()) {
      return Double.POSITIVE_INFINITY;
    }
    return isGreaterBetter() ? -figure.get() : figure.get();
  }

  @Override
  public String toString() {
    return part + "." + figure;
  }
}
