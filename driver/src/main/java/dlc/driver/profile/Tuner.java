// SPDX-License-Identifier: Apache-2.0
package dlc.driver.profile;

import dlc.driver.CodeOptions;
import dlc.driver.Workbench;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * Finds the fastest tilings of the contractions of a training step by running it with each.
 *
 * <p>What is measured is a whole step on its data and its threads, so that a kernel finds its
 * operands in those caches in which it will find them later. Packing an operand counts for the
 * kernel that wants it packed.
 */
public final class Tuner {

  private static final int WARM_UP = 2;
  private static final int LEAST_STEPS = 3;

  /** Another tiling must win so much: less is chance. */
  private static final double GAIN = 0.97;

  /** How often the winners are measured against the estimates at the end. */
  private static final int FINALS = 3;

  /**
   * What came of one contraction.
   *
   * @param kernel as it was before it was scheduled
   * @param nanos the time of all its calls in a step with each tiling that was measured, the
   *     estimated one first
   * @param best the fastest tiling
   */
  public record Row(Kernel kernel, SequencedMap<String, Double> nanos, String best) {

    public Row {
      nanos = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(nanos));
    }

    /** The tiling that the cost model takes. */
    public String estimated() {
      return nanos.firstEntry().getKey();
    }

    public double estimatedNanos() {
      return nanos.firstEntry().getValue();
    }

    public double bestNanos() {
      return Objects.requireNonNull(nanos.get(best));
    }

    public boolean isBetter() {
      return !best.equals(estimated());
    }
  }

  /**
   * What came of all.
   *
   * @param rows one for each different contraction
   * @param estimatedNanos the median time of a step as estimated
   * @param tunedNanos the median time with the fastest tilings, measured in turns with the former
   */
  public record Result(List<Row> rows, double estimatedNanos, double tunedNanos) {

    public Result {
      rows = List.copyOf(rows);
    }

    /** Whether the winners make the whole step faster, too. */
    public boolean isBetter() {
      return tunedNanos < estimatedNanos;
    }

    /** Puts the winners into {@code file}; others of the same kernels are taken out. */
    public void keep(TilingFile file, Workbench bench) {
      for (Row row : rows) {
        if (row.isBetter() && isBetter()) {
          file.put(row.kernel(), bench.processor(), row.best());
        } else {
          file.remove(row.kernel(), bench.processor());
        }
      }
    }
  }

  /** Hears of the progress. */
  @FunctionalInterface
  public interface Listener {
    void round(int number, int of);
  }

  private final Workbench bench;
  private final StepClock clock;
  private final TilingTrial trial;
  private final double seconds;

  /** The times by the keys of contractions and by tilings, as they were measured. */
  private final Map<String, SequencedMap<String, Double>> times = new LinkedHashMap<>();

  private Tuner(Workbench bench, StepClock clock, TilingTrial trial, double seconds) {
    this.bench = bench;
    this.clock = clock;
    this.trial = trial;
    this.seconds = seconds;
  }

  /** What a workbench is opened with, to be tuned. */
  public static final class Setup {
    private final StepClock clock = new StepClock(TrialSteps.ENTRY);
    private final TilingTrial trial;

    /** Tries so many tilings of a contraction at most. */
    public Setup(int alternatives) {
      trial = new TilingTrial(alternatives);
    }

    /** The ways to tile {@code kernel} that were tried. */
    List<String> tilings(Kernel kernel) {
      return Objects.requireNonNull(trial.found().get(TilingFile.key(kernel))).tilings();
    }

    /** The options with this looking at the code, and choosing its tilings. */
    public CodeOptions code(CodeOptions usual) {
      return usual.observedBy(usual.observation().timedBy(clock)).tiledBy(_ -> trial);
    }
  }

  /**
   * Tunes the training step of a program.
   *
   * @param bench opened with the options of {@code setup}
   * @param seconds how long to run in each round
   */
  public static Result run(Workbench bench, Setup setup, double seconds, Listener listener) {
    return new Tuner(bench, setup.clock, setup.trial, seconds).run(listener);
  }

  private Result run(Listener listener) {
    trial.begin(0);
    measure();
    int rounds = trial.rounds();
    for (int round = 1; round < rounds; round++) {
      listener.round(round, rounds);
      trial.begin(round);
      measure();
    }
    List<Row> rows = new ArrayList<>();
    times.forEach(
        (key, nanos) ->
            rows.add(row(Objects.requireNonNull(trial.found().get(key)).kernel(), nanos)));
    Map<String, String> winners = new HashMap<>();
    rows.forEach(row -> winners.put(TilingFile.key(row.kernel()), row.best()));
    double estimated = Double.POSITIVE_INFINITY;
    double tuned = Double.POSITIVE_INFINITY;
    for (int i = 0; i < FINALS && rows.stream().anyMatch(Row::isBetter); i++) {
      trial.fix(Map.of());
      estimated = Math.min(estimated, measure());
      trial.fix(winners);
      tuned = Math.min(tuned, measure());
    }
    return new Result(rows, estimated, tuned);
  }

  /** Runs a step as the trial has it now, and gives its median time. */
  private double measure() {
    try (TrialSteps steps = new TrialSteps(bench)) {
      steps.run(WARM_UP);
      clock.reset();
      steps.runFor(seconds, LEAST_STEPS);
    }
    Map<String, Double> sums = new LinkedHashMap<>();
    Map<String, String> tilings = new HashMap<>();
    double staging = 0;
    List<KernelProgram.Call> calls = clock.entry().calls();
    for (int i = 0; i < calls.size(); i++) {
      Kernel source = calls.get(i).source();
      double nanos = clock.nanos(i) + staging;
      staging = source.name().equals("stage") ? nanos : 0;
      String key = staging > 0 ? "" : TilingFile.key(source);
      if (trial.found().containsKey(key)) {
        sums.merge(key, nanos, Double::sum);
        tilings.put(key, trial.current(key));
      }
    }
    sums.forEach(
        (key, nanos) ->
            times
                .computeIfAbsent(key, _ -> new LinkedHashMap<>())
                .merge(Objects.requireNonNull(tilings.get(key)), nanos, Math::min));
    return clock.nanos();
  }

  private static Row row(Kernel kernel, SequencedMap<String, Double> nanos) {
    String best = nanos.firstEntry().getKey();
    double least = nanos.firstEntry().getValue() * GAIN;
    for (Map.Entry<String, Double> each : nanos.entrySet()) {
      if (each.getValue() < least) {
        best = each.getKey();
        least = each.getValue();
      }
    }
    return new Row(kernel, nanos, best);
  }
}
