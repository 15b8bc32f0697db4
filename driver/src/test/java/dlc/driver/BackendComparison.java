// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.TensorType;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Runs a model's entry points on a machine and in the interpreter, from the same state, in f32. */
final class BackendComparison {

  private BackendComparison() {}

  /**
   * Each result or state that differs; none when the two agree.
   *
   * @param loss for a model that has none
   * @param tolerance relative to the largest element of a tensor: rounding differs with the order
   *     of sums
   */
  static List<String> of(
      CheckedModel model, String loss, List<String> entries, Machine machine, double tolerance) {
    boolean hasLoss = model.train().flatMap(train -> train.loss()).isPresent();
    ProgramOptions plain = ProgramOptions.of(3).withOptimizer("sgd(lr=0.1, momentum=0.9)");
    Program program = model.program(hasLoss ? plain : plain.withLoss(loss));
    List<String> misses = new ArrayList<>();
    try (Machine interpreter = new InterpreterMachine();
        Loaded expected = interpreter.load(program, entries);
        Loaded actual = machine.load(program, entries)) {
      for (String entry : entries) {
        Graph graph = program.entry(entry).orElseThrow();
        Map<String, double[]> inputs = inputs(graph);
        var results = actual.run(entry, inputs);
        var wanted = expected.run(entry, inputs);
        for (String name : graph.results().keySet()) {
          boolean isState = program.states().containsKey(name);
          compare(
              entry + " " + name,
              isState ? actual.state(name) : results.get(name),
              isState ? expected.state(name) : wanted.get(name),
              tolerance,
              misses);
          if (isState) {
            actual.setState(name, expected.state(name));
          }
        }
      }
    }
    return misses;
  }

  private static void compare(
      String what, double[] actual, double[] expected, double tolerance, List<String> misses) {
    double largest = Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(0));
    for (int i = 0; i < expected.length; i++) {
      boolean isEqual =
          Double.compare(actual[i], expected[i]) == 0
              || Math.abs(actual[i] - expected[i]) <= tolerance * largest;
      if (!isEqual) {
        misses.add("%s[%d] is %s, not %s".formatted(what, i, actual[i], expected[i]));
        return;
      }
    }
  }

  private static Map<String, double[]> inputs(Graph graph) {
    Random random = new Random(7);
    Map<String, double[]> inputs = new HashMap<>();
    graph.parameters().stream()
        .map(Graph::declaration)
        .filter(each -> !each.role().persists())
        .forEach(each -> inputs.put(each.name(), input(each, random)));
    return inputs;
  }

  private static double[] input(Leaf.Parameter parameter, Random random) {
    TensorType type = parameter.type();
    double[] elements = new double[Math.toIntExact(type.elements())];
    switch (parameter.name()) {
      case "seed", "step", "steps_per_epoch", "epochs" -> Arrays.fill(elements, 1);
      case "epoch" -> Arrays.fill(elements, 0);
      case "lr" -> Arrays.fill(elements, 0.1f);
      default ->
          Arrays.setAll(
              elements,
              _ ->
                  type.dtype().isFloat()
                      ? (float) random.nextDouble(0.05, 0.95)
                      : random.nextInt(2));
    }
    return elements;
  }
}
