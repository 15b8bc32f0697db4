// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.Span;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Name;
import dlc.frontend.ast.Setting;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Read;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings of a train section by name, and how their values are read. */
final class Settings {

  static final List<String> KNOWN =
      List.of(
          "data",
          "split",
          "normalize",
          "augment",
          "loss",
          "optimizer",
          "schedule",
          "batch",
          "epochs",
          "steps",
          "seed",
          "clip",
          "accumulate",
          "precision",
          "metrics",
          "stop",
          "checkpoint",
          "ema",
          "no_decay",
          "group",
          "freeze",
          "drop_last");
  private static final Set<String> OF_OPTIMIZER =
      Set.of("lr", "learning_rate", "momentum", "weight_decay");
  private static final Set<String> OFTEN = Set.of("augment", "no_decay", "group", "freeze");

  /** Reads one setting. */
  interface Reader<T> {
    T read(Setting setting);
  }

  private final Elaboration run;
  private final Context context;
  private final Map<String, List<Setting>> settings = new LinkedHashMap<>();

  Settings(Elaboration run) {
    this.run = run;
    Activation activation = new Activation("train", Span.NONE, Span.NONE, false, null, "");
    this.context = new Context(activation, Frame.at(""), run.params.inner());
  }

  /** Where the values of settings are evaluated. */
  Context context() {
    return context;
  }

  /** Takes a setting; one that is unknown, or given twice, is reported. */
  void collect(Setting setting) {
    Name name = setting.name();
    List<Setting> before = settings.getOrDefault(name.text(), List.of());
    if (!KNOWN.contains(name.text())) {
      run.diagnostics.report(
          Code.UNKNOWN_SETTING
              .at(name.span(), name)
              .withHelp(wayOut(name.text()))
              .withNearest(NearestName.of(name.text(), KNOWN)));
    } else if (!before.isEmpty() && !mayRepeat(name.text())) {
      run.diagnostics.report(
          Code.REPEATED_SETTING
              .at(name.span(), name)
              .withNote(before.getFirst().span(), "it is first given here"));
    } else {
      settings.computeIfAbsent(name.text(), _ -> new ArrayList<>()).add(setting);
    }
  }

  /** What to write instead of a setting that is like no other. */
  private static String wayOut(String name) {
    return OF_OPTIMIZER.contains(name)
        ? "did you mean 'optimizer'? It takes them, as in optimizer sgd(lr=0.1)"
        : "did you mean '"
            + NearestName.always(name, KNOWN).orElse(KNOWN.getFirst())
            + "'? There are "
            + String.join(", ", KNOWN);
  }

  /** The setting called {@code name}. */
  Optional<Setting> named(String name) {
    return Optional.ofNullable(settings.get(name)).map(List::getFirst);
  }

  /** Reads one setting, if it is there and right; what is wrong is reported. */
  <T> Optional<T> read(String name, Reader<T> reader) {
    return readAll(name, reader).stream().findFirst();
  }

  /** Reads a setting wherever it is given. */
  <T> List<T> readAll(String name, Reader<T> reader) {
    List<T> values = new ArrayList<>();
    for (Setting setting : settings.getOrDefault(name, List.of())) {
      try {
        values.add(run.located(setting.span(), context, () -> reader.read(setting)));
      } catch (Failure failure) {
        run.report(failure);
      }
    }
    return values;
  }

  /** Whether a setting may be given more than once. */
  static boolean mayRepeat(String name) {
    return OFTEN.contains(name);
  }

  static Complaint bad(String setting, String why) {
    return new Complaint(Code.BAD_SETTING, setting, why);
  }

  /** The values by name; positional ones take the names in order. */
  Map<String, Expression> values(Setting setting, List<String> names) {
    Map<String, Expression> values = new HashMap<>();
    Set<String> known = new HashSet<>(names);
    for (int i = 0; i < setting.values().size(); i++) {
      Argument value = setting.values().get(i);
      if (value.name().isEmpty() && i >= names.size()) {
        throw new Failure(
            Code.TOO_MANY_ARGUMENTS
                .at(value.value().span(), setting.name(), names.size(), setting.values().size())
                .withHelp(has(setting, names)));
      }
      String name = value.name().map(Name::text).orElse(i < names.size() ? names.get(i) : "");
      if (!known.contains(name)) {
        throw new Failure(
            Code.UNKNOWN_ARGUMENT
                .at(value.name().orElseThrow().span(), setting.name(), name)
                .withHelp(has(setting, names))
                .withNearest(NearestName.of(name, names)));
      }
      if (values.putIfAbsent(name, value.value()) != null) {
        throw new Failure(Code.REPEATED_ARGUMENT.at(value.value().span(), setting.name(), name));
      }
    }
    return values;
  }

  private static String has(Setting setting, List<String> names) {
    return "the values of " + setting.name() + " are " + String.join(", ", names);
  }

  Datum evaluate(Expression expression) {
    return run.expressions.evaluate(expression, context);
  }

  double number(String what, Expression expression) {
    return run.located(expression.span(), context, () -> Read.number(what, evaluate(expression)));
  }

  /** A value that must be an int of at least {@code least}. */
  long integer(String what, Expression expression, long least) {
    long value =
        run.located(expression.span(), context, () -> Read.integer(what, evaluate(expression)));
    boolean fits = value >= least && (value <= Integer.MAX_VALUE || what.equals("seed"));
    if (!fits) {
      throw bad(what, "the value is " + value + ", it must be at least " + least);
    }
    return value;
  }

  /** The int of a setting that has only one, but for {@code drop_last} beside {@code batch}. */
  long count(Setting setting, long least) {
    String name = setting.name().text();
    List<String> names = name.equals("batch") ? List.of(name, "drop_last") : List.of(name);
    Expression value = values(setting, names).get(name);
    if (value == null) {
      throw bad(name, "the value is missing");
    }
    return integer(name, value, least);
  }

  boolean flag(Setting setting) {
    return Read.bool(setting.name().text(), evaluate(only(setting)));
  }

  /** The value of a setting that has only one. */
  Expression only(Setting setting) {
    Argument value = setting.values().getFirst();
    if (setting.values().size() > 1 || value.name().isPresent()) {
      throw bad(setting.name().text(), "expected one value");
    }
    return value.value();
  }
}
