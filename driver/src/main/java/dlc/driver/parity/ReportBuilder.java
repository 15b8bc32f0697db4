// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.base.CompilationFailed;
import dlc.driver.parity.CaseReport.NotRun;
import java.util.ArrayList;
import java.util.List;

/** Collects what comes of a case. */
final class ReportBuilder {

  private final String name;
  private final List<Comparison> comparisons = new ArrayList<>();
  private final List<NotRun> notRun = new ArrayList<>();

  ReportBuilder(String name) {
    this.name = name;
  }

  void add(Comparison comparison) {
    comparisons.add(comparison);
  }

  void notRun(String part, String reason) {
    notRun.add(new NotRun(part, reason));
  }

  /** Runs a part; errors in its dl text mean that this version cannot express it. */
  void attempt(String part, Runnable run) {
    try {
      run.run();
    } catch (CompilationFailed failure) {
      notRun(part, failure.diagnostics().getFirst().message());
    }
  }

  CaseReport build() {
    return new CaseReport(name, comparisons, notRun);
  }
}
