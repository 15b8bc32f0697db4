// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import java.util.List;

/** What came of one case. */
public record CaseReport(String name, List<Comparison> comparisons, List<NotRun> notRun) {

  /** A part of the case that was not compared, and the reason. */
  public record NotRun(String part, String reason) {}

  public CaseReport {
    comparisons = List.copyOf(comparisons);
    notRun = List.copyOf(notRun);
  }

  public List<Comparison> misses() {
    return comparisons.stream().filter(Comparison::isMiss).toList();
  }
}
