// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.driver.LibraryCases.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Models that chain what {@code library.txt} has for layers and functions, in an order that follows
 * from a seed. Between two, the value becomes bounded and gets the shape that the next one takes.
 */
final class RandomModels {

  private static final int LENGTH = 5;

  private final Random random;
  private final List<Case> cases;
  private final List<String> inputs = new ArrayList<>(List.of("input: f32[5]"));
  private final StringBuilder body = new StringBuilder();

  private RandomModels(List<Case> cases, long seed) {
    this.cases = cases;
    this.random = new Random(seed);
  }

  /** The text of a model. */
  static String make(List<Case> cases, long seed) {
    return new RandomModels(cases.stream().filter(each -> each.loss().isEmpty()).toList(), seed)
        .make();
  }

  private String make() {
    for (int i = 0; i < LENGTH; i++) {
      add("part_" + i, cases.get(random.nextInt(cases.size())));
    }
    return "model M(%s) {\n%s  flatten linear(3)\n}\n".formatted(String.join(", ", inputs), body);
  }

  private void add(String name, Case part) {
    body.append("  %s: repeat 1 { // %s\n    let before = it\n".formatted(name, part.subject()));
    List<String> taken = part.inputs();
    String first = taken.getFirst();
    boolean isChained = first.contains("f32");
    if (isChained) {
      String dims = first.substring(first.indexOf('['));
      body.append("    flatten linear(product(%s)) %s\n".formatted(dims, bounded()));
      body.append("    reshape(%s) let %s = it\n".formatted(dims, variable(first)));
    }
    for (String input : taken.subList(isChained ? 1 : 0, taken.size())) {
      inputs.add(name + "_" + input);
      body.append("    let %s = %s_%s\n".formatted(variable(input), name, variable(input)));
    }
    body.append("    it = %s\n    %s\n".formatted(variable(first), part.body()));
    body.append("    it = float(it) + %s * mean(before)\n  }\n".formatted(isChained ? "0.5" : "1"));
  }

  private String bounded() {
    return List.of("tanh", "sigmoid", "softsign", "sin_layer", "layernorm tanh")
        .get(random.nextInt(5))
        .replace("sin_layer", "it = sin(it)");
  }

  private static String variable(String input) {
    return input.substring(0, input.indexOf(':'));
  }
}
