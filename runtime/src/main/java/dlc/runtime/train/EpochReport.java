// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.Optional;

/**
 * What came of an epoch; {@code step} is the last one so far, {@code seconds} are those of this
 * epoch and {@code samplesPerSecond} is its speed of training, without validation.
 *
 * @param stopped whether it was asked to stop before its end: the figures are of a part of it
 */
public record EpochReport(
    int epoch,
    int epochs,
    long step,
    double lr,
    Figures training,
    Optional<Figures> validation,
    double seconds,
    double samplesPerSecond,
    double secondsLeft,
    boolean stopped) {}
