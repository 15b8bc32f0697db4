// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.Span;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.driver.parity.Results;
import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.frontend.elaborate.Outline;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import dlc.ir.op.Lookup;
import dlc.ir.op.Op;
import dlc.runtime.file.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Compares a model's gradients with central differences of its loss, in f64.
 *
 * <pre>
 * d loss / d w  =  (loss(w + h) - loss(w - h)) / 2h + O(h^2)
 * </pre>
 *
 * <p>Inputs and targets are random; so are, in small part, the weights, because many gradients
 * vanish at initial values. A difference across a kink, such as relu's, is off for large h and one
 * of rounding errors for small h, so that the best of several h counts: a wrong gradient agrees
 * with none.
 */
public final class GradCheck {

  /** What a relative error may be. */
  public static final double TOLERANCE = 1e-5;

  private static final double[] STEPS = {1e-5, 1e-4, 1e-6, 1e-3, 1e-7};

  /** Smaller gradients are compared as if they were this large, relative to the loss. */
  private static final double LEAST_GRADIENT = 1e-5;

  private static final double WEIGHT_NOISE = 0.1;
  private static final String LOSS = "loss";
  private static final String TARGET = "target";

  /** A loss for models that have none: its gradient is random, too. */
  private static final String RANDOM_LOSS = "sum(output * target)";

  /**
   * How much is checked.
   *
   * @param elements at most so many of each weight and input
   */
  public record Options(int batch, int elements, long seed) {
    public static final Options STANDARD = new Options(3, 20, 0);
  }

  /**
   * A weight or input, at the element that agrees least.
   *
   * @param span where the program declares it
   * @param checked how many of its elements were checked
   */
  public record Row(
      String name,
      TensorType type,
      Span span,
      int checked,
      double gradient,
      double difference,
      double error) {

    public boolean isMiss() {
      return !(error <= TOLERANCE);
    }

    /** What is wrong with a gradient that is a miss. */
    public Diagnostic complaint() {
      return Code.WRONG_GRADIENT
          .at(span, name)
          .withLabel("weight or input of type " + type)
          .withNote(
              Text.of(
                  "the gradient is %.6e, a difference of the loss gives %.6e",
                  gradient, difference))
          .withHelp(
              "floor, sign, comparisons and stop_gradient have no gradient; otherwise this is a bug"
                  + " in dlc, please report it with the .dl file");
    }
  }

  private final Loaded program;
  private final Options options;
  private final Random random;
  private final Map<String, double[]> inputs = new HashMap<>();
  private final Map<String, double[]> buffers = new HashMap<>();

  private GradCheck(Loaded program, Options options) {
    this.program = program;
    this.options = options;
    this.random = new Random(options.seed());
  }

  /** Checks every weight and float input of {@code model}, in the order of its text. */
  public static List<Row> run(CheckedModel model, Machine machine, Options options) {
    ProgramOptions plain = ProgramOptions.of(options.batch()).withFloatType(DType.F64);
    boolean hasLoss = model.train().flatMap(train -> train.loss()).isPresent();
    Program program = model.program(hasLoss ? plain : plain.withLoss(RANDOM_LOSS));
    Graph gradients = program.entry("gradients").orElseThrow();
    Value loss = Optional.ofNullable(gradients.results().get(LOSS)).orElseThrow();
    List<Graph> entries = new ArrayList<>(program.entries());
    entries.add(new Graph(LOSS, gradients.parameters(), Map.of(LOSS, loss)));
    try (Loaded loaded =
        machine.load(new Program(program.name(), entries), List.of("init", "gradients", LOSS))) {
      return new GradCheck(loaded, options).run(model, gradients);
    }
  }

  private List<Row> run(CheckedModel model, Graph gradients) {
    gradients.parameters().stream()
        .filter(value -> !Graph.declaration(value).role().persists())
        .forEach(
            value -> inputs.put(Graph.declaration(value).name(), input(value, gradients, model)));
    program.run("init", Map.of("seed", new double[] {options.seed()}));
    for (Outline.Variable variable : model.variables()) {
      double[] elements = program.state(variable.name());
      if (variable.trained()) {
        Arrays.setAll(elements, i -> elements[i] + random.nextDouble(-WEIGHT_NOISE, WEIGHT_NOISE));
        program.setState(variable.name(), elements);
      } else {
        buffers.put(variable.name(), elements);
      }
    }
    Results results = program.run("gradients", inputs);
    double least = LEAST_GRADIENT * Math.max(1, Math.abs(results.get(LOSS)[0]));
    List<Row> rows = new ArrayList<>();
    for (Value value : gradients.parameters()) {
      Leaf.Parameter parameter = Graph.declaration(value);
      results
          .find("grad." + parameter.name())
          .ifPresent(gradient -> rows.add(check(parameter, value.span(), gradient, least)));
    }
    return rows;
  }

  private double[] input(Value value, Graph graph, CheckedModel model) {
    Leaf.Parameter parameter = Graph.declaration(value);
    double[] elements = new double[Math.toIntExact(parameter.type().elements())];
    switch (parameter.name()) {
      case "seed" -> elements[0] = options.seed();
      case "step" -> elements[0] = 1;
      default -> {
        boolean isTarget = parameter.name().equals(TARGET);
        if (!parameter.type().dtype().isFloat()) {
          int bound = isTarget ? classes(model) : bound(value, graph);
          Arrays.setAll(elements, _ -> random.nextInt(bound));
        } else {
          // Targets may have to be probabilities.
          Arrays.setAll(
              elements, _ -> isTarget ? random.nextDouble(0.1, 0.9) : random.nextGaussian());
        }
      }
    }
    return elements;
  }

  /** Every class number below it is one, whichever dimension of the output has the classes. */
  private static int classes(CheckedModel model) {
    return model.outputs().getFirst().type().dims().stream().mapToInt(dim -> dim).min().orElse(1);
  }

  /** The size of the smallest table that is read at places that {@code input} gives. */
  private static int bound(Value input, Graph graph) {
    Set<Value> following = new HashSet<>();
    following.add(input);
    int bound = 2;
    boolean isPlace = false;
    for (Value value : graph.values()) {
      int axis = readAxis(value);
      if (axis >= 0 && following.contains(value.operand(1))) {
        int rows = value.operand(0).type().dim(axis);
        bound = isPlace ? Math.min(bound, rows) : rows;
        isPlace = true;
      } else if (value.operands().stream().anyMatch(following::contains)) {
        following.add(value);
      }
    }
    return bound;
  }

  /** The dimension of operand 0 that is read at the places of operand 1, or -1. */
  private static int readAxis(Value value) {
    return switch (value.op()) {
      case Lookup.Take _ -> 0;
      case Lookup.TakeAlong along -> along.axis();
      case Op _ -> -1;
    };
  }

  private Row check(Leaf.Parameter parameter, Span span, double[] gradient, double least) {
    String name = parameter.name();
    boolean isState = parameter.role().persists();
    double[] elements =
        isState ? program.state(name) : Optional.ofNullable(inputs.get(name)).orElseThrow();
    List<Integer> places = places(elements.length);
    Row worst = new Row(name, parameter.type(), span, places.size(), 0, 0, 0);
    for (int place : places) {
      Row here = check(parameter, worst, elements, place, gradient[place], least);
      worst = here.error() > worst.error() || Double.isNaN(here.error()) ? here : worst;
    }
    set(name, isState, elements);
    return worst;
  }

  private Row check(
      Leaf.Parameter parameter,
      Row known,
      double[] elements,
      int place,
      double gradient,
      double least) {
    Row best = null;
    for (double step : STEPS) {
      double difference =
          (lossAt(parameter, elements, place, step) - lossAt(parameter, elements, place, -step))
              / (2 * step);
      double size = Math.max(Math.max(Math.abs(gradient), Math.abs(difference)), least);
      double error = Math.abs(gradient - difference) / size;
      if (best == null || !(error >= best.error())) {
        best =
            new Row(
                known.name(),
                known.type(),
                known.span(),
                known.checked(),
                gradient,
                difference,
                error);
      }
      if (!best.isMiss()) {
        break;
      }
    }
    return Optional.ofNullable(best).orElseThrow();
  }

  private double lossAt(Leaf.Parameter parameter, double[] elements, int place, double change) {
    double[] moved = elements.clone();
    moved[place] += change;
    buffers.forEach(program::setState);
    set(parameter.name(), parameter.role().persists(), moved);
    return program.run(LOSS, inputs).get(LOSS)[0];
  }

  private void set(String name, boolean isState, double[] elements) {
    if (isState) {
      program.setState(name, elements);
    } else {
      inputs.put(name, elements);
    }
  }

  /** Some of {@code count} places, all different. */
  private List<Integer> places(int count) {
    if (count <= options.elements()) {
      return IntStream.range(0, count).boxed().toList();
    }
    Set<Integer> places = new HashSet<>();
    while (places.size() < options.elements()) {
      places.add(random.nextInt(count));
    }
    return places.stream().sorted().toList();
  }
}
