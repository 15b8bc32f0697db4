// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.Span;
import dlc.frontend.TrainSection;
import dlc.frontend.WeightPattern;
import dlc.frontend.ast.Parameter;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Read;
import dlc.ir.DType;
import dlc.ir.Role;
import dlc.ir.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** With which rate and arguments the optimizer updates which weight. */
final class ParameterGroups {

  private static final String RATE = "lr";

  /** The arguments of the optimizer with the momentum in force, and the rate in force. */
  record Group(Map<String, Datum> arguments, TensorDatum rate) {}

  private final Elaboration run;
  private final RoutineUse optimizer;
  private final List<TrainSection.Group> declared;
  private final List<RoutineUse> chain;
  private final Schedules schedules;
  private final Map<Optional<TrainSection.Group>, Group> groups = new LinkedHashMap<>();
  private final Map<String, TensorDatum> results = new LinkedHashMap<>();

  /** The groups that {@code updates} declares; a pattern that matches no weight is an error. */
  ParameterGroups(
      Elaboration run,
      RoutineUse optimizer,
      Optional<TrainSection.Updates> updates,
      List<RoutineUse> chain) {
    this.run = run;
    this.optimizer = optimizer;
    this.declared = updates.map(TrainSection.Updates::groups).orElse(List.of());
    this.chain = chain;
    this.schedules = new Schedules(run, chain, false);
    groups.put(Optional.empty(), group(Map.of()));
    updates.ifPresent(this::requireMatches);
    declared.forEach(each -> groups.put(Optional.of(each), located(each)));
  }

  private Group located(TrainSection.Group group) {
    try {
      return group(group.arguments());
    } catch (Complaint complaint) {
      Span span = group.patterns().getFirst().span();
      throw run.failure(complaint, span, new Activation("group", span, span, false, null, ""));
    }
  }

  private void requireMatches(TrainSection.Updates updates) {
    declared.forEach(group -> group.patterns().forEach(this::requireMatch));
    updates.frozen().forEach(this::requireMatch);
    if (!updates.frozen().isEmpty() && weights().stream().allMatch(updates::freezes)) {
      run.diagnostics.report(
          Code.BAD_SETTING.at(
              updates.frozen().getLast().span(), "freeze", "no weight is left to train"));
    }
  }

  private List<String> weights() {
    return run.states.all().values().stream()
        .filter(each -> each.role() == Role.WEIGHT)
        .map(States.State::name)
        .toList();
  }

  private void requireMatch(WeightPattern pattern) {
    List<String> names = weights();
    if (names.stream().noneMatch(pattern::matches)) {
      run.diagnostics.report(
          Code.UNMATCHED_PATTERN
              .at(pattern.span(), pattern.setting(), pattern)
              .withHelp("the weights are " + String.join(", ", names))
              .withNearest(NearestName.of(pattern.text().replace("*", ""), names)));
    }
  }

  /** The group of a weight: the last that a pattern puts it in. */
  Group of(String weight) {
    Optional<TrainSection.Group> last =
        declared.stream()
            .filter(group -> group.patterns().stream().anyMatch(each -> each.matches(weight)))
            .reduce((_, later) -> later);
    return Objects.requireNonNull(groups.get(last));
  }

  /** What is in force for most weights, where it changes, and what schedules keep. */
  Map<String, TensorDatum> results() {
    return results;
  }

  private Group group(Map<String, Datum> changes) {
    Map<String, Datum> arguments = new LinkedHashMap<>(optimizer.arguments());
    changes.forEach((name, value) -> arguments.put(name, checked(name, value)));
    DType dtype = run.ops().floatType();
    Optional<Double> own =
        Optional.ofNullable(changes.get(RATE)).map(value -> Read.number(RATE, value));
    if (chain.isEmpty()) {
      TensorType scalar = TensorType.of(dtype);
      TensorDatum usual =
          new TensorDatum(
              run.ops().builder().parameter(RATE, scalar, Role.SETTING, Span.NONE), false);
      return new Group(arguments, own.map(rate -> run.ops().scalar(dtype, rate)).orElse(usual));
    }
    TensorDatum base =
        own.map(rate -> run.ops().scalar(DType.F64, rate)).orElseGet(schedules::baseRate);
    Schedules.InForce inForce = schedules.inForce(base);
    inForce
        .momentum()
        .ifPresent(momentum -> arguments.put(cycled(), run.ops().cast(momentum, dtype)));
    if (results.isEmpty()) {
      results.put(RATE, inForce.rate());
      inForce.momentum().ifPresent(momentum -> results.put("momentum", momentum));
      results.putAll(schedules.updates());
    }
    return new Group(arguments, run.ops().cast(inForce.rate(), dtype));
  }

  /** The argument that PyTorch's schedules change beside the rate. */
  private String cycled() {
    for (String name : List.of("momentum", "beta1")) {
      if (optimizer.arguments().containsKey(name)) {
        return name;
      }
    }
    throw new Failure(
        Code.BAD_SETTING
            .at(
                chain.getLast().span(),
                "schedule",
                "it changes the momentum, and " + optimizer.name() + " has none")
            .withHelp("give it cycle_momentum=false"));
  }

  private Datum checked(String name, Datum value) {
    Parameter parameter =
        optimizer.routine().parameters().stream()
            .filter(each -> each.name().text().equals(name))
            .findFirst()
            .orElseThrow(() -> unknown(name));
    String type = parameter.type().map(each -> each.name().text()).orElse(value.type());
    return Calls.coerce(optimizer.name() + ": the argument '" + name + "'", type, value);
  }

  private Complaint unknown(String name) {
    return new Complaint(Code.UNKNOWN_ARGUMENT, optimizer.name(), name)
        .nearest(name, optimizer.arguments().keySet());
  }
}
