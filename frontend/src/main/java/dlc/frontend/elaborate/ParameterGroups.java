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
import java.util.Optional;

/** With which rate and arguments the optimizer updates which weight. */
final class ParameterGroups {

  private static final String RATE = "lr";

  /** The arguments of the optimizer with the momentum in force, and the rate in force. */
  record Group(Map<String, Datum> arguments, TensorDatum rate) {}

  private final Elaboration run;
  private final RoutineUse optimizer;
  private final Optional<TrainSection.Updates> updates;
  private final List<RoutineUse> chain;
  private final Schedules schedules;
  private final Map<Map<String, Datum>, Group> groups = new LinkedHashMap<>();
  private final Map<String, TensorDatum> results = new LinkedHashMap<>();

  /** The groups that {@code updates} declares; a pattern that matches no weight is an error. */
  ParameterGroups(
      Elaboration run,
      RoutineUse optimizer,
      Optional<TrainSection.Updates> updates,
      List<RoutineUse> chain) {
    this.run = run;
    this.optimizer = optimizer;
    this.updates = updates;
    this.chain = chain;
    this.schedules = new Schedules(run, chain, false);
    groups.put(Map.of(), group(Map.of()));
    updates.ifPresent(this::declare);
  }

  private void declare(Span span, Map<String, Datum> changes) {
    try {
      groups.put(changes, group(changes));
    } catch (Complaint complaint) {
      throw run.failure(complaint, span, new Activation("group", span, span, false, null, ""));
    }
  }

  private void declare(TrainSection.Updates updates) {
    updates.undecayed().forEach(this::requireMatch);
    updates.groups().forEach(group -> group.patterns().forEach(this::requireMatch));
    updates.undecayed().stream()
        .findFirst()
        .ifPresent(first -> declare(first.span(), TrainSection.Updates.NO_DECAY));
    updates
        .groups()
        .forEach(group -> declare(group.patterns().getFirst().span(), group.arguments()));
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

  /** The group of a weight. */
  Group of(String weight) {
    Map<String, Datum> changes = updates.map(each -> each.changes(weight)).orElse(Map.of());
    return groups.computeIfAbsent(changes, this::group);
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
