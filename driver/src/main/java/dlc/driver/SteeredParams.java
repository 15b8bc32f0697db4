// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.CompilationFailed;
import dlc.base.UserError;
import dlc.cpu.binary.BinaryModel;
import dlc.cpu.binary.BinaryModel.Term;
import dlc.cpu.binary.BinaryModel.Term.Kind;
import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.frontend.TrainSection;
import dlc.frontend.value.Formula;
import dlc.frontend.value.Steering;
import dlc.ir.text.GraphPrinter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The params of a program that can be set when the compiled program starts.
 *
 * <p>Floats that meet nothing but tensors become settings of entry points. Ints that are the number
 * of epochs or steps, or the seed, and nothing else, stand for the option of that name: that is
 * tried out with another value.
 *
 * @param model the model with settings in the places of such floats
 */
record SteeredParams(CheckedModel model, BinaryModel.Steered steered) {

  /** A value that no program has. */
  private static final int OTHER = 7_654_321;

  static SteeredParams of(Workbench bench) {
    Map<String, String> values = bench.file().checked().params();
    Map<String, String> aliases = aliases(bench, values);
    Set<String> candidates = new LinkedHashSet<>(values.keySet());
    candidates.retainAll(bench.file().checked().floats());
    while (!candidates.isEmpty()) {
      Steering steering = new Steering(candidates);
      CheckedModel model = load(bench, values, steering);
      if (!candidates.removeAll(steering.fixed())) {
        return new SteeredParams(model, steered(steering, model, aliases));
      }
    }
    return new SteeredParams(bench.model(), steered(Steering.NONE, bench.model(), aliases));
  }

  private static CheckedModel load(Workbench bench, Map<String, String> values, Steering steering) {
    return ModelFile.load(bench.file().path(), values, steering)
        .checked()
        .model(Optional.of(bench.model().name()));
  }

  private static BinaryModel.Steered steered(
      Steering steering, CheckedModel model, Map<String, String> aliases) {
    List<String> params = List.copyOf(steering.params().keySet());
    List<BinaryModel.Formula> formulas = new ArrayList<>();
    steering
        .settings()
        .forEach(
            (name, formula) ->
                formulas.add(new BinaryModel.Formula(name, terms(formula, params), false)));
    steering
        .rate(model.name())
        .ifPresent(rate -> formulas.add(new BinaryModel.Formula("lr", terms(rate, params), false)));
    List<BinaryModel.Formula> constraints =
        steering.constraints().stream().map(each -> constraint(each, params)).toList();
    return new BinaryModel.Steered(steering.params(), aliases, formulas, constraints);
  }

  private static BinaryModel.Formula constraint(
      Steering.Constraint constraint, List<String> params) {
    List<Term> terms = new ArrayList<>(terms(constraint.lhs(), params));
    terms.addAll(terms(constraint.rhs(), params));
    terms.add(new Term(Kind.valueOf(constraint.relation().name()), 0));
    String text = "%s %s %s".formatted(constraint.lhs(), constraint.relation(), constraint.rhs());
    return new BinaryModel.Formula(text, terms, constraint.holds());
  }

  /** {@code formula} in reverse Polish notation; params by their places, others by their values. */
  private static List<Term> terms(Formula formula, List<String> params) {
    List<Term> terms = new ArrayList<>();
    switch (formula) {
      case Formula.Known(double value) -> terms.add(new Term(Kind.NUMBER, value));
      case Formula.Param param -> terms.add(new Term(Kind.PARAM, params.indexOf(param.name())));
      case Formula.Binary(var operator, Formula lhs, Formula rhs) -> {
        terms.addAll(terms(lhs, params));
        terms.addAll(terms(rhs, params));
        terms.add(new Term(Kind.valueOf(operator.name()), 0));
      }
    }
    return terms;
  }

  // ---- params that stand for an option

  private static Map<String, String> aliases(Workbench bench, Map<String, String> values) {
    Map<String, String> aliases = new LinkedHashMap<>();
    bench
        .model()
        .train()
        .ifPresent(
            section ->
                values.forEach(
                    (name, value) ->
                        option(section, value)
                            .filter(option -> isOnly(bench, name, option))
                            .ifPresent(option -> aliases.put(name, option))));
    return aliases;
  }

  /** The option whose value is that of a param. */
  private static Optional<String> option(TrainSection section, String value) {
    if (value.equals(section.epochs().map(String::valueOf).orElse(""))) {
      return Optional.of("--epochs");
    } else if (value.equals(section.steps().map(String::valueOf).orElse(""))) {
      return Optional.of("--steps");
    }
    return value.equals(Long.toString(section.seed())) ? Optional.of("--seed") : Optional.empty();
  }

  /** Whether another value of {@code param} changes what {@code option} does and nothing else. */
  private static boolean isOnly(Workbench bench, String param, String option) {
    try {
      Map<String, String> changed = new LinkedHashMap<>(bench.file().checked().params());
      String value = changed.put(param, Integer.toString(OTHER));
      CheckedModel model = load(bench, changed, Steering.NONE);
      TrainSection section = model.train().orElseThrow();
      return option(section, Integer.toString(OTHER)).equals(Optional.of(option))
          && section
              .toString()
              .replace(Integer.toString(OTHER), value)
              .equals(bench.section().toString())
          && graphs(model).equals(graphs(bench.model()));
    } catch (CompilationFailed | UserError _) {
      return false;
    }
  }

  private static String graphs(CheckedModel model) {
    return GraphPrinter.print(model.program(ProgramOptions.of(1)));
  }
}
