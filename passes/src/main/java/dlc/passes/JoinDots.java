// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Dot;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Layout.Concat;
import dlc.ir.op.Layout.Reshape;
import dlc.ir.op.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes one product of a sum of products of parts: the gradient of a weight that every step of a
 * recurrence uses.
 *
 * <pre>
 * dot "zo,zk->ok" x0, y0  +  dot "zo,zk->ok" x1, y1  + …
 *   =>  dot "zto,ztk->ok" concat(x0, x1, …), concat(y0, y1, …)
 * </pre>
 *
 * <p>It does so where the factors on one side are parts of one concatenation that the graph has
 * already. They keep their order there, so that they lie in its memory and none is copied.
 */
public final class JoinDots implements Pass {

  /** Fewer products stay as they are. */
  private static final int MANY = 3;

  /** Where a value stands in a concatenation: as which operand, and as the how manieth. */
  private record Place(Value whole, Value operand, int index) {
    int axis() {
      return ((Concat) whole.op()).axis();
    }
  }

  /** What products have in common that can be one. */
  private record Family(Op op, Value whole, TensorType other) {}

  /** A product and the place of its first factor. */
  private record Term(Value product, Place place) {}

  /** What the letters of an equation are taken from. */
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";

  @Override
  public Graph run(Graph graph) {
    Map<Value, List<Value>> users = new HashMap<>();
    Map<Value, Place> places = new HashMap<>();
    for (Value value : graph.values()) {
      value
          .operands()
          .forEach(each -> users.computeIfAbsent(each, _ -> new ArrayList<>()).add(value));
      if (value.op() instanceof Concat && value.operands().size() >= MANY) {
        for (int i = 0; i < value.operands().size(); i++) {
          Value operand = value.operand(i);
          places.putIfAbsent(withoutReshape(operand), new Place(value, operand, i));
        }
      }
    }
    if (places.isEmpty()) {
      return graph;
    }
    return Rewrite.everywhere(
        graph,
        (_, target) -> {
          Value sum = target.original();
          return isSum(sum)
                  && users.getOrDefault(sum, List.of()).stream().noneMatch(JoinDots::isSum)
              ? joined(sum, places, users, target)
              : Optional.empty();
        });
  }

  private static Value withoutReshape(Value value) {
    return value.op() instanceof Reshape ? value.operand(0) : value;
  }

  private static boolean isSum(Value value) {
    return value.op() == Elementwise.ADD;
  }

  private static Optional<Value> joined(
      Value sum, Map<Value, Place> places, Map<Value, List<Value>> users, Rewrite target) {
    List<Value> terms = new ArrayList<>();
    flatten(sum, users, terms);
    Map<Family, List<Term>> families = new LinkedHashMap<>();
    List<Value> others = new ArrayList<>();
    for (Value term : terms) {
      Place place = term.op() instanceof Dot ? places.get(term.operand(0)) : null;
      if (place == null || !contracts((Dot) term.op(), place)) {
        others.add(target.image(term));
      } else {
        families
            .computeIfAbsent(
                new Family(term.op(), place.whole(), term.operand(1).type()),
                _ -> new ArrayList<>())
            .add(new Term(term, place));
      }
    }
    if (families.values().stream().noneMatch(family -> family.size() >= MANY)) {
      return Optional.empty();
    }
    List<Value> parts = new ArrayList<>(others);
    for (List<Term> family : families.values()) {
      if (family.size() < MANY) {
        family.forEach(term -> parts.add(target.image(term.product())));
      } else {
        family.sort(Comparator.comparingInt(term -> term.place().index()));
        parts.add(product(family, target));
      }
    }
    return parts.stream().reduce((x, y) -> target.emit(Elementwise.ADD, x, y));
  }

  /** The terms of a sum; a sum that others use as well is a term. */
  private static void flatten(Value sum, Map<Value, List<Value>> users, List<Value> terms) {
    for (Value operand : sum.operands()) {
      if (isSum(operand) && users.getOrDefault(operand, List.of()).size() == 1) {
        flatten(operand, users, terms);
      } else {
        terms.add(operand);
      }
    }
  }

  /** Whether the parts are joined along a dimension that only they have, beside a summed one. */
  private static boolean contracts(Dot dot, Place place) {
    int axis = place.axis();
    return place.operand().op() instanceof Reshape
        && place.operand().type().dim(axis) == 1
        && place.operand().type().rank() == place.operand().operand(0).type().rank() + 1
        && axis >= 1
        && dot.rhs().length() >= axis
        && dot.lhs().charAt(axis - 1) == dot.rhs().charAt(axis - 1)
        && dot.result().indexOf(dot.lhs().charAt(axis - 1)) < 0;
  }

  private static Value product(List<Term> family, Rewrite target) {
    Dot dot = (Dot) family.getFirst().product().op();
    int axis = family.getFirst().place().axis();
    String letter =
        LETTERS
            .chars()
            .mapToObj(Character::toString)
            .filter(each -> !dot.equation().contains(each))
            .findFirst()
            .orElseThrow();
    String lhs = with(dot.lhs(), letter, axis);
    String rhs = with(dot.rhs(), letter, axis);
    return target.emit(
        new Dot(lhs + "," + rhs + "->" + dot.result()),
        stacked(family, 0, axis, target),
        stacked(family, 1, axis, target));
  }

  private static String with(String letters, String letter, int axis) {
    return letters.substring(0, axis) + letter + letters.substring(axis);
  }

  private static Value stacked(List<Term> family, int operand, int axis, Rewrite target) {
    List<Value> parts = new ArrayList<>();
    for (Term term : family) {
      Value part = target.image(term.product().operand(operand));
      List<Integer> dims = new ArrayList<>(part.type().dims());
      dims.add(axis, 1);
      parts.add(target.emit(new Reshape(dims), part));
    }
    return target.emit(new Concat(axis), parts);
  }
}
