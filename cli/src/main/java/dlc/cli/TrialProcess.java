// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.sweep.Objective;
import dlc.driver.sweep.Outcome;
import dlc.driver.sweep.Sweep;
import dlc.driver.sweep.Trial;
import dlc.runtime.file.JsonLine;
import dlc.runtime.file.LineFile;
import dlc.runtime.train.StopFlag;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs trials as processes of their own, which train and say in JSON how they do. */
final class TrialProcess implements Sweep.Runner {

  private static final String MESSAGES = "messages.txt";

  /** What the processes of a trial have said, so that a killed search loses none of it. */
  private static final String MEASURED = "epochs.jsonl";

  private static final long PATIENCE_SECONDS = 30;

  private final List<String> command;
  private final Objective objective;
  private final Path folder;

  /**
   * A runner of trials.
   *
   * @param arguments of {@code dlc train}, beside what a trial adds
   * @param folder has a folder for each trial
   */
  TrialProcess(List<String> arguments, Objective objective, Path folder) {
    this.command = new ArrayList<>(java());
    this.command.add("train");
    this.command.addAll(arguments);
    this.command.addAll(List.of("--json", "--no-report", "--resume", "--stop-with-input"));
    this.objective = objective;
    this.folder = folder;
  }

  /** The command that runs this same program once more, to train. */
  private static List<String> java() {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.matches("-XX:.*|-Xlog:.*|-Xmx.*|--enable-native-access.*"))
        // What computes for long needs Java's second compiler.
        .filter(option -> !option.startsWith("-XX:TieredStopAtLevel"))
        .forEach(java::add);
    java.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return java;
  }

  @Override
  public Optional<Outcome> run(Trial trial, int epochs, StopFlag stop) {
    long start = System.nanoTime();
    Path place = folder.resolve("trial-%03d".formatted(trial.number()));
    Map<Integer, Double> curve = new TreeMap<>();
    try {
      Files.createDirectories(place);
      Path measured = place.resolve(MEASURED);
      List<JsonLine> earlier = JsonLine.whole(measured);
      earlier.forEach(line -> read(line, curve));
      if (curve.isEmpty()) {
        forget(place);
      }
      List<String> whole = new ArrayList<>(command);
      trial.params().forEach((name, value) -> whole.addAll(List.of("-D", name + "=" + value)));
      whole.addAll(List.of("--checkpoint-dir", place.toString()));
      Process process =
          new ProcessBuilder(whole).redirectError(place.resolve(MESSAGES).toFile()).start();
      stop.whenRequested(() -> end(process));
      boolean isDone = false;
      try (BufferedReader output = process.inputReader();
          LineFile kept = LineFile.begin(measured, _ -> {})) {
        earlier.forEach(line -> kept.add(line.source()));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          if (JsonLine.of(line).filter(each -> read(each, curve)).isPresent()) {
            kept.add(line);
          }
          isDone = !curve.isEmpty() && lastOf(curve) >= epochs;
          if (isDone) {
            end(process);
          }
        }
      }
      int code = ended(process);
      double seconds = (System.nanoTime() - start) / 1e9;
      if (stop.isRequested() && !isDone) {
        return curve.isEmpty()
            ? Optional.empty()
            : Optional.of(new Outcome(trial, curve, seconds, Optional.empty()));
      }
      return Optional.of(
          new Outcome(trial, curve, seconds, failure(code, curve, place.resolve(MESSAGES))));
    } catch (IOException failure) {
      return Optional.of(
          new Outcome(
              trial,
              curve,
              (System.nanoTime() - start) / 1e9,
              Optional.of("the process could not be run: " + failure.getMessage())));
    }
  }

  /** Ends the input of {@code process}, which saves where it is when it notices. */
  private static void end(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException _) {
      // It has ended already.
    }
  }

  private static int lastOf(Map<Integer, Double> curve) {
    return curve.keySet().stream().mapToInt(each -> each).max().orElse(0);
  }

  /** Takes the metric of a whole epoch from what a process says; false where it says none. */
  private boolean read(JsonLine line, Map<Integer, Double> curve) {
    Optional<Double> epoch = line.number("epoch");
    Optional<Double> figure = line.number(objective.toString());
    if (epoch.isEmpty() || figure.isEmpty() || line.isTrue("stopped")) {
      return false;
    }
    curve.put(epoch.get().intValue(), figure.get());
    return true;
  }

  /** Removes the checkpoints of a trial of which nothing was measured: it begins anew. */
  private static void forget(Path place) throws IOException {
    try (Stream<Path> files = Files.list(place)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private static int ended(Process process) {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      return process.waitFor();
    } catch (InterruptedException _) {
      process.destroy();
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private Optional<String> failure(int code, Map<Integer, Double> curve, Path messages) {
    if (code == 0 && !curve.isEmpty()) {
      return Optional.empty();
    }
    if (code == 0) {
      return Optional.of("'%s' is not measured in this training".formatted(objective));
    }
    try {
      return Files.readAllLines(messages).stream()
          .filter(line -> line.startsWith("error"))
          .findFirst()
          .or(
              () ->
                  Optional.of("the process ended with code %d, see %s".formatted(code, messages)));
    } catch (IOException _) {
      return Optional.of("the process ended with code " + code);
    }
  }
}
