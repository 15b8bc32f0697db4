// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.TrainLimits;
import dlc.driver.Training;
import dlc.driver.Workbench;
import dlc.frontend.TrainSection;
import dlc.report.Recorder;
import dlc.report.Recorder.Detail;
import dlc.report.RunFolder;
import dlc.runtime.Executable;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.Loaded;
import dlc.runtime.data.Split;
import dlc.runtime.file.AtomicFile;
import dlc.runtime.train.CheckpointFolder;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import dlc.runtime.train.Trainer;
import dlc.runtime.train.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc train}. */
@Command(
    name = "train",
    description = "Trains the model of FILE as its train section says.",
    footer = {
      "",
      "Ctrl-C ends training after the current step; what was learned is saved. A second one leaves",
      "at once.",
      "",
      "Examples:",
      "  dlc train samples/digits.dl --save digits.safetensors",
      "  dlc train samples/simple_cnn.dl --data ~/data --epochs 2 -D lr=0.01"
    })
final class TrainCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(names = "--epochs", paramLabel = "N", description = "Instead of the program's epochs.")
  private Optional<Integer> epochs;

  @Option(names = "--steps", paramLabel = "N", description = "End after so many steps.")
  private Optional<Long> steps;

  @Option(names = "--init", paramLabel = "W", description = "Start with the weights in this file.")
  private Optional<Path> init;

  @Option(
      names = "--init-partial",
      description = "Take those weights of --init that fit, and name the others.")
  private boolean isPartial;

  @Option(
      names = "--save",
      paramLabel = "W",
      description = "Write the weights to this file, in the safetensors format.")
  private Optional<Path> save;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      arity = "0..1",
      fallbackValue = "",
      description =
          "Write a full report to this folder: a page, plots, gradient norms, files for"
              + " TensorBoard (default: a brief one to runs/MODEL-TIME).")
  private Optional<Path> report;

  @Option(names = "--no-report", description = "Write no report.")
  private boolean isUnreported;

  @Option(
      names = "--checkpoint-dir",
      paramLabel = "DIR",
      description = "Save the whole state of training to this folder, after each epoch.")
  private Optional<Path> checkpointFolder;

  @Option(
      names = "--checkpoint-every-steps",
      paramLabel = "N",
      description = "Save it after every N steps, too.")
  private Optional<Long> checkpointSteps;

  @Option(
      names = "--resume",
      description = "Go on from the newest checkpoint of --checkpoint-dir, if there is one.")
  private boolean resumes;

  @Option(
      names = "--check-finite",
      description = "Look for NaN and infinity after every step, and stop at the first.")
  private boolean checkFinite;

  @Option(names = "--json", description = "Print a JSON object for each epoch and one at the end.")
  private boolean isJson;

  @Option(
      names = "--stop-with-input",
      hidden = true,
      description =
          "Stop, with all saved, when standard input ends: what a search has its trials do.")
  private boolean stopsWithInput;

  @Override
  public Integer call() {
    TrainLimits limits =
        new TrainLimits(
            epochs.map(OptionalInt::of).orElse(OptionalInt.empty()),
            steps.map(OptionalLong::of).orElse(OptionalLong.empty()),
            checkFinite);
    requireCheckpointFolder();
    save.ifPresent(AtomicFile::requireWritable);
    namedReport().map(RunFolder::new).ifPresent(RunFolder::prepare);
    StopFlag stop = new StopFlag();
    if (stopsWithInput) {
      Thread.ofPlatform().daemon().name("input").start(() -> awaitEndOfInput(stop));
    }
    try (Interruption _ =
            new Interruption(
                stop,
                () -> output.note("\nstopping after this step … Ctrl-C again leaves at once"));
        Workbench bench = run.open()) {
      Optional<Integer> folds = bench.section().split().folds();
      if (folds.isPresent()) {
        crossValidate(bench, folds.get(), limits, stop);
        return 0;
      }
      Training training = Training.of(bench, limits, this::initialize);
      introduce(training);
      noteUnusedCheckpoints(bench.section());
      train(training, namedReport(), stop);
    }
    return 0;
  }

  /** The input is a pipe from a search: that it ends, or is killed, is all it says. */
  private static void awaitEndOfInput(StopFlag stop) {
    try {
      while (System.in.read() >= 0) {
        // Nothing is said on this pipe.
      }
    } catch (IOException _) {
      // A broken pipe has ended, too.
    }
    stop.request();
  }

  /** Trains anew for each fold, and says how the figures of all vary. */
  private void crossValidate(Workbench bench, int folds, TrainLimits limits, StopFlag stop) {
    if (save.isPresent() || checkpointFolder.isPresent()) {
      throw new UserError(
              Code.BAD_OPTION,
              (save.isPresent() ? "--save" : "--checkpoint-dir")
                  + " is given, but cross-validation trains %d models".formatted(folds))
          .help("measure without it, then train with validation= in the place of folds=");
    }
    FoldFigures figures = new FoldFigures();
    for (int i = 0; i < folds && !stop.isRequested(); i++) {
      String name = "fold-%d".formatted(i + 1);
      try (Workbench part = bench.onFold(new Split.Fold(i, folds))) {
        Training training = Training.of(part, limits, this::initialize);
        if (i == 0) {
          introduce(training);
        }
        output.note("fold %d/%d".formatted(i + 1, folds));
        FinalReport result =
            train(training, namedReport().map(folder -> folder.resolve(name)), stop);
        if (!result.stopped()) {
          result.lastEpoch().flatMap(EpochReport::validation).ifPresent(figures::add);
        }
      }
    }
    output.out().println(isJson ? figures.json() : figures.text());
  }

  private void initialize(Executable model) {
    if (isPartial && init.isEmpty()) {
      throw new UserError(Code.BAD_OPTION, "--init-partial is given without --init")
          .help("name the weights to start with: --init weights.safetensors");
    }
    init.map(path -> isPartial ? Weights.loadFitting(model, path) : Weights.load(model, path))
        .ifPresent(match -> match.notes().forEach(note -> output.note("note: " + note)));
  }

  private void requireCheckpointFolder() {
    if (checkpointFolder.isEmpty() && (resumes || checkpointSteps.isPresent())) {
      throw new UserError(
              Code.BAD_OPTION,
              (resumes ? "--resume" : "--checkpoint-every-steps")
                  + " is given without --checkpoint-dir")
          .help("name the folder of the checkpoints: --checkpoint-dir run");
    }
    if (checkpointSteps.isPresent() && checkpointSteps.get() < 1) {
      throw new UserError(
          Code.BAD_OPTION,
          "--checkpoint-every-steps is %d, it must be at least 1".formatted(checkpointSteps.get()));
    }
  }

  private void introduce(Training training) {
    Loaded data = training.data();
    data.notes().forEach(note -> output.note("note: " + note));
    Workbench bench = training.bench();
    output.note(
        "%s: %s weights, %s, batch %d, seed %d, %s"
            .formatted(
                bench.model().name(),
                Words.count(bench.model().weightCount()),
                optimizer(bench.section()),
                bench.batch(),
                bench.seed(),
                bench.device()));
    output.note(
        "%s: %s samples to train on%s%s"
            .formatted(
                data.training().name(),
                Words.count(data.training().size()),
                part(data.validation(), "to validate"),
                part(data.test(), "to test")));
  }

  private static String optimizer(TrainSection section) {
    List<Object> all = new ArrayList<>(section.optimizer().stream().toList());
    all.addAll(section.updates().schedule());
    return all.isEmpty()
        ? "no optimizer"
        : String.join(", ", all.stream().map(Object::toString).toList());
  }

  private static String part(Optional<Dataset> part, String use) {
    return part.map(each -> ", %s %s".formatted(Words.count(each.size()), use)).orElse("");
  }

  private FinalReport train(Training training, Optional<Path> reported, StopFlag stop) {
    TrainListener listener =
        isJson
            ? new JsonLines(output)
            : new EpochLines(
                output,
                !training.bench().section().updates().schedule().isEmpty(),
                training.settings().metrics().contains(Metric.CONFUSION_MATRIX));
    boolean showsProgress = !output.isQuiet() && Terminal.isTerminal(Terminal.STDERR);
    try (Progress progress = new Progress(showsProgress)) {
      listener = progress.and(listener);
      FinalReport result = trained(training, listener, reported, stop);
      save.ifPresent(path -> save(training, result, path));
      return result;
    }
  }

  private void noteUnusedCheckpoints(TrainSection section) {
    if (section.checkpoint().isPresent() && checkpointFolder.isEmpty()) {
      output.note("note: checkpoints are saved where --checkpoint-dir says, and it is not given");
    }
  }

  private FinalReport trained(
      Training training, TrainListener listener, Optional<Path> reported, StopFlag stop) {
    Optional<CheckpointFolder> checkpoints =
        checkpointFolder.map(folder -> checkpoints(training, folder));
    Optional<RunFolder> folder = reportFolder(training, reported);
    if (folder.isEmpty()) {
      return train(training.trainer(listener, stop, checkpoints));
    }
    Detail detail = report.isPresent() ? Detail.FULL : Detail.BRIEF;
    try (Recorder recorder =
        Reporting.recorder(training, folder.get(), detail, resumes, listener::noted)) {
      Trainer trainer = training.trainer(recorder.and(listener), stop, checkpoints);
      if (detail == Detail.FULL) {
        trainer.probe(training.gradients());
      }
      return train(trainer);
    } finally {
      if (Files.exists(folder.get().page())) {
        output.note("report " + folder.get().page());
      }
    }
  }

  /** The folder that --report names; it may be given without one. */
  private Optional<Path> namedReport() {
    return report.filter(folder -> !folder.toString().isEmpty());
  }

  private Optional<RunFolder> reportFolder(Training training, Optional<Path> wanted) {
    if (isUnreported) {
      return Optional.empty();
    }
    if (wanted.isPresent()) {
      RunFolder folder = new RunFolder(wanted.get());
      folder.prepare();
      return Optional.of(folder);
    }
    String model = training.bench().model().name();
    try {
      Optional<RunFolder> folder =
          Reporting.runs().map(runs -> new RunFolder(Reporting.newFolder(runs, model)));
      folder.ifPresent(RunFolder::prepare);
      return folder;
    } catch (UserError failure) {
      output.note("note: there will be no report: " + failure.getMessage());
      return Optional.empty();
    }
  }

  private FinalReport train(Trainer trainer) {
    if (resumes) {
      trainer.resume();
    }
    return trainer.train();
  }

  private CheckpointFolder checkpoints(Training training, Path folder) {
    CheckpointFolder checkpoints =
        training.checkpoints(
            folder, checkpointSteps.map(OptionalLong::of).orElse(OptionalLong.empty()));
    checkpoints.prepare();
    checkpoints.requireWritable();
    return checkpoints;
  }

  private void save(Training training, FinalReport result, Path path) {
    if (result.steps() == 0) {
      output.note("nothing was learned, so nothing is saved");
      return;
    }
    training.save(path);
    output.note("saved " + path);
  }
}
