// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.cpu.binary.BinaryModel;
import dlc.cpu.binary.BinaryModel.Data;
import dlc.cpu.binary.BinaryModel.DeviceVersion;
import dlc.cpu.binary.BinaryModel.Link;
import dlc.cpu.binary.BinaryModel.Version;
import dlc.frontend.CheckedModel;
import dlc.frontend.TrainSection;
import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.runtime.data.SourceSpec;
import dlc.runtime.train.Task;
import dlc.runtime.train.TrainSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Collects what a compiled program says of its model. */
final class ModelDescription {

  private final Workbench bench;
  private final CheckedModel model;
  private final StandAlone.Options options;
  private final BinaryModel.Steered steered;

  ModelDescription(Workbench bench, StandAlone.Options options, BinaryModel.Steered steered) {
    this.steered = steered;
    this.bench = bench;
    this.model = bench.model();
    this.options = options;
  }

  BinaryModel of(
      KernelProgram memory,
      Map<String, TensorType> states,
      List<Version> versions,
      List<DeviceVersion> devices,
      boolean trains) {
    return new BinaryModel(
        identity(),
        ModelSession.inOrder(model, states),
        memory.states(),
        memory.stateBytes(),
        model.weightCount(),
        versions,
        devices,
        bench.inputs(),
        trains ? bench.target() : Optional.empty(),
        bench.output().name(),
        trains ? Optional.of(data(bench.source())) : Optional.empty(),
        model.train().map(this::training),
        scoring(),
        bench.file().checked().params(),
        steered,
        layers(),
        options.weights());
  }

  private BinaryModel.Identity identity() {
    Path file = bench.file().path();
    return new BinaryModel.Identity(
        model.name(), options.compiler(), String.valueOf(file.getFileName()));
  }

  private static Data data(SourceSpec spec) {
    if (!Data.KINDS.contains(spec.kind())) {
      return new Data("packed", List.of(Map.entry("kind", spec.kind())), Optional.empty());
    }
    List<Map.Entry<String, String>> options = new ArrayList<>();
    List<String> names = positionalNames(spec.kind());
    for (int i = 0; i < spec.positional().size() && i < names.size(); i++) {
      add(options, names.get(i), spec.positional().get(i));
    }
    spec.named().forEach((name, value) -> add(options, name, value));
    return new Data(spec.kind(), options, spec.test().map(ModelDescription::data));
  }

  private static void add(List<Map.Entry<String, String>> options, String name, Object value) {
    if (value instanceof List<?> list) {
      list.forEach(element -> options.add(Map.entry(name, String.valueOf(element))));
    } else {
      options.add(Map.entry(name, String.valueOf(value)));
    }
  }

  /** What the first arguments of a source are called. */
  private static List<String> positionalNames(String kind) {
    return switch (kind) {
      case "cifar10", "cifar100", "mnist", "fashion_mnist" -> List.of("dir");
      case "csv" -> List.of("file", "label", "features", "header", "task", "missing", "separator");
      case "npy" -> List.of("x", "y");
      case "digits" -> List.of("count", "pairs");
      case "random" -> List.of("count");
      case "spirals" -> List.of("classes", "count", "noise");
      default -> List.of("file");
    };
  }

  private BinaryModel.Training training(TrainSection section) {
    requireSameInEachFold(section);
    return new BinaryModel.Training(
        section.optimizer().map(Object::toString).orElse("no optimizer"),
        section.loss().orElse(""),
        bench.batch(),
        section.epochs().map(OptionalInt::of).orElse(OptionalInt.empty()),
        section.steps().map(OptionalInt::of).orElse(OptionalInt.empty()),
        bench.seed(),
        section.learningRate().orElse(0.0),
        section.dropLast(),
        bench.split(),
        section.split().folds().orElse(0),
        section.updates().accumulate(),
        !section.updates().schedule().isEmpty(),
        section.stop().map(Workbench::early),
        saved(section.checkpoint().orElse(TrainSection.Checkpoint.USUAL)));
  }

  /**
   * Complains about what would be another number in each fold: what is measured on the data is a
   * constant of the program.
   */
  private void requireSameInEachFold(TrainSection section) {
    boolean isMeasured =
        bench.isBalanced()
            || section.normalize().filter(TrainSection.Normalize::measured).isPresent();
    if (section.split().folds().isPresent() && isMeasured) {
      throw new UserError(
              Code.BAD_SETTING,
              "split folds=",
              "normalize auto and weight=\"balanced\" are measured on the training part, which is"
                  + " another one in each fold; a program that stands alone has them fixed")
          .help("give mean= and std= or weights as numbers, or let dlc train cross-validate");
    }
  }

  private static BinaryModel.Saved saved(TrainSection.Checkpoint checkpoint) {
    return new BinaryModel.Saved(checkpoint.every(), checkpoint.kept(), checkpoint.keepsBest());
  }

  private BinaryModel.Scoring scoring() {
    Task task = withPlace(bench.task());
    Link link = Link.valueOf(SamplePredictor.link(bench).name());
    List<String> classes =
        model.train().isPresent() ? SamplePredictor.classes(bench, task) : List.of();
    return new BinaryModel.Scoring(
        task, link, TrainSettings.reported(task, bench.metrics()), classes);
  }

  /** With the dimension of classes counted from the front. */
  private Task withPlace(Task task) {
    return switch (task) {
      case Task.Classes(int count, int axis, var ignored) ->
          new Task.Classes(
              count, Math.floorMod(axis, Math.max(1, bench.output().type().rank())), ignored);
      case Task.Binary _, Task.Values _ -> task;
    };
  }

  private Map<String, String> layers() {
    Map<String, String> layers = new LinkedHashMap<>();
    model.inputs().forEach(input -> layers.put(input.name(), input.type().toString()));
    model.layers().stream()
        .filter(layer -> !layer.kind().equals("weight"))
        .forEach(layer -> layers.put(layer.name(), layer.type()));
    return layers;
  }
}
