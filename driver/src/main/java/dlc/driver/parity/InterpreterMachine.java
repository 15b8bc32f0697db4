// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.TensorType;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.op.Leaf;
import dlc.passes.Differentiate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs programs in the interpreter, differentiated but not optimized. */
public final class InterpreterMachine implements Machine {

  @Override
  public Loaded load(Program program, List<String> entries) {
    return new Interpreted(program.states(), program.only(entries).map(new Differentiate()::run));
  }

  @Override
  public void close() {}

  private static final class Interpreted implements Loaded {

    private final Program program;
    private final Map<String, double[]> states = new HashMap<>();

    Interpreted(Map<String, TensorType> types, Program program) {
      this.program = program;
      types.forEach((name, type) -> states.put(name, new double[Math.toIntExact(type.elements())]));
    }

    @Override
    public double[] state(String name) {
      double[] elements = states.get(name);
      if (elements == null) {
        throw new IllegalArgumentException("the program has no state " + name);
      }
      return elements.clone();
    }

    @Override
    public void setState(String name, double[] elements) {
      states.put(name, elements.clone());
    }

    @Override
    public Results run(String entry, Map<String, double[]> inputs) {
      Graph graph =
          program
              .entry(entry)
              .orElseThrow(() -> new IllegalArgumentException("no entry point " + entry));
      Map<String, double[]> parameters = new HashMap<>();
      graph.parameters().stream()
          .map(Graph::declaration)
          .forEach(each -> parameters.put(each.name(), argument(each, inputs)));
      Map<String, double[]> results = new LinkedHashMap<>();
      GraphInterpreter.run(graph, parameters)
          .forEach(
              (name, elements) ->
                  (states.containsKey(name) ? states : results).put(name, elements));
      return new Results(results);
    }

    private double[] argument(Leaf.Parameter parameter, Map<String, double[]> inputs) {
      double[] elements =
          parameter.role().persists() ? states.get(parameter.name()) : inputs.get(parameter.name());
      if (elements == null) {
        throw new IllegalArgumentException("no input for " + parameter.name());
      }
      return elements;
    }

    @Override
    public void close() {}
  }
}
