// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import java.util.List;
import java.util.Optional;

/**
 * What was found when a run was measured last.
 *
 * @param measuredOn the part of the data, {@code test} or {@code validation}
 * @param wrong the most wrong first
 * @param timings seconds by what they were spent on
 * @param notes what the user was told meanwhile
 * @param bytes the memory of the model, its training and what looked at it
 */
public record RunResults(
    String measuredOn,
    Optional<Confusion> confusion,
    List<WrongExample> wrong,
    List<Timing> timings,
    List<String> notes,
    long bytes) {

  /** How often samples of each class (the rows) were taken for which (the columns). */
  public record Confusion(List<String> classes, List<List<Long>> counts) {
    public Confusion {
      classes = List.copyOf(classes);
      counts = counts.stream().map(List::copyOf).toList();
    }
  }

  /** How long something took. */
  public record Timing(String what, double seconds) {}

  public RunResults {
    wrong = List.copyOf(wrong);
    timings = List.copyOf(timings);
    notes = List.copyOf(notes);
  }
}
