// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.train.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out from a loss what outputs and targets mean to each other. */
final class Tasks {

  private static final int IGNORED = -100;

  private Tasks() {}

  /** The task of a model with that output and target, both of one sample. */
  static Task of(TensorType output, Optional<TensorType> target, String loss) {
    if (target.isPresent() && target.get().dtype() == DType.I32) {
      boolean named = uses(loss, "cross_entropy") || uses(loss, "nll");
      int axis = named ? argument(loss, "dim", -1) : -1;
      int place = place(output, target.get(), axis);
      OptionalInt ignored =
          named ? OptionalInt.of(argument(loss, "ignore_index", IGNORED)) : OptionalInt.empty();
      return new Task.Classes(output.rank() == 0 ? 2 : output.dim(place), place, ignored);
    }
    if (uses(loss, "bce_with_logits")) {
      return new Task.Binary(0);
    }
    return uses(loss, "bce") ? new Task.Binary(0.5) : new Task.Values();
  }

  /** What makes probabilities of an output. */
  enum Link {
    SOFTMAX,
    EXP,
    SIGMOID,
    NONE
  }

  static Link link(Task task, String loss) {
    return switch (task) {
      case Task.Classes _ -> uses(loss, "nll") ? Link.EXP : Link.SOFTMAX;
      case Task.Binary(double threshold) -> threshold == 0 ? Link.SIGMOID : Link.NONE;
      case Task.Values _ -> Link.NONE;
    };
  }

  /** The dimension of classes: the one that the target lacks. */
  private static int place(TensorType output, TensorType target, int axis) {
    int wanted = axis < 0 ? axis + output.rank() : axis;
    if (wanted >= 0 && wanted < output.rank() && without(output, wanted).equals(target.dims())) {
      return wanted;
    }
    for (int place = output.rank() - 1; place >= 0; place--) {
      if (without(output, place).equals(target.dims())) {
        return place;
      }
    }
    return Math.max(0, output.rank() - 1);
  }

  private static List<Integer> without(TensorType type, int place) {
    List<Integer> dims = new ArrayList<>(type.dims());
    dims.remove(/* index */ place);
    return dims;
  }

  /** Whether the loss, or the expression that it is, has a loss called {@code name}. */
  private static boolean uses(String loss, String name) {
    return Pattern.compile("\\b" + name + "\\b").matcher(loss).find();
  }

  private static int argument(String loss, String name, int otherwise) {
    Matcher found = Pattern.compile("\\b" + name + "\\s*=\\s*(-?\\d{1,9})\\b").matcher(loss);
    return found.find() ? Integer.parseInt(found.group(1)) : otherwise;
  }
}
