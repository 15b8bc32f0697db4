// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Measures what is asked for, and adds it to a report. */
final class Measurements {

  private final Home home;
  private final Report report;

  Measurements(Home home, Report report) {
    this.home = home;
    this.report = report;
  }

  void models(Table table, Work work, List<Case> cases, Turns turns) {
    for (Case which : cases) {
      List<Contender> contenders = new ArrayList<>();
      try {
        if (which.threads() > 1) {
          report.addDistance(Distance.nanos());
        }
        contenders.add(DlcContender.start(which));
        contenders.addAll(PyTorch.startAll(which, home));
        List<Speed> speeds = turns.take(contenders, work);
        report.add(table, ModelRow.of(which, work, speeds, report.models(table)));
      } finally {
        contenders.forEach(Contender::close);
      }
    }
  }

  /** Whether all layers gave the same on both sides. */
  boolean layers(List<LayerCase> layers, List<Integer> threads, Turns turns) throws IOException {
    LayerBench bench = new LayerBench(home, turns);
    boolean agree = true;
    for (LayerCase layer : layers) {
      for (int count : threads) {
        LayerRow row = bench.measure(layer, count);
        report.add(layer.isProduct() ? Table.PRODUCTS : Table.LAYERS, row);
        agree &= row.agrees();
      }
    }
    return agree;
  }

  void memory(List<Case> cases) throws IOException, InterruptedException {
    for (Case which : cases) {
      report.add(Table.MEMORY, Memory.measure(which, home));
    }
  }

  void start(int runs) throws IOException, InterruptedException {
    for (StartUp.Command command : StartUp.commands(home)) {
      report.add(Table.START, command.time(runs));
    }
  }
}
