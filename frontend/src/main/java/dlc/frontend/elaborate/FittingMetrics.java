// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Diagnostics;
import dlc.base.Span;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.Expression;
import dlc.frontend.elaborate.Comparison.Kind;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds metrics that what a loss compares has no meaning for. They may follow from a mistake in the
 * loss.
 */
final class FittingMetrics {

  private static final String ACCURACY = "accuracy";
  private static final String CONFUSION = "confusion_matrix";
  private static final List<String> OF_CLASSES =
      List.of(ACCURACY, "top5", "precision", "recall", "f1", CONFUSION);
  private static final List<String> OF_YES_OR_NO =
      OF_CLASSES.stream().filter(name -> !name.equals("top5")).toList();
  private static final List<String> OF_NUMBERS = List.of("mae", "rmse", "r2");
  private static final List<String> OF_ANY_LOSS = List.of("perplexity");

  /** All metrics. */
  static final List<String> ALL =
      Stream.of(OF_CLASSES, OF_NUMBERS, OF_ANY_LOSS).flatMap(List::stream).toList();

  /** How many classes a confusion matrix has at most. */
  private static final int LARGEST_MATRIX = 1000;

  private final Diagnostics diagnostics;
  private final List<Outline.Port> outputs;
  private final Optional<Comparison> comparison;

  /**
   * @param comparison what the loss of a model with those outputs compares
   */
  FittingMetrics(
      Diagnostics diagnostics, List<Outline.Port> outputs, Optional<Comparison> comparison) {
    this.diagnostics = diagnostics;
    this.outputs = outputs;
    this.comparison = comparison;
  }

  /** Reports those of {@code metrics}, names as they stand in the program, that do not fit. */
  void checkNamed(List<Expression> metrics) {
    for (Expression metric : metrics) {
      String name = metric.span().text();
      if (ALL.contains(name) && !fitting().contains(name)) {
        reportMisfit(metric.span(), name);
      } else if (name.equals(CONFUSION) && classes() > LARGEST_MATRIX) {
        String why = classes() + " classes, " + LARGEST_MATRIX + " are the most";
        diagnostics.reportConsequence(Code.UNFIT_METRIC.at(metric.span(), name, why));
      }
    }
  }

  /** Reports a {@code stop} that watches a metric which nobody measures. */
  void checkWatched(TrainSection.Stop stop, Span span, List<String> metrics) {
    String figure = stop.on().substring(stop.on().indexOf('.') + 1);
    boolean isMeasured =
        !ALL.contains(figure)
            || metrics.contains(figure)
            || (figure.equals(ACCURACY) && fitting().contains(ACCURACY));
    if (!isMeasured) {
      diagnostics.reportConsequence(
          Code.BAD_SETTING
              .at(span, "stop", "on=\"" + stop.on() + "\" watches a metric that is not measured")
              .withHelp(
                  fitting().contains(figure)
                      ? "name it, as in metrics " + figure
                      : "watch the loss, or one of " + String.join(", ", fitting())));
    }
  }

  private void reportMisfit(Span span, String name) {
    diagnostics.reportConsequence(
        Code.UNFIT_METRIC
            .at(span, name, misfit())
            .withHelp(
                fitting().equals(OF_ANY_LOSS)
                    ? "there is " + OF_ANY_LOSS.getFirst() + " alone"
                    : "there are " + String.join(", ", fitting())));
  }

  /** The metrics that what is compared has a meaning for. */
  private List<String> fitting() {
    List<String> own =
        comparison
            .map(
                each ->
                    switch (each.kind()) {
                      case CLASSES -> OF_CLASSES;
                      case LOGITS, PROBABILITIES -> OF_YES_OR_NO;
                      case NUMBERS -> OF_NUMBERS;
                      case UNLIKE -> List.<String>of();
                    })
            .orElse(List.of());
    return Stream.concat(own.stream(), OF_ANY_LOSS.stream()).toList();
  }

  /** What is compared, as the end of a sentence. */
  private String misfit() {
    if (comparison.isEmpty()) {
      return "a loss that uses no target";
    }
    Comparison what = comparison.get();
    String compared =
        switch (what.kind()) {
          case CLASSES -> "classes, which ";
          case LOGITS, PROBABILITIES -> "yes and no, which ";
          case NUMBERS -> "numbers, which ";
          case UNLIKE ->
              "the output "
                  + outputs.get(what.output()).type()
                  + " and the target "
                  + what.target()
                  + ", of which ";
        };
    String loss = what.loss().isEmpty() ? "the loss" : what.loss();
    return compared + loss + (what.kind() == Kind.UNLIKE ? " compares parts" : " compares");
  }

  private int classes() {
    return comparison
        .filter(each -> each.kind() == Kind.CLASSES)
        .map(each -> outputs.get(each.output()).type().dim(each.axis()))
        .orElse(0);
  }
}
