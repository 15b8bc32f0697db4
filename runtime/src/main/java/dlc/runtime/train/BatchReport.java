// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Where training stands after a step; epochs and steps count from 1, {@code loss} is that of this
 * batch, {@code meanLoss} and {@code accuracy} (where there are classes) are those of the epoch so
 * far.
 *
 * @param gradients of this batch, where they were looked at; valid until the next batch
 */
public record BatchReport(
    int epoch,
    long step,
    int stepInEpoch,
    int stepsInEpoch,
    int samplesDone,
    double loss,
    double meanLoss,
    OptionalDouble accuracy,
    double lr,
    Optional<Gradients> gradients,
    double samplesPerSecond,
    double secondsLeft) {}
