// SPDX-License-Identifier: Apache-2.0
package dlc.driver.profile;

import dlc.ir.kernel.KernelProgram;
import dlc.runtime.KernelClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Keeps the times of the kernels of one entry point, run after run. */
public final class StepClock implements KernelClock {

  private final String name;
  private final List<List<Long>> runs = new ArrayList<>();
  private Optional<KernelProgram.Entry> entry = Optional.empty();

  /** A clock for the entry point called {@code name}. */
  public StepClock(String name) {
    this.name = name;
  }

  @Override
  public void ran(KernelProgram.Entry now, List<Long> stamps) {
    if (now.name().equals(name)) {
      entry = Optional.of(now);
      runs.add(stamps);
    }
  }

  /** Forgets all runs. */
  void reset() {
    runs.clear();
  }

  int runs() {
    return runs.size();
  }

  /** The entry point that was run last. */
  KernelProgram.Entry entry() {
    return entry.orElseThrow(() -> new IllegalStateException(name + " was not run"));
  }

  /** The stamps of the last {@code count} runs. */
  List<List<Long>> last(int count) {
    return runs.subList(Math.max(0, runs.size() - count), runs.size());
  }

  /** The median time of call number {@code call}, in nanoseconds. */
  double nanos(int call) {
    return median(stamps -> stamps.get(call + 1) - stamps.get(call));
  }

  /** The median time of a run. */
  double nanos() {
    return median(stamps -> stamps.getLast() - stamps.getFirst());
  }

  private double median(ToDoubleFunction<List<Long>> time) {
    double[] sorted = runs.stream().mapToDouble(time).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
