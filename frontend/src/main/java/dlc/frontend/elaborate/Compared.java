// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Name;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a use of a loss compares: {@code mse(logits, image, reduction="sum")}.
 *
 * @param output where it is not the model's first output
 * @param target where it is not the target of the data
 * @param options the other arguments
 */
record Compared(Optional<TensorDatum> output, Optional<Datum> target, List<Argument> options) {

  static final Compared NOTHING = new Compared(Optional.empty(), Optional.empty(), List.of());

  /** Takes the tensors that stand first, or are called {@code output} and {@code target}. */
  static Compared of(Elaboration run, List<Argument> arguments, Context context) {
    Optional<TensorDatum> output = Optional.empty();
    Optional<Datum> target = Optional.empty();
    List<Argument> options = new ArrayList<>();
    for (Argument argument : arguments) {
      String name = argument.name().map(Name::text).orElse("");
      int place = arguments.indexOf(argument);
      boolean isFirst = name.equals("output") || (name.isEmpty() && place == 0);
      boolean isSecond =
          name.equals("target") || (name.isEmpty() && place == 1 && output.isPresent());
      if (isSecond && isTargetOfData(argument.value())) {
        continue;
      }
      Optional<TensorDatum> tensor =
          isFirst || isSecond ? tensor(run, argument.value(), context) : Optional.empty();
      if (tensor.isEmpty()) {
        options.add(argument);
      } else if (isFirst) {
        output = tensor;
      } else {
        target = tensor.map(Datum.class::cast);
      }
    }
    return new Compared(output, target, options);
  }

  private static boolean isTargetOfData(Expression expression) {
    return expression instanceof Expression.NameUse use && use.name().equals("target");
  }

  private static Optional<TensorDatum> tensor(
      Elaboration run, Expression expression, Context context) {
    return run.expressions.evaluate(expression, context) instanceof TensorDatum tensor
        ? Optional.of(tensor)
        : Optional.empty();
  }
}
