// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Diagnostic;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.frontend.ProgramOptions;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Setting;
import dlc.frontend.library.TensorOps;
import dlc.frontend.parse.Parser;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Steering;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Program;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Checks the models of a program and makes their entry points. */
public final class Elaborator {

  private static final int CHECK_BATCH = 2;

  private final Declarations declarations;
  private final Params params;
  private final Map<String, TrainSection> trains = new LinkedHashMap<>();
  private final Map<String, Declaration.Train> trainSyntax = new LinkedHashMap<>();

  /** The bodies that ran, for several batches side by side. */
  private final Set<Span> ran = ConcurrentHashMap.newKeySet();

  /** Evaluates the params and reads the train sections of {@code declarations}. */
  public Elaborator(
      Declarations declarations,
      Map<String, String> overrides,
      Steering steering,
      Diagnostics diagnostics) {
    this.declarations = declarations;
    this.params = Params.evaluate(declarations, overrides, steering, diagnostics);
    for (Declaration.Train train : declarations.trains()) {
      String name = train.model().text();
      TrainSection section =
          new TrainReader(run(diagnostics, false, ProgramOptions.of(1), "train")).read(train);
      trains.putIfAbsent(name, section);
      trainSyntax.putIfAbsent(name, train);
    }
  }

  /** The params with their values in force. */
  public Map<String, String> params() {
    return params.texts();
  }

  /** Those of them that are floats. */
  public Set<String> floatParams() {
    return params.floats();
  }

  /** The train section of the model called {@code name}. */
  public Optional<TrainSection> train(String name) {
    return Optional.ofNullable(trains.get(name));
  }

  private Elaboration run(
      Diagnostics diagnostics, boolean training, ProgramOptions options, String entry) {
    return run(diagnostics, training, options, entry, Witness.NONE);
  }

  private Elaboration run(
      Diagnostics diagnostics,
      boolean training,
      ProgramOptions options,
      String entry,
      Witness witness) {
    TensorOps ops =
        new TensorOps(
            new GraphBuilder(entry),
            options.batch(),
            options.floatType(),
            options.narrowType(),
            Optional.empty());
    TensorOps initial =
        new TensorOps(
            new GraphBuilder("init"),
            options.batch(),
            options.floatType(),
            Optional.empty(),
            Optional.of(0));
    return new Elaboration(
        declarations, diagnostics, params.scope(), training, witness, ops, initial, ran);
  }

  private ModelRun modelRun(
      Declaration.Model model,
      Diagnostics diagnostics,
      boolean training,
      ProgramOptions options,
      String entry) {
    return modelRun(model, diagnostics, training, options, entry, Witness.NONE);
  }

  private ModelRun modelRun(
      Declaration.Model model,
      Diagnostics diagnostics,
      boolean training,
      ProgramOptions options,
      String entry,
      Witness witness) {
    Elaboration run = run(diagnostics, training, options, entry, witness);
    Optional<TrainSection.Updates> updates = train(model.name().text()).map(TrainSection::updates);
    GradientSums.drawByBatch(run, entry, updates);
    boolean trains = entry.equals("train_step") || entry.equals(GradientSums.ENTRY);
    List<Expression> augment = trains ? values(model.name().text(), "augment") : List.of();
    return ModelRun.of(model, run, options, updates, new Augmentations(run, augment));
  }

  /** Reports what is wrong with {@code model}; its outline when nothing is. */
  public Optional<Outline> check(Declaration.Model model, Diagnostics diagnostics) {
    return check(model, diagnostics, Witness.NONE);
  }

  /** The same; {@code witness} is told what the model does. */
  public Optional<Outline> check(
      Declaration.Model model, Diagnostics diagnostics, Witness witness) {
    int before = diagnostics.count();
    ProgramOptions options = ProgramOptions.of(CHECK_BATCH);
    ModelRun run = modelRun(model, diagnostics, false, options, "predict", witness);
    if (diagnostics.count() > before) {
      modelRun(model, diagnostics, true, options, "train_step");
      return Optional.empty();
    }
    List<Diagnostic> warnings =
        UnusedWeights.in(program(model.name().text(), options, diagnostics));
    if (diagnostics.count() > before) {
      return Optional.empty();
    }
    Optional<Comparison> comparison = comparison(run);
    checkMetrics(run, comparison);
    return diagnostics.count() > before
        ? Optional.empty()
        : Optional.of(run.outline(comparison, warnings));
  }

  /** The loss of a model that is whole, and whose training is. */
  private Optional<Expression> loss(ModelRun run) {
    String name = run.model().name().text();
    return train(name).isPresent() && run.isWhole()
        ? values(name, "loss").stream().findFirst()
        : Optional.empty();
  }

  /** What the loss of the model compares. */
  private Optional<Comparison> comparison(ModelRun run) {
    Optional<TrainSection> section = train(run.model().name().text());
    return loss(run).flatMap(loss -> new Losses(run, section).comparison(loss));
  }

  /** Reports metrics that do not fit what the loss compares. */
  private void checkMetrics(ModelRun run, Optional<Comparison> comparison) {
    if (loss(run).isEmpty()) {
      return;
    }
    String name = run.model().name().text();
    TrainSection section = train(name).orElseThrow();
    FittingMetrics metrics = new FittingMetrics(run.run().diagnostics, run.ports(), comparison);
    metrics.checkNamed(values(name, "metrics"));
    section
        .stop()
        .ifPresent(
            stop ->
                settings(name, "stop")
                    .findFirst()
                    .ifPresent(each -> metrics.checkWatched(stop, each.span(), section.metrics())));
  }

  /**
   * Reports names that stand for nothing in the layers and functions that no checked model runs.
   */
  public void checkUnused(Diagnostics diagnostics) {
    new UnusedBodies(run(diagnostics, false, ProgramOptions.of(1), "unused")).report(ran);
  }

  /** Tells {@code witness} what the model called {@code name} does with one sample in training. */
  public void trace(String name, Witness witness) {
    Diagnostics diagnostics = new Diagnostics();
    modelRun(model(name), diagnostics, true, ProgramOptions.of(1), "train_step", witness);
    diagnostics.throwIfAny();
  }

  private Declaration.Model model(String name) {
    return declarations
        .model(name)
        .orElseThrow(() -> new IllegalStateException("no model " + name));
  }

  /** The entry points of the model called {@code name}; what does not fit is reported. */
  public Program program(String name, ProgramOptions options, Diagnostics diagnostics) {
    Declaration.Model model = model(name);
    Optional<Expression> loss = choice(options.loss(), "--loss", name, "loss", diagnostics);
    Optional<Expression> optimizer =
        choice(options.optimizer(), "--optimizer", name, "optimizer", diagnostics);
    List<Graph> entries = new ArrayList<>();
    ModelRun predict = modelRun(model, diagnostics, false, options, "predict");
    Graph init = predict.initial();
    if (predict.isWhole() && loss.isPresent()) {
      ModelRun gradients = modelRun(model, diagnostics, true, options, "gradients");
      ModelRun eval = modelRun(model, diagnostics, false, options, "eval_step");
      Optional<TrainSection> section = train(name);
      if (optimizer.isPresent() && gradients.isWhole()) {
        ModelRun step = modelRun(model, diagnostics, true, options, "train_step");
        List<Expression> schedule = values(name, "schedule");
        if (step.isWhole()
            && new TrainStep(step, section).addTo(loss.get(), optimizer.get(), schedule)) {
          init = step.initial();
          entries.add(step.build());
          GradientSums.entry(
                  () -> modelRun(model, diagnostics, true, options, GradientSums.ENTRY),
                  loss.get(),
                  section)
              .ifPresent(entries::add);
          Schedules.epochEnd(run(diagnostics, true, options, Schedules.EPOCH_END), schedule)
              .ifPresent(entries::add);
        }
      }
      if (addLoss(eval, loss.get(), section).isPresent()) {
        eval.addOutputs();
        entries.add(eval.build());
      }
      addLoss(gradients, loss.get(), section)
          .ifPresent(value -> entries.add(gradients(gradients, value, section)));
    }
    if (predict.isWhole()) {
      predict.addOutputs();
      entries.add(predict.build());
    }
    entries.addFirst(init);
    return new Program(name, entries);
  }

  private static Optional<TensorDatum> addLoss(
      ModelRun run, Expression loss, Optional<TrainSection> section) {
    if (!run.isWhole()) {
      return Optional.empty();
    }
    Optional<TensorDatum> value = new Losses(run, section).value(loss);
    value.ifPresent(each -> run.result("loss", each));
    return value;
  }

  private static Graph gradients(ModelRun run, TensorDatum loss, Optional<TrainSection> section) {
    run.addOutputs();
    Map<States.State, TensorDatum> grads = run.weightGradients(loss);
    grads.forEach((weight, grad) -> run.result("grad." + weight.name(), grad));
    section
        .flatMap(TrainSection::clip)
        .ifPresent(
            clip -> {
              new ClipGradients(run.run().ops()).clip(clip, grads);
              grads.forEach((weight, grad) -> run.result("grad_clipped." + weight.name(), grad));
            });
    run.floatParameters()
        .forEach((name, input) -> run.result("grad." + name, run.gradient(loss, input)));
    run.addBuffers();
    return run.build();
  }

  /** The text of an option as an expression, else what the train section says. */
  private Optional<Expression> choice(
      Optional<String> option,
      String source,
      String model,
      String setting,
      Diagnostics diagnostics) {
    if (option.isPresent()) {
      return Parser.parseExpression(new SourceFile(source, option.get()), diagnostics);
    }
    return values(model, setting).stream().findFirst();
  }

  /** What the train section of a model says under the name of a setting. */
  private List<Expression> values(String model, String setting) {
    return settings(model, setting)
        .limit(Settings.mayRepeat(setting) ? Long.MAX_VALUE : 1)
        .flatMap(each -> each.values().stream())
        .map(Argument::value)
        .toList();
  }

  private Stream<Setting> settings(String model, String name) {
    return Optional.ofNullable(trainSyntax.get(model)).stream()
        .flatMap(train -> train.settings().stream())
        .filter(each -> each.name().text().equals(name));
  }
}
