// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.frontend.elaborate.Comparison;
import dlc.frontend.elaborate.Outline;
import dlc.ir.TensorType;
import dlc.runtime.train.Task;
import java.util.List;
import java.util.Optional;

/** What outputs and targets mean to each other, by what the loss compares. */
final class Tasks {

  private Tasks() {}

  /** The task of a model with those outputs. */
  static Task of(List<Outline.Port> outputs, Optional<Comparison> comparison) {
    return comparison.map(each -> of(outputs.get(each.output()).type(), each)).orElse(NOTHING);
  }

  private static final Task NOTHING = new Task.Values();

  private static Task of(TensorType output, Comparison comparison) {
    return switch (comparison.kind()) {
      case CLASSES ->
          new Task.Classes(output.dim(comparison.axis()), comparison.axis(), comparison.ignored());
      case LOGITS -> new Task.Binary(0);
      case PROBABILITIES -> new Task.Binary(0.5);
      case NUMBERS, UNLIKE -> NOTHING;
    };
  }

  /** What makes probabilities of an output. */
  enum Link {
    SOFTMAX,
    EXP,
    SIGMOID,
    NONE
  }

  static Link link(Optional<Comparison> comparison) {
    return comparison.map(Tasks::link).orElse(Link.NONE);
  }

  private static Link link(Comparison comparison) {
    return switch (comparison.kind()) {
      case CLASSES -> comparison.loss().equals("nll") ? Link.EXP : Link.SOFTMAX;
      case LOGITS -> Link.SIGMOID;
      case PROBABILITIES, NUMBERS, UNLIKE -> Link.NONE;
    };
  }
}
