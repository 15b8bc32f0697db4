// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.driver.ModelSession;
import dlc.ir.Graph;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import dlc.runtime.Executable;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.Text;
import dlc.runtime.train.TrainSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares how large the gradients of a model's weights are, from the first layer to the last. */
final class GradientFlow {

  /** The gradients of a healthy network lie within this factor of each other. */
  private static final double MOST_APART = 1e4;

  private static final String NAME = "@squares";

  /** The gradient of a weight; {@code squares} is the sum of those of all elements. */
  private static final class Flow {
    private final Value weight;
    private final Value gradient;
    private double squares;

    Flow(Value weight, Value gradient) {
      this.weight = weight;
      this.gradient = gradient;
    }

    String name() {
      return Graph.declaration(weight).name();
    }

    double rootMeanSquare(int batches) {
      return Math.sqrt(squares / batches / weight.type().elements());
    }

    double norm(int batches) {
      return Math.sqrt(squares / batches);
    }
  }

  private final List<Flow> flows = new ArrayList<>();
  private int batches;

  /** The gradients that {@code graph} gives of matrices and kernels; vectors are scaled apart. */
  GradientFlow(Graph graph) {
    for (Value parameter : graph.parameters()) {
      Leaf.Parameter declared = Graph.declaration(parameter);
      Value gradient = graph.results().get("grad." + declared.name());
      if (gradient != null && declared.role().persists() && declared.type().rank() > 1) {
        flows.add(new Flow(parameter, gradient));
      }
    }
  }

  void addTo(Map<String, Value> shown, Probe.Figures figures) {
    for (int i = 0; i < flows.size(); i++) {
      shown.put(NAME + i, figures.sumOfSquares(flows.get(i).gradient));
    }
  }

  void count(Probe probe) {
    batches++;
    for (int i = 0; i < flows.size(); i++) {
      flows.get(i).squares += probe.read(NAME + i).at(0);
    }
  }

  /**
   * Warnings about all gradients together, at most one of each kind.
   *
   * @param isCut whether it is known already that something lets no gradient through
   */
  List<Diagnostic> warnings(ModelSession session, TrainSettings settings, boolean isCut) {
    List<Diagnostic> warnings = new ArrayList<>();
    if (flows.isEmpty()) {
      return warnings;
    }
    Flow first = flows.getFirst();
    Flow last = flows.getLast();
    double atFirst = first.rootMeanSquare(batches);
    double atLast = last.rootMeanSquare(batches);
    if (!isCut && atFirst * MOST_APART < atLast) {
      warnings.add(
          Code.VANISHING_GRADIENT
              .at(
                  first.weight.span(),
                  Text.of(
                      "the gradient vanishes on its way back: %.1e at '%s', %.1e at '%s'",
                      atLast, last.name(), atFirst, first.name()))
              .withLabel("this layer hardly learns")
              .withHelp(
                  "use relu or gelu in place of sigmoid and tanh, a normalisation between the"
                      + " layers, or residual connections"));
    }
    boolean grows = !(atFirst <= atLast * MOST_APART) && atFirst > 0;
    Optional<Diagnostic> steps = largestStep(session, settings);
    if (grows) {
      warnings.add(
          exploding(
              first,
              Text.of(
                  "the gradient explodes on its way back: %.1e at '%s', %.1e at '%s'",
                  atLast, last.name(), atFirst, first.name())));
    } else {
      steps.ifPresent(warnings::add);
    }
    return warnings;
  }

  /** A complaint about the weight that plain descent would move furthest, if that is too far. */
  private Optional<Diagnostic> largestStep(ModelSession session, TrainSettings settings) {
    if (!session.descendsPlainly()) {
      return Optional.empty();
    }
    Flow worst = flows.getFirst();
    double furthest = 0;
    for (Flow flow : flows) {
      double share = settings.lr() * flow.norm(batches) / norm(session.usual(), flow.name());
      if (!(share <= furthest)) {
        furthest = share;
        worst = flow;
      }
    }
    return furthest <= 1
        ? Optional.empty()
        : Optional.of(
            exploding(
                worst,
                Double.isFinite(furthest)
                    ? Text.of(
                        "the gradient explodes: a step of lr %s moves '%s' by %.3g times its size",
                        settings.lr(), worst.name(), furthest)
                    : Text.of("the gradient explodes: that of '%s' is infinite", worst.name())));
  }

  private static Diagnostic exploding(Flow flow, String text) {
    return Code.EXPLODING_GRADIENT
        .at(flow.weight.span(), text)
        .withHelp(
            "lower the learning rate, clip the gradient (clip norm=1.0), or normalize the data");
  }

  private static double norm(Executable model, String name) {
    TensorType type = model.states().get(name);
    if (type == null) {
      return 0;
    }
    NumberArray weight =
        new NumberArray(
            ElementType.of(type.dtype()), type.dims(), model.state(name).asSlice(0, type.bytes()));
    double squares = 0;
    for (long i = 0; i < weight.elements(); i++) {
      squares += weight.at(i) * weight.at(i);
    }
    return Math.sqrt(squares);
  }
}
