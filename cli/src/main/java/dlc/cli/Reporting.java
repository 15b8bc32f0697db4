// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.Memory;
import dlc.driver.Training;
import dlc.driver.Workbench;
import dlc.frontend.TrainSection;
import dlc.report.Recorder;
import dlc.report.RunFacts;
import dlc.report.RunFolder;
import dlc.runtime.data.Loaded;
import dlc.runtime.train.TrainSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Says what a report should know of a training run that is about to begin. */
final class Reporting {

  /** The variable that names the folder of the runs; where it is empty, none are kept. */
  static final String RUNS_VARIABLE = "DLC_RUNS";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  private Reporting() {}

  /** Where reports go that are given no folder; nothing where they are not wanted. */
  static Optional<Path> runs() {
    String folder = System.getenv(RUNS_VARIABLE);
    return folder == null
        ? Optional.of(Path.of("runs"))
        : Optional.of(folder).filter(name -> !name.isEmpty()).map(Path::of);
  }

  /** A folder that is not there yet: {@code runs/digits-20260131-235959}. */
  static Path newFolder(Path parent, String model) {
    String name =
        model.toLowerCase(Locale.ROOT)
            + "-"
            + TIME.format(ZonedDateTime.now(ZoneId.systemDefault()));
    Path folder = parent.resolve(name);
    for (int again = 2; Files.exists(folder); again++) {
      folder = parent.resolve(name + "-" + again);
    }
    return folder;
  }

  /** What writes the report of {@code training} into {@code folder}. */
  static Recorder recorder(
      Training training,
      RunFolder folder,
      Recorder.Detail detail,
      boolean resumes,
      Consumer<String> notes) {
    Workbench bench = training.bench();
    Recorder.Subject subject =
        new Recorder.Subject(
            training.settings().task(),
            bench.state(),
            bench::network,
            () -> bench.session().bytes());
    RunFacts facts = facts(training);
    Recorder recorder =
        resumes
            ? Recorder.continuing(folder, facts, subject, detail, notes)
            : Recorder.begin(folder, facts, subject, detail, notes);
    recorder.timed("data and compilation", training.preparation());
    return recorder;
  }

  private static RunFacts facts(Training training) {
    Workbench bench = training.bench();
    return new RunFacts(
        bench.model().name(),
        bench.file().path().toString(),
        text(bench.file().path()),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        settings(training),
        samples(training.data()),
        versions(),
        machine(bench),
        LayerTable.of(bench.model()),
        bench.model().weightCount());
  }

  private static String text(Path program) {
    try {
      return Files.readString(program);
    } catch (IOException _) {
      return ""; // it was there a moment ago, and is no part of the run
    }
  }

  private static Map<String, String> settings(Training training) {
    TrainSection section = training.bench().section();
    TrainSettings settings = training.settings();
    Map<String, String> all = new LinkedHashMap<>();
    section.data().ifPresent(data -> all.put("data", data.toString()));
    section.loss().ifPresent(loss -> all.put("loss", loss));
    section.optimizer().ifPresent(optimizer -> all.put("optimizer", optimizer.toString()));
    if (!section.updates().schedule().isEmpty()) {
      all.put("schedule", list(section.updates().schedule()));
    }
    section
        .clip()
        .ifPresent(clip -> all.put("clip", (clip.byNorm() ? "norm " : "value ") + clip.bound()));
    section.updates().ema().ifPresent(decay -> all.put("ema", String.valueOf(decay)));
    all.put("batch", String.valueOf(settings.batch()));
    if (settings.accumulate() > 1) {
      all.put("accumulate", String.valueOf(settings.accumulate()));
    }
    all.put("epochs", String.valueOf(settings.epochs()));
    settings.steps().ifPresent(steps -> all.put("steps", String.valueOf(steps)));
    all.put("precision", section.precision().toString());
    all.put("seed", String.valueOf(settings.seed()));
    training
        .bench()
        .file()
        .checked()
        .params()
        .forEach((name, value) -> all.put("param " + name, value));
    return all;
  }

  private static String list(List<?> parts) {
    return String.join(", ", parts.stream().map(Object::toString).toList());
  }

  private static Map<String, Integer> samples(Loaded data) {
    Map<String, Integer> samples = new LinkedHashMap<>();
    samples.put("training", data.training().size());
    data.validation().ifPresent(part -> samples.put("validation", part.size()));
    data.test().ifPresent(part -> samples.put("test", part.size()));
    return samples;
  }

  private static Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("dlc", Version.text());
    versions.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    versions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    return versions;
  }

  private static Map<String, String> machine(Workbench bench) {
    Map<String, String> machine = new LinkedHashMap<>();
    processor().ifPresent(name -> machine.put("processor", name));
    machine.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    machine.put("computed by", bench.device());
    Memory.ofMachine().ifPresent(bytes -> machine.put("memory", Memory.text(bytes)));
    try {
      machine.put("host", InetAddress.getLocalHost().getHostName());
    } catch (IOException _) {
      // A machine without a name.
    }
    return machine;
  }

  private static Optional<String> processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
