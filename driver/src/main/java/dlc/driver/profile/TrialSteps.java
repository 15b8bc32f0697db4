// SPDX-License-Identifier: Apache-2.0
package dlc.driver.profile;

import dlc.driver.ModelSession;
import dlc.driver.TrainLimits;
import dlc.driver.Workbench;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import dlc.runtime.train.SingleSteps;
import dlc.runtime.train.TrainSettings;
import java.util.Arrays;

/** Training steps on the data of a program, one after the other, on weights that nobody keeps. */
final class TrialSteps implements AutoCloseable {

  /** The entry point that is run. */
  static final String ENTRY = "train_step";

  private final ModelSession session;
  private final SingleSteps steps;
  private final TrainSettings settings;
  private final int[] order;
  private final int batch;
  private int done;

  TrialSteps(Workbench bench) {
    this.settings = bench.settings(TrainLimits.NONE);
    Dataset data = bench.data().training();
    this.batch = Math.min(settings.batch(), data.size());
    this.order = RandomStream.permutation(Purpose.SHUFFLE, settings.seed(), 1, data.size());
    this.session = bench.trialSession();
    this.steps = SingleSteps.training(session, settings, data);
  }

  /** The samples in a step. */
  int batch() {
    return batch;
  }

  /** Does {@code count} steps. */
  void run(int count) {
    int batches = order.length / batch;
    for (int i = 0; i < count; i++) {
      int start = done % batches * batch;
      steps.run(Arrays.copyOfRange(order, start, start + batch), ++done, settings.lr());
    }
  }

  /** Does steps for so long, but {@code least} of them. */
  void runFor(double seconds, int least) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    for (int i = 0; i < least || System.nanoTime() < end; i++) {
      run(1);
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
