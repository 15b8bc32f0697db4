// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Diagnostic;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;

/** Hears what happens during training, on the thread that trains. */
public interface TrainListener {

  /** Hears nothing. */
  TrainListener NONE = new TrainListener() {};

  /** Training goes on where an earlier run was, after so many whole epochs. */
  default void resumed(int epochs) {}

  default void epochStarted(int epoch, int epochs, int stepsInEpoch) {}

  /**
   * A batch was trained on. Where a device computes, this comes later than the batch, for many
   * batches at a time, unless somebody {@linkplain #asks asks}.
   */
  default void batchDone(BatchReport report) {}

  /** Whether to be told now of all batches that were begun, which makes a device wait. */
  default boolean asks() {
    return false;
  }

  /**
   * The samples {@code order[start]} and following of {@code part} were measured: one for each row
   * of {@code outputs}, which is valid until the next batch.
   */
  default void batchMeasured(Dataset part, int[] order, int start, int count, Column outputs) {}

  default void epochDone(EpochReport report) {}

  default void finished(FinalReport report) {}

  /** Something that a user should know, though training goes on. */
  default void noted(String message) {}

  /** Something that most likely is not as the user wants it, though training goes on. */
  default void warned(Diagnostic warning) {}

  /** A listener that tells both. */
  default TrainListener and(TrainListener next) {
    TrainListener first = this;
    return new TrainListener() {
      @Override
      public void resumed(int epochs) {
        first.resumed(epochs);
        next.resumed(epochs);
      }

      @Override
      public void epochStarted(int epoch, int epochs, int stepsInEpoch) {
        first.epochStarted(epoch, epochs, stepsInEpoch);
        next.epochStarted(epoch, epochs, stepsInEpoch);
      }

      @Override
      public void batchDone(BatchReport report) {
        first.batchDone(report);
        next.batchDone(report);
      }

      @Override
      public boolean asks() {
        boolean firstAsks = first.asks();
        return next.asks() || firstAsks;
      }

      @Override
      public void batchMeasured(Dataset part, int[] order, int start, int count, Column outputs) {
        first.batchMeasured(part, order, start, count, outputs);
        next.batchMeasured(part, order, start, count, outputs);
      }

      @Override
      public void epochDone(EpochReport report) {
        first.epochDone(report);
        next.epochDone(report);
      }

      @Override
      public void finished(FinalReport report) {
        first.finished(report);
        next.finished(report);
      }

      @Override
      public void noted(String message) {
        first.noted(message);
        next.noted(message);
      }

      @Override
      public void warned(Diagnostic warning) {
        first.warned(warning);
        next.warned(warning);
      }
    };
  }
}
