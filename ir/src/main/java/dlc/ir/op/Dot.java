// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.Operands;
import dlc.ir.TensorType;
import dlc.ir.scalar.LoopVar;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The product of two tensors summed over shared dimensions, as einsum writes it: {@code ij,jk->ik}.
 *
 * <p>Each letter is a dimension and stands in at least two of the three places, in each at most
 * once.
 */
public record Dot(String equation) implements Contraction {

  public Dot {
    if (!equation.matches("[a-zA-Z]*,[a-zA-Z]*->[a-zA-Z]*")) {
      throw new IllegalArgumentException(equation + " is no equation of two operands");
    }
  }

  /** The letters of the first operand. */
  public String lhs() {
    return equation.substring(0, equation.indexOf(','));
  }

  /** The letters of the second operand. */
  public String rhs() {
    return equation.substring(equation.indexOf(',') + 1, equation.indexOf('-'));
  }

  /** The letters of the result. */
  public String result() {
    return equation.substring(equation.indexOf('>') + 1);
  }

  @Override
  public List<String> operandNames() {
    return List.of("lhs", "rhs");
  }

  @Override
  public TensorType inferType(Operands operands) {
    Map<Character, Integer> extents = new LinkedHashMap<>();
    bind(lhs(), operands.ranked(0, lhs().length()), extents, operands);
    bind(rhs(), operands.ranked(1, rhs().length()), extents, operands);
    operands.require(
        result().chars().distinct().count() == result().length(), "%s repeats a letter", equation);
    for (char letter : extents.keySet().stream().toList()) {
      int places = places(lhs(), letter) + places(rhs(), letter) + places(result(), letter);
      operands.require(places >= 2, "%s: %s stands in one place only", equation, letter);
    }
    operands.require(
        operands.type(0).dtype() == operands.type(1).dtype(),
        "operand types differ: %s and %s",
        operands.type(0),
        operands.type(1));
    operands.floating(0);
    return new TensorType(
        operands.type(0).dtype(),
        result().chars().mapToObj(letter -> extent(extents, (char) letter, operands)).toList());
  }

  private int extent(Map<Character, Integer> extents, char letter, Operands operands) {
    Integer extent = extents.get(letter);
    operands.require(extent != null, "%s: no operand has %s", equation, letter);
    return Objects.requireNonNull(extent);
  }

  private static int places(String letters, char letter) {
    return letters.indexOf(letter) >= 0 ? 1 : 0;
  }

  private void bind(
      String letters, TensorType type, Map<Character, Integer> extents, Operands operands) {
    for (int i = 0; i < letters.length(); i++) {
      operands.require(letters.indexOf(letters.charAt(i)) == i, "%s repeats a letter", equation);
      Integer known = extents.putIfAbsent(letters.charAt(i), type.dim(i));
      operands.require(
          known == null || known == type.dim(i),
          "inner dimensions differ: %s and %d",
          known,
          type.dim(i));
    }
  }

  @Override
  public Comprehension comprehension(List<TensorType> operands, TensorType result) {
    Map<Character, LoopVar> loops = new LinkedHashMap<>();
    for (int i = 0; i < result().length(); i++) {
      loops.put(result().charAt(i), new LoopVar("d" + i, result.dim(i)));
    }
    List<LoopVar> reduced = new ArrayList<>();
    for (int i = 0; i < lhs().length(); i++) {
      if (!loops.containsKey(lhs().charAt(i))) {
        reduced.add(new LoopVar("r" + reduced.size(), operands.getFirst().dim(i)));
        loops.put(lhs().charAt(i), reduced.getLast());
      }
    }
    return Comprehension.product(
        List.copyOf(loops.values()).subList(0, result().length()),
        reduced,
        access(lhs(), loops),
        access(rhs(), loops));
  }

  private static Comprehension.Access access(String letters, Map<Character, LoopVar> loops) {
    return Comprehension.Access.of(
        letters
            .chars()
            .mapToObj(letter -> Objects.requireNonNull(loops.get((char) letter)).index())
            .toList());
  }

  // C = sum A B   =>   dA = sum dC B,   dB = sum A dC, by the letters
  @Override
  public void gradient(GradientContext grad) {
    if (grad.wants(0)) {
      Dot toLhs = new Dot(result() + "," + rhs() + "->" + lhs());
      grad.add(0, grad.emit(toLhs, grad.upstream(), grad.operand(1)));
    }
    if (grad.wants(1)) {
      Dot toRhs = new Dot(lhs() + "," + result() + "->" + rhs());
      grad.add(1, grad.emit(toRhs, grad.operand(0), grad.upstream()));
    }
  }
}
