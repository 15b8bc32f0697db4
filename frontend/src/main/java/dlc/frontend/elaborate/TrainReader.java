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
import dlc.frontend.ast.Setting;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Read;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Reads the settings of a train section. */
final class TrainReader {

  static final List<String> SOURCES =
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
  static final List<String> METRICS = FittingMetrics.ALL;

  private final Elaboration run;
  private final Settings settings;
  private final Context context;
  private String model = "";

  TrainReader(Elaboration run) {
    this.run = run;
    this.settings = new Settings(run);
    this.context = settings.context();
  }

  /** The settings of {@code train}; what is wrong is reported and left out. */
  TrainSection read(Declaration.Train train) {
    model = train.model().text();
    train.settings().forEach(settings::collect);
    for (String needed : List.of("data", "loss", "optimizer")) {
      if (train.settings().stream().noneMatch(each -> each.name().text().equals(needed))) {
        run.diagnostics.report(
            Code.MISSING_SETTING.at(train.model().span(), train.model(), needed));
      }
    }
    settings.read("loss", this::checkLossName);
    settings.readAll("augment", this::checkAugmentations);
    Optional<List<Invocation>> data = settings.read("data", this::data);
    Optional<Long> batch = settings.read("batch", each -> settings.count(each, 1));
    return new TrainSection(
        train.model().text(),
        data.map(List::getFirst),
        data.filter(all -> all.size() > 1).map(List::getLast),
        settings.read("split", this::split).orElse(TrainSection.Split.NONE),
        settings.read("normalize", this::normalize),
        settings.named("loss").map(each -> each.values().getFirst().value().span().text()),
        settings.read("optimizer", this::optimizer),
        batch.map(Long::intValue).orElse(TrainSection.DEFAULT_BATCH),
        settings.read("batch", this::dropLastOfBatch).orElse(false)
            || settings.read("drop_last", settings::flag).orElse(false),
        settings.read("epochs", each -> settings.count(each, 1)).map(Long::intValue),
        settings.read("steps", each -> settings.count(each, 1)).map(Long::intValue),
        settings.read("seed", each -> settings.count(each, Long.MIN_VALUE)).orElse(0L),
        settings.read("metrics", this::metrics).orElse(List.of()),
        settings.read("clip", this::clip),
        settings.read("precision", this::precision).orElse(TrainSection.Precision.F32),
        new UpdateReader(run, settings).read(),
        settings.read("stop", this::stop),
        settings.read("checkpoint", this::checkpoint),
        train.span());
  }

  private boolean dropLastOfBatch(Setting setting) {
    Expression value = settings.values(setting, List.of("batch", "drop_last")).get("drop_last");
    return value != null && Read.bool("drop_last", settings.evaluate(value));
  }

  private List<Invocation> data(Setting setting) {
    Map<String, Expression> values = settings.values(setting, List.of("train", "test"));
    if (!values.containsKey("train")) {
      throw Settings.bad("data", "the training part is missing");
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
          new Complaint(Code.UNKNOWN_SOURCE, source.name()).nearest(source.name(), SOURCES),
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
                  () -> Read.plain("an argument", settings.evaluate(argument.value())));
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
          throw Settings.bad(
              setting, "expected a name with arguments, as in npy(x=\"x.npy\", y=\"y.npy\")");
    };
  }

  private TrainSection.Split split(Setting setting) {
    Map<String, Expression> values =
        settings.values(setting, List.of("validation", "stratified", "folds"));
    Optional<Number> validation =
        Optional.ofNullable(values.get("validation")).map(this::validation);
    Optional<Integer> folds =
        Optional.ofNullable(values.get("folds"))
            .map(each -> (int) settings.integer("split folds", each, 2));
    if (validation.isPresent() == folds.isPresent()) {
      throw Settings.bad("split", "needs one of validation= and folds=, as in validation=0.1");
    }
    Expression stratified = values.get("stratified");
    return new TrainSection.Split(
        validation,
        stratified != null && Read.bool("split stratified", settings.evaluate(stratified)),
        folds);
  }

  private Number validation(Expression value) {
    Datum datum = settings.evaluate(value);
    double number =
        run.located(value.span(), context, () -> Read.number("split validation", datum));
    boolean isCount = datum instanceof Datum.IntDatum;
    if (number < 0 || (!isCount && number >= 1)) {
      throw Settings.bad("split", "validation is a fraction below 1 or a count, found " + datum);
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
    Map<String, Expression> values = settings.values(setting, List.of("mean", "std"));
    Expression means = values.get("mean");
    Expression deviations = values.get("std");
    if (means == null || deviations == null) {
      throw Settings.bad("normalize", "needs mean= and std=, or auto");
    }
    List<Double> mean = Read.numbers("mean", settings.evaluate(means));
    List<Double> std = Read.numbers("std", settings.evaluate(deviations));
    if (mean.isEmpty() || mean.size() != std.size()) {
      throw Settings.bad("normalize", mean.size() + " means and " + std.size() + " deviations");
    }
    if (std.stream().anyMatch(each -> !(each > 0))) {
      throw Settings.bad("normalize", "a deviation is not positive");
    }
    return new TrainSection.Normalize(false, mean, std);
  }

  /** A loss that is a name alone must be known, even where the model is too wrong to try it. */
  private String checkLossName(Setting setting) {
    if (setting.values().size() > 1 || setting.values().getFirst().name().isPresent()) {
      throw Settings.bad("loss", "expected one loss, as in cross_entropy(label_smoothing=0.1)");
    }
    Expression value = setting.values().getFirst().value();
    if (value instanceof Expression.NameUse(String name, Span span)
        && run.declarations.routine(Declaration.RoutineKind.LOSS, name, span.source()).isEmpty()) {
      throw run.failure(
          new Complaint(Code.UNKNOWN_LOSS, name).nearest(name, run.declarations.names("loss")),
          span,
          context.activation());
    }
    return "";
  }

  private String checkAugmentations(Setting setting) {
    if (setting.values().stream().anyMatch(each -> each.name().isPresent())) {
      throw Settings.bad(
          "augment", "expected augmentations, as in random_crop(32, padding=4), random_flip");
    }
    setting.values().forEach(each -> RoutineUse.augmentation(run, each.value()));
    return "";
  }

  private Invocation optimizer(Setting setting) {
    if (setting.values().size() > 1 || setting.values().getFirst().name().isPresent()) {
      throw Settings.bad("optimizer", "expected a name with arguments, as in sgd(lr=0.1)");
    }
    RoutineUse use = RoutineUse.optimizer(run, setting.values().getFirst().value());
    if (use.arguments().get("lr") instanceof Datum.FloatDatum rate) {
      rate.formula().steering().ifPresent(steering -> steering.rate(model, rate.formula()));
      if (!(rate.value() >= 0)) {
        throw Settings.bad(use.name(), "lr is " + rate.value() + ", it must not be negative");
      }
    }
    return use.invocation();
  }

  private List<String> metrics(Setting setting) {
    List<String> metrics = new ArrayList<>();
    for (Argument argument : setting.values()) {
      if (!(argument.value() instanceof Expression.NameUse(String name, Span span))) {
        throw Settings.bad("metrics", "expected names, as in metrics accuracy, f1");
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
    Map<String, Expression> values = settings.values(setting, List.of("norm", "value"));
    Expression norm = values.get("norm");
    Expression value = values.get("value");
    if ((norm == null) == (value == null)) {
      throw Settings.bad("clip", "needs one of norm= and value=");
    }
    String name = norm != null ? "norm" : "value";
    double bound =
        settings.number("clip " + name, norm != null ? norm : Objects.requireNonNull(value));
    if (!(bound > 0)) {
      throw Settings.bad("clip", "the bound is " + bound + ", it must be positive");
    }
    return new TrainSection.Clip(norm != null, bound);
  }

  /** A name as it stands, or what a param says. */
  private TrainSection.Precision precision(Setting setting) {
    Expression value = settings.only(setting);
    boolean isName =
        value instanceof Expression.NameUse(String text, Span _)
            && context.scope().lookup(text).isEmpty();
    String name = isName ? value.span().text() : Read.string("precision", settings.evaluate(value));
    return TrainSection.Precision.named(name)
        .orElseThrow(
            () -> Settings.bad("precision", "expected f32, bf16, f16 or f64, found " + name));
  }

  private TrainSection.Stop stop(Setting setting) {
    Map<String, Expression> values =
        settings.values(setting, List.of("patience", "on", "min_delta", "restore"));
    if (!values.containsKey("patience")) {
      throw Settings.bad("stop", "the patience is missing, as in stop patience=5");
    }
    long patience = settings.integer("stop patience", values.get("patience"), 0);
    String on =
        Optional.ofNullable(values.get("on"))
            .map(each -> Read.string("stop on", settings.evaluate(each)))
            .orElse(TrainSection.Stop.VALIDATION_LOSS);
    double least =
        Optional.ofNullable(values.get("min_delta"))
            .map(each -> settings.number("stop min_delta", each))
            .orElse(0.0);
    if (!on.matches("(validation|training)\\.(loss|[a-z0-9]+)") || !isWatchable(on)) {
      throw Settings.bad(
          "stop", "on=\"" + on + "\" is no figure, such as \"validation.loss\" or \"training.f1\"");
    }
    Expression restore = values.get("restore");
    boolean restores = restore != null && Read.bool("stop restore", settings.evaluate(restore));
    return new TrainSection.Stop((int) patience, on, least, restores);
  }

  private static boolean isWatchable(String figure) {
    String name = figure.substring(figure.indexOf('.') + 1);
    return name.equals("loss") || (METRICS.contains(name) && !name.equals("confusion_matrix"));
  }

  private TrainSection.Checkpoint checkpoint(Setting setting) {
    Map<String, Expression> values = settings.values(setting, List.of("every", "keep"));
    long every =
        values.containsKey("every")
            ? settings.integer("checkpoint every", values.get("every"), 1)
            : 1;
    int usual = TrainSection.Checkpoint.USUAL.kept();
    Expression keep = values.get("keep");
    if (keep == null) {
      return new TrainSection.Checkpoint((int) every, usual, false);
    }
    if (settings.evaluate(keep) instanceof Datum.StringDatum(String word)) {
      if (!word.equals("best")) {
        throw Settings.bad("checkpoint", "keep is \"best\" or a count, found \"" + word + "\"");
      }
      return new TrainSection.Checkpoint((int) every, usual, true);
    }
    return new TrainSection.Checkpoint(
        (int) every, (int) settings.integer("checkpoint keep", keep, 1), false);
  }
}
