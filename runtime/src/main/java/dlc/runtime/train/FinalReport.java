// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.Optional;

/**
 * What came of training; {@code lastEpoch} is missing when not one step was done, and {@code test}
 * without test data or when training was {@code stopped}.
 */
public record FinalReport(
    long steps,
    boolean stopped,
    Optional<EpochReport> lastEpoch,
    Optional<Figures> test,
    double seconds) {}
