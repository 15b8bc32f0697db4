// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.UserError;
import dlc.runtime.Executable;
import dlc.runtime.data.Dataset;
import java.util.List;
import java.util.function.Consumer;

/**
 * A step of training that can be done again, also by a program that shows more of it.
 *
 * @param entry the entry point: {@code train_step} or {@code accumulate_step}
 * @param when which step it is, in words
 * @param samples those of {@code data} that the step is about, in the order of the batch
 * @param rate the learning rate
 * @param run does the step on an executable that has that entry point with the same inputs, a loss
 *     and the output
 */
public record Replay(
    String entry,
    String when,
    Dataset data,
    List<Integer> samples,
    double rate,
    Consumer<Executable> run) {

  public Replay {
    samples = List.copyOf(samples);
  }

  /** Looks at a step after which something was not finite. */
  @FunctionalInterface
  public interface Inspector {

    /** Finds nothing. */
    Inspector NONE = (_, plain) -> plain;

    /**
     * What to tell of {@code replay}; all state is as it was before the step.
     *
     * @param plain what to tell when nothing is found
     */
    UserError explain(Replay replay, UserError plain);
  }
}
