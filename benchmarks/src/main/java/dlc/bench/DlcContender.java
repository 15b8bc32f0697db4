// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.ModelFile;
import dlc.driver.ModelSession;
import dlc.driver.RunOptions;
import dlc.driver.Workbench;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** dlc in this process: the compiled step is called as the trainer calls it. */
final class DlcContender implements Contender {

  private static final String ENTRY = "train_step";
  private static final int CLASSES = 10;
  private static final float LEARNING_RATE = 0.001f;

  private final Workbench bench;
  private final Executable model;
  private final MemorySegment counter;
  private int steps;

  private DlcContender(Workbench bench, Executable model) {
    this.bench = bench;
    this.model = model;
    this.counter = model.slot(ENTRY, "step");
  }

  static DlcContender start(Case which, Path home) {
    RunOptions options = RunOptions.usual().withBatch(which.batch()).withThreads(which.threads());
    Workbench bench = Workbench.open(ModelFile.load(which.file(home), Map.of()), options);
    ModelSession session = bench.session();
    session.init(1);
    DlcContender contender = new DlcContender(bench, session.usual());
    contender.fill();
    return contender;
  }

  /** Random data, and the settings of the optimizer. */
  private void fill() {
    Random random = new Random(1);
    MemorySegment image = model.slot(ENTRY, "image");
    TensorType type = model.type(ENTRY, "image");
    for (long i = 0; i < type.elements(); i++) {
      image.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
    }
    MemorySegment target = model.slot(ENTRY, "target");
    for (long i = 0; i < model.type(ENTRY, "target").elements(); i++) {
      target.setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt(CLASSES));
    }
    model.slot(ENTRY, "lr").set(ValueLayout.JAVA_FLOAT, 0, LEARNING_RATE);
  }

  @Override
  public String name() {
    return "dlc";
  }

  @Override
  public double round(double seconds) {
    Samples times = new Samples();
    long before = System.nanoTime();
    long end = before + (long) (seconds * 1e9);
    while (times.isEmpty() || before < end) {
      counter.set(ValueLayout.JAVA_INT, 0, ++steps);
      model.run(ENTRY);
      long after = System.nanoTime();
      times.add((after - before) / 1e9);
      before = after;
    }
    float loss = model.slot(ENTRY, "loss").get(ValueLayout.JAVA_FLOAT, 0);
    if (!Float.isFinite(loss)) {
      throw new IllegalStateException("dlc: the loss is " + loss);
    }
    return times.median();
  }

  @Override
  public void close() {
    bench.close();
  }
}
