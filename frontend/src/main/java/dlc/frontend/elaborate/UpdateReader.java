// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.frontend.Invocation;
import dlc.frontend.TrainSection.Group;
import dlc.frontend.TrainSection.Updates;
import dlc.frontend.WeightPattern;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Setting;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Read;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the settings that say how gradients become new weights. */
final class UpdateReader {

  private final Elaboration run;
  private final Settings settings;

  UpdateReader(Elaboration run, Settings settings) {
    this.run = run;
    this.settings = settings;
  }

  Updates read() {
    return new Updates(
        settings.read("schedule", this::schedule).orElse(List.of()),
        settings.read("accumulate", each -> settings.count(each, 1)).map(Long::intValue).orElse(1),
        settings.read("ema", this::decay),
        patterns("no_decay"),
        settings.readAll("group", this::group),
        patterns("freeze"));
  }

  private List<Invocation> schedule(Setting setting) {
    List<Expression> chain = setting.values().stream().map(Argument::value).toList();
    if (setting.values().stream().anyMatch(each -> each.name().isPresent())) {
      throw Settings.bad("schedule", "expected schedules, as in warmup(epochs=5), cosine");
    }
    return Schedules.chain(run, chain).stream().map(RoutineUse::invocation).toList();
  }

  private double decay(Setting setting) {
    Expression value = settings.values(setting, List.of("decay")).get("decay");
    if (value == null) {
      throw Settings.bad("ema", "the value is missing, as in ema decay=0.999");
    }
    double decay = settings.number("ema decay", value);
    if (!(decay >= 0 && decay < 1)) {
      throw Settings.bad("ema", "the decay is " + decay + ", it must be from 0 to below 1");
    }
    return decay;
  }

  /** Patterns first, then arguments of the optimizer, which are checked with it. */
  private Group group(Setting setting) {
    Map<String, Datum> arguments = new LinkedHashMap<>();
    for (Argument value : setting.values()) {
      value.name().ifPresent(name -> arguments.put(name.text(), settings.evaluate(value.value())));
    }
    if (arguments.isEmpty()) {
      throw Settings.bad("group", "it changes nothing, as group \"head*\", lr=0.01 would");
    }
    return new Group(patterns(setting), arguments);
  }

  private List<WeightPattern> patterns(String name) {
    return settings.readAll(name, this::patterns).stream().flatMap(List::stream).toList();
  }

  private List<WeightPattern> patterns(Setting setting) {
    String name = setting.name().text();
    List<WeightPattern> patterns = new ArrayList<>();
    for (Argument value : setting.values()) {
      if (value.name().isEmpty()) {
        String text = Read.string("a pattern of " + name, settings.evaluate(value.value()));
        patterns.add(new WeightPattern(name, text, value.value().span()));
      } else if (!name.equals("group")) {
        throw Settings.bad(name, "expected names of weights, as in " + name + " \"*.bias\"");
      }
    }
    if (patterns.isEmpty()) {
      throw Settings.bad(name, "it names no weights, as " + name + " \"*.bias\" would");
    }
    return patterns;
  }
}
