// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Diagnostic;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.MetricsLog;
import dlc.runtime.train.TrainListener;

/** Prints what {@code metrics.jsonl} holds. */
final class JsonLines implements TrainListener {

  private final Output output;

  JsonLines(Output output) {
    this.output = output;
  }

  @Override
  public void noted(String message) {
    output.note("note: " + message);
  }

  @Override
  public void warned(Diagnostic warning) {
    output.warn(warning);
  }

  @Override
  public void epochDone(EpochReport report) {
    output.out().println(MetricsLog.line(report));
  }

  @Override
  public void finished(FinalReport report) {
    output.out().println(MetricsLog.line(report));
  }
}
