// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.ir.DType;
import dlc.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the loss of a model compares with the target of each sample.
 *
 * @param loss which loss does so, by name; empty where it is an expression
 * @param output the index of the model's output that is compared, 0 where it is made of several
 * @param target the type of one sample's target
 * @param kind what both are to each other
 * @param axis the dimension of the output that has classes, where there are such
 * @param ignored the class that does not count
 */
public record Comparison(
    String loss, int output, TensorType target, Kind kind, int axis, OptionalInt ignored) {

  /** What an output and a target are to each other. */
  public enum Kind {
    /** Scores of classes, and the number of one. */
    CLASSES,
    /** Scores of which those above 0 say yes, and 0 or 1. */
    LOGITS,
    /** Probabilities of yes, and 0 or 1. */
    PROBABILITIES,
    /** Numbers of the same shape; those of the target may be whole. */
    NUMBERS,
    /** Of shapes that have nothing to do with each other: the loss compares something else. */
    UNLIKE
  }

  /** A comparison with an output of the shape {@code dims} for each sample. */
  static Comparison of(String loss, int output, List<Integer> dims, TensorType target) {
    OptionalInt axis = classAxis(dims, target);
    return new Comparison(
        loss, output, target, kind(loss, dims, target, axis), axis.orElse(0), OptionalInt.empty());
  }

  private static Kind kind(String loss, List<Integer> dims, TensorType target, OptionalInt axis) {
    if (!dims.equals(target.dims())) {
      return axis.isPresent() ? Kind.CLASSES : Kind.UNLIKE;
    }
    return switch (loss) {
      case "bce_with_logits" -> Kind.LOGITS;
      case "bce" -> Kind.PROBABILITIES;
      default -> Kind.NUMBERS;
    };
  }

  /** The last dimension that the target lacks and all else of the output has. */
  private static OptionalInt classAxis(List<Integer> dims, TensorType target) {
    for (int axis = dims.size() - 1; axis >= 0 && target.dtype() == DType.I32; axis--) {
      if (isWithout(dims, axis, target)) {
        return OptionalInt.of(axis);
      }
    }
    return OptionalInt.empty();
  }

  private static boolean isWithout(List<Integer> dims, int axis, TensorType target) {
    List<Integer> rest = new ArrayList<>(dims);
    rest.remove(/* index */ axis);
    return rest.equals(target.dims());
  }

  /** The same, of classes in dimension {@code wanted} if the output has them there. */
  Comparison ofClasses(List<Integer> dims, int wanted, OptionalInt notCounted) {
    boolean isThere = wanted < dims.size() && isWithout(dims, wanted, target);
    return new Comparison(loss, output, target, kind, isThere ? wanted : axis, notCounted);
  }
}
