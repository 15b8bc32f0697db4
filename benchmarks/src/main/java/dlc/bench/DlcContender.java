// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.Workbench;
import dlc.runtime.Executable;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/** dlc in this process: compiled code is called as the trainer calls it. */
final class DlcContender implements Contender {

  /** The entry points of a model. */
  static final Map<Work, String> STEPS = Map.of(Work.TRAIN, "train_step", Work.PREDICT, "predict");

  /** The entry points of a layer, which learns nothing. */
  static final Map<Work, String> PASSES = Map.of(Work.TRAIN, "gradients", Work.PREDICT, "predict");

  private static final int SEED = 1;

  private final Workbench bench;
  private final Executable model;
  private final RandomSlots slots;
  private final Map<Work, String> entries;
  private int steps;

  private DlcContender(Workbench bench, Map<Work, String> entries) {
    this.bench = bench;
    this.entries = entries;
    bench.session().init(SEED);
    this.model = bench.session().usual();
    this.slots = new RandomSlots(bench);
  }

  /** Compiles {@code file}; every input is random. */
  static DlcContender start(ModelFile file, int batch, int threads, Map<Work, String> entries) {
    RunOptions options = RunOptions.usual().withBatch(batch).withThreads(threads);
    return new DlcContender(Workbench.open(file, options), entries);
  }

  /** A model as {@code which} says. */
  static DlcContender start(Case which) {
    return start(which.load(), which.batch(), which.threads(), STEPS);
  }

  Workbench bench() {
    return bench;
  }

  Executable model() {
    return model;
  }

  @Override
  public String name() {
    return "dlc";
  }

  @Override
  public double round(Work work, double seconds) {
    String entry = prepare(work);
    Samples times = new Samples();
    long before = System.nanoTime();
    long end = before + (long) (seconds * 1e9);
    while (times.isEmpty() || before < end) {
      run(entry);
      long after = System.nanoTime();
      times.add((after - before) / 1e9);
      before = after;
    }
    if (work == Work.TRAIN) {
      requireFinite(model.slot(entry, "loss").get(ValueLayout.JAVA_FLOAT, 0));
    }
    return times.median();
  }

  /** The entry point that does {@code work}, its inputs filled. */
  String prepare(Work work) {
    String entry = entries.get(work);
    slots.fill(entry);
    return entry;
  }

  /** New random inputs at the next {@link #prepare}. */
  void forgetInputs() {
    slots.forget();
  }

  /** A step, as the trainer counts them. */
  void run(String entry) {
    if (model.takes(entry, "step")) {
      model.slot(entry, "step").set(ValueLayout.JAVA_INT, 0, ++steps);
    }
    model.run(entry);
  }

  private static void requireFinite(float loss) {
    if (!Float.isFinite(loss)) {
      throw new IllegalStateException("dlc: the loss is " + loss);
    }
  }

  @Override
  public void close() {
    bench.close();
  }
}
