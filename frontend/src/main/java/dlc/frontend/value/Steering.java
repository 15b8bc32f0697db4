// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.value;

import dlc.frontend.ast.Expression.BinaryOperator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps account of params that may be set when a compiled program starts.
 *
 * <p>While a model is elaborated, numbers that follow from such params carry formulas. Where one of
 * them meets tensors, the entry point gets a setting of its value. Where one is compared, the
 * outcome becomes a constraint, since it may have decided what is computed. Where one is used in
 * any other way, such as for a shape, its params are fixed.
 */
public final class Steering {

  /** No param may be set. */
  public static final Steering NONE = new Steering(Set.of());

  /** A comparison that must have the outcome that it had. */
  public record Constraint(BinaryOperator relation, Formula lhs, Formula rhs, boolean holds) {}

  private final Set<String> candidates;
  private final Map<String, Double> presets = new LinkedHashMap<>();
  private final Set<String> fixed = new LinkedHashSet<>();
  private final Set<Constraint> constraints = new LinkedHashSet<>();
  private final Map<Formula, String> settings = new LinkedHashMap<>();
  private final Map<String, Formula> rates = new LinkedHashMap<>();

  /** For the params called {@code candidates}, as far as they are floats. */
  public Steering(Set<String> candidates) {
    this.candidates = Set.copyOf(candidates);
  }

  /** The value of the param {@code name}: a float that is a candidate carries a formula. */
  public Datum param(String name, Datum value) {
    if (!candidates.contains(name) || !(value instanceof Datum.FloatDatum number)) {
      return value;
    }
    presets.put(name, number.value());
    return new Datum.FloatDatum(number.value(), new Formula.Param(name, this));
  }

  void fix(String name) {
    fixed.add(name);
  }

  /** Remembers what a comparison said. */
  public void constrain(BinaryOperator relation, Formula lhs, Formula rhs, boolean holds) {
    constraints.add(new Constraint(relation, lhs, rhs, holds));
  }

  /** The name of the setting whose value is {@code formula}. */
  public String setting(Formula formula) {
    return settings.computeIfAbsent(formula, _ -> "param." + settings.size());
  }

  /** Remembers what the learning rate of {@code model} follows from. */
  public void rate(String model, Formula formula) {
    rates.put(model, formula);
  }

  /** The params that may be set, with the values that they have. */
  public Map<String, Double> params() {
    Map<String, Double> params = new LinkedHashMap<>(presets);
    params.keySet().removeAll(fixed);
    return params;
  }

  /** The candidates that turned out to be fixed. */
  public Set<String> fixed() {
    return Set.copyOf(fixed);
  }

  /** What must hold of the params, in the order in which it was found. */
  public List<Constraint> constraints() {
    return List.copyOf(constraints);
  }

  /** The settings of entry points by their names. */
  public Map<String, Formula> settings() {
    Map<String, Formula> named = new LinkedHashMap<>();
    settings.forEach((formula, name) -> named.put(name, formula));
    return named;
  }

  /** What the learning rate of {@code model} follows from; without params it has none. */
  public Optional<Formula> rate(String model) {
    return Optional.ofNullable(rates.get(model));
  }
}
