// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

/**
 * Where training stands after a step; epochs and steps count from 1, {@code loss} is that of this
 * batch, {@code meanLoss} that of the epoch so far.
 */
public record BatchReport(
    int epoch,
    long step,
    int stepInEpoch,
    int stepsInEpoch,
    int samplesDone,
    double loss,
    double meanLoss,
    double samplesPerSecond,
    double secondsLeft) {}
