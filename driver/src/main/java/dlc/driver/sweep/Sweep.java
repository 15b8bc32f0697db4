// SPDX-License-Identifier: Apache-2.0
package dlc.driver.sweep;

import dlc.runtime.train.StopFlag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Runs the trials of a plan, several at a time.
 *
 * <p>What comes of a trial is in the log before the next one begins, so that a search that is
 * interrupted, however hard, goes on where it was.
 */
public final class Sweep {

  /** Trains with the params of a trial. */
  @FunctionalInterface
  public interface Runner {

    /**
     * Trains until there are {@code epochs} epochs, from where an earlier run of the trial ended.
     *
     * @param stop ends the trial early when it is requested
     * @return the epochs that were run, fewer when it was stopped; nothing when there are none
     */
    Optional<Outcome> run(Trial trial, int epochs, StopFlag stop);
  }

  private final SweepPlan plan;
  private final SweepLog log;
  private final Runner runner;
  private final int jobs;
  private final Map<Trial, Outcome> outcomes = new LinkedHashMap<>();

  /**
   * A search.
   *
   * @param log knows what came of trials before
   * @param jobs how many trials run at a time
   */
  public Sweep(SweepPlan plan, SweepLog log, Runner runner, int jobs) {
    this.plan = plan;
    this.log = log;
    this.runner = runner;
    this.jobs = jobs;
    plan.trials().forEach(trial -> outcomes.put(trial, Outcome.none(trial)));
    log.earlier().forEach(outcome -> outcomes.replace(outcome.trial(), outcome));
  }

  /**
   * Runs what is left to do.
   *
   * @param listener hears of each trial that has come to the end of a rung, one at a time
   * @return what came of all trials, the best first
   */
  public List<Outcome> run(StopFlag stop, Consumer<Outcome> listener) {
    List<Trial> going = new ArrayList<>(plan.trials());
    for (SweepPlan.Rung rung : plan.rungs()) {
      going =
          going.stream()
              .sorted((a, b) -> compare(a, b))
              .limit(rung.survivors())
              .sorted((a, b) -> Integer.compare(a.number(), b.number()))
              .toList();
      climb(going, rung.epochs(), stop, listener);
      if (stop.isRequested()) {
        break;
      }
    }
    return ranked();
  }

  /**
   * Everything up to a common epoch counts; a trial that happens to be further has no advantage.
   */
  private int compare(Trial a, Trial b) {
    int epochs = Math.min(outcome(a).epochs(), outcome(b).epochs());
    return plan.objective().bestAt(epochs).compare(outcome(a), outcome(b));
  }

  private Outcome outcome(Trial trial) {
    return outcomes.getOrDefault(trial, Outcome.none(trial));
  }

  private void climb(List<Trial> trials, int epochs, StopFlag stop, Consumer<Outcome> listener) {
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(jobs)) {
      for (Trial trial : trials) {
        Outcome before = outcome(trial);
        if (before.error().isEmpty() && before.epochs() < epochs) {
          running.add(workers.submit(() -> run(trial, epochs, stop, listener)));
        }
      }
    }
    for (Future<?> each : running) {
      rethrow(each);
    }
  }

  private static void rethrow(Future<?> done) {
    try {
      done.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(failure);
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(failure);
    }
  }

  private void run(Trial trial, int epochs, StopFlag stop, Consumer<Outcome> listener) {
    if (stop.isRequested()) {
      return;
    }
    Optional<Outcome> result = runner.run(trial, epochs, stop);
    if (result.isEmpty()) {
      return;
    }
    synchronized (this) {
      Outcome whole = outcome(trial).and(result.get());
      outcomes.put(trial, whole);
      log.add(whole);
      listener.accept(whole);
    }
  }

  /** What came of all trials that were begun, the best first, and those that went furthest. */
  public synchronized List<Outcome> ranked() {
    return outcomes.values().stream()
        .filter(each -> each.epochs() > 0 || each.error().isPresent())
        .sorted(
            Comparator.comparing((Outcome each) -> each.error().isPresent())
                .thenComparingInt(each -> plan.rungs().size() > 1 ? -rung(each) : 0)
                .thenComparing(plan.objective().best()))
        .toList();
  }

  private int rung(Outcome outcome) {
    return (int) plan.rungs().stream().filter(rung -> rung.epochs() <= outcome.epochs()).count();
  }
}
