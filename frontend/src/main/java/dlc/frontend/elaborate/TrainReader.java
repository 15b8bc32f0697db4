// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.Span;
import dlc.frontend.Invocation;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Declaration;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Reads the settings of a train section. */
final class TrainReader {

  private static final List<String> SETTINGS =
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
          "drop_last");
  private static final Set<String> LATER =
      Set.of("augment", "schedule", "accumulate", "stop", "checkpoint", "ema");
  private static final List<String> SOURCES =
      List.of(
          "cifar10",
          "cifar100",
          "mnist",
          "fashion_mnist",
          "image_folder",
          "csv",
          "npy",
          "npz",
          "safetensors",
          "text",
          "digits",
          "spirals",
          "random");
  private static final List<String> METRICS =
      List.of(
          "accuracy",
          "top5",
          "precision",
          "recall",
          "f1",
          "confusion_matrix",
          "mae",
          "rmse",
          "r2",
          "perplexity");

  private final Elaboration run;
  private final Context context;
  private final Map<String, Setting> settings = new LinkedHashMap<>();

  TrainReader(Elaboration run) {
    this.run = run;
    Activation activation = new Activation("train", Span.NONE, Span.NONE, false, null, "");
    this.context = new Context(activation, Frame.at(""), run.params.inner());
  }

  /** The settings of {@code train}; what is wrong is reported and left out. */
  TrainSection read(Declaration.Train train) {
    train.settings().forEach(this::collect);
    for (String needed : List.of("data", "loss", "optimizer")) {
      if (train.settings().stream().noneMatch(each -> each.name().text().equals(needed))) {
        run.diagnostics.report(
            Code.MISSING_SETTING.at(train.model().span(), train.model(), needed));
      }
    }
    read("loss", this::checkLossName);
    Optional<List<Invocation>> data = read("data", this::data);
    Optional<Long> batch = read("batch", each -> count(each, 1));
    return new TrainSection(
        train.model().text(),
        data.map(List::getFirst),
        data.filter(all -> all.size() > 1).map(List::getLast),
        read("split", this::split),
        read("normalize", this::normalize),
        Optional.ofNullable(settings.get("loss"))
            .map(each -> each.values().getFirst().value().span().text()),
        read("optimizer", this::optimizer),
        batch.map(Long::intValue).orElse(TrainSection.DEFAULT_BATCH),
        read("batch", this::dropLastOfBatch).orElse(false)
            || read("drop_last", each -> flag(each)).orElse(false),
        read("epochs", each -> count(each, 0)).map(Long::intValue),
        read("steps", each -> count(each, 0)).map(Long::intValue),
        read("seed", each -> count(each, Long.MIN_VALUE)).orElse(0L),
        read("metrics", this::metrics).orElse(List.of()),
        read("clip", this::clip),
        read("precision", this::precision).orElse(TrainSection.Precision.F32),
        train.span());
  }

  private void collect(Setting setting) {
    Name name = setting.name();
    if (!SETTINGS.contains(name.text())) {
      run.diagnostics.report(
          Code.UNKNOWN_SETTING
              .at(name.span(), name)
              .withNearest(NearestName.of(name.text(), SETTINGS)));
    } else if (LATER.contains(name.text())) {
      run.diagnostics.report(Code.NOT_AVAILABLE.at(setting.span(), "the setting '" + name + "'"));
    } else if (settings.putIfAbsent(name.text(), setting) != null) {
      run.diagnostics.report(
          Code.REPEATED_SETTING
              .at(name.span(), name)
              .withNote(settings.get(name.text()).span(), "it is first given here"));
    }
  }

  /** Reads one setting, if it is there. */
  private interface Reader<T> {
    T read(Setting setting);
  }

  private <T> Optional<T> read(String name, Reader<T> reader) {
    Setting setting = settings.get(name);
    if (setting == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(run.located(setting.span(), context, () -> reader.read(setting)));
    } catch (Failure failure) {
      run.diagnostics.report(failure.diagnostic());
      return Optional.empty();
    }
  }

  private static Complaint bad(String setting, String why) {
    return new Complaint(Code.BAD_SETTING, setting, why);
  }

  /** The values by name; positional ones take the names in order. */
  private Map<String, Expression> values(Setting setting, List<String> names) {
    Map<String, Expression> values = new HashMap<>();
    Set<String> known = new HashSet<>(names);
    for (int i = 0; i < setting.values().size(); i++) {
      Argument value = setting.values().get(i);
      if (value.name().isEmpty() && i >= names.size()) {
        throw new Failure(
            Code.TOO_MANY_ARGUMENTS.at(
                value.value().span(), setting.name(), names.size(), setting.values().size()));
      }
      String name = value.name().map(Name::text).orElse(i < names.size() ? names.get(i) : "");
      if (!known.contains(name)) {
        throw new Failure(
            Code.UNKNOWN_ARGUMENT
                .at(value.name().orElseThrow().span(), setting.name(), name)
                .withNearest(NearestName.of(name, names)));
      }
      if (values.putIfAbsent(name, value.value()) != null) {
        throw new Failure(Code.REPEATED_ARGUMENT.at(value.value().span(), setting.name(), name));
      }
    }
    return values;
  }

  private Datum evaluate(Expression expression) {
    return run.expressions.evaluate(expression, context);
  }

  private double number(String what, Expression expression) {
    return run.located(expression.span(), context, () -> Read.number(what, evaluate(expression)));
  }

  private long count(Setting setting, long least) {
    String name = setting.name().text();
    List<String> names = name.equals("batch") ? List.of(name, "drop_last") : List.of(name);
    Expression value = values(setting, names).get(name);
    if (value == null) {
      throw bad(name, "the value is missing");
    }
    long count = run.located(value.span(), context, () -> Read.integer(name, evaluate(value)));
    boolean fits = count >= least && (count <= Integer.MAX_VALUE || name.equals("seed"));
    if (!fits) {
      throw bad(name, "the value is " + count + ", it must be at least " + least);
    }
    return count;
  }

  private boolean dropLastOfBatch(Setting setting) {
    Expression value = values(setting, List.of("batch", "drop_last")).get("drop_last");
    return value != null && Read.bool("drop_last", evaluate(value));
  }

  private boolean flag(Setting setting) {
    String name = setting.name().text();
    return Read.bool(name, evaluate(setting.values().getFirst().value()));
  }

  private List<Invocation> data(Setting setting) {
    Map<String, Expression> values = values(setting, List.of("train", "test"));
    if (!values.containsKey("train")) {
      throw bad("data", "the training part is missing");
    }
    List<Invocation> sources = new ArrayList<>();
    sources.add(source(values.get("train")));
    if (values.containsKey("test")) {
      sources.add(source(values.get("test")));
    }
    return sources;
  }

  private Invocation source(Expression expression) {
    Invocation source = invocation("data", expression);
    if (!SOURCES.contains(source.name())) {
      throw run.failure(
          new Complaint(Code.UNKNOWN_SOURCE, source.name())
              .nearest(NearestName.of(source.name(), SOURCES)),
          expression.span(),
          context.activation());
    }
    return source;
  }

  private Invocation invocation(String setting, Expression expression) {
    return switch (expression) {
      case Expression.NameUse(String name, Span span) ->
          new Invocation(name, List.of(), Map.of(), span);
      case Expression.Call call -> {
        List<Object> positional = new ArrayList<>();
        Map<String, Object> named = new LinkedHashMap<>();
        for (Argument argument : call.arguments()) {
          Object value =
              run.located(
                  argument.value().span(),
                  context,
                  () -> Read.plain("an argument", evaluate(argument.value())));
          if (argument.name().isEmpty()) {
            positional.add(value);
          } else if (named.put(argument.name().get().text(), value) != null) {
            throw new Failure(
                Code.REPEATED_ARGUMENT.at(
                    argument.name().get().span(), call.function(), argument.name().get()));
          }
        }
        yield new Invocation(call.function().text(), positional, named, call.span());
      }
      default ->
          throw bad(setting, "expected a name with arguments, as in npy(x=\"x.npy\", y=\"y.npy\")");
    };
  }

  private Number split(Setting setting) {
    Map<String, Expression> values = values(setting, List.of("validation"));
    Expression value = values.get("validation");
    if (value == null) {
      throw bad("split", "the value is missing, as in split validation=0.1");
    }
    Datum datum = evaluate(value);
    double number =
        run.located(value.span(), context, () -> Read.number("split validation", datum));
    boolean isCount = datum instanceof Datum.IntDatum;
    if (number < 0 || (!isCount && number >= 1)) {
      throw bad("split", "validation is a fraction below 1 or a count, found " + datum);
    }
    return isCount ? (Number) (long) number : (Number) number;
  }

  private TrainSection.Normalize normalize(Setting setting) {
    Argument first = setting.values().getFirst();
    boolean measured =
        setting.values().size() == 1
            && first.name().isEmpty()
            && first.value() instanceof Expression.NameUse(String name, Span _)
            && name.equals("auto");
    if (measured) {
      return new TrainSection.Normalize(true, List.of(), List.of());
    }
    Map<String, Expression> values = values(setting, List.of("mean", "std"));
    Expression means = values.get("mean");
    Expression deviations = values.get("std");
    if (means == null || deviations == null) {
      throw bad("normalize", "needs mean= and std=, or auto");
    }
    List<Double> mean = Read.numbers("mean", evaluate(means));
    List<Double> std = Read.numbers("std", evaluate(deviations));
    if (mean.isEmpty() || mean.size() != std.size()) {
      throw bad("normalize", mean.size() + " means and " + std.size() + " deviations");
    }
    if (std.stream().anyMatch(each -> !(each > 0))) {
      throw bad("normalize", "a deviation is not positive");
    }
    return new TrainSection.Normalize(false, mean, std);
  }

  /** A loss that is a name alone must be known, even where the model is too wrong to try it. */
  private String checkLossName(Setting setting) {
    if (setting.values().size() > 1 || setting.values().getFirst().name().isPresent()) {
      throw bad("loss", "expected one loss, as in cross_entropy(label_smoothing=0.1)");
    }
    Expression value = setting.values().getFirst().value();
    if (value instanceof Expression.NameUse(String name, Span span)
        && run.declarations.routine(Declaration.RoutineKind.LOSS, name, span.source()).isEmpty()) {
      throw run.failure(
          new Complaint(Code.UNKNOWN_LOSS, name)
              .nearest(NearestName.of(name, run.declarations.names("loss"))),
          span,
          context.activation());
    }
    return "";
  }

  private Invocation optimizer(Setting setting) {
    if (setting.values().size() > 1 || setting.values().getFirst().name().isPresent()) {
      throw bad("optimizer", "expected a name with arguments, as in sgd(lr=0.1)");
    }
    Expression value = setting.values().getFirst().value();
    TrainStep.Use use = TrainStep.use(run, value);
    Map<String, Object> named = new LinkedHashMap<>();
    use.arguments()
        .forEach(
            (name, datum) -> {
              if (datum == Datum.Poison.POISON) {
                throw bad("optimizer", "an argument is wrong");
              }
              named.put(name, Read.plain(name, datum));
            });
    return new Invocation(use.routine().name().text(), List.of(), named, value.span());
  }

  private List<String> metrics(Setting setting) {
    List<String> metrics = new ArrayList<>();
    for (Argument argument : setting.values()) {
      if (!(argument.value() instanceof Expression.NameUse(String name, Span span))) {
        throw bad("metrics", "expected names, as in metrics accuracy, f1");
      }
      if (!METRICS.contains(name)) {
        run.diagnostics.report(
            Code.UNKNOWN_METRIC.at(span, name).withNearest(NearestName.of(name, METRICS)));
      }
      metrics.add(name);
    }
    return metrics;
  }

  private TrainSection.Clip clip(Setting setting) {
    Map<String, Expression> values = values(setting, List.of("norm", "value"));
    Expression norm = values.get("norm");
    Expression value = values.get("value");
    if ((norm == null) == (value == null)) {
      throw bad("clip", "needs one of norm= and value=");
    }
    String name = norm != null ? "norm" : "value";
    double bound = number("clip " + name, norm != null ? norm : Objects.requireNonNull(value));
    if (!(bound > 0)) {
      throw bad("clip", "the bound is " + bound + ", it must be positive");
    }
    return new TrainSection.Clip(norm != null, bound);
  }

  private TrainSection.Precision precision(Setting setting) {
    Expression value = setting.values().getFirst().value();
    String name = value instanceof Expression.NameUse(String text, Span _) ? text : "";
    return switch (name) {
      case "f32" -> TrainSection.Precision.F32;
      case "f64" -> TrainSection.Precision.F64;
      case "bf16", "f16" -> throw new Complaint(Code.NOT_AVAILABLE, "precision " + name);
      default -> throw bad("precision", "expected f32, bf16, f16 or f64");
    };
  }
}
