// SPDX-License-Identifier: Apache-2.0
package dlc.samples;

import dlc.driver.Dlc;
import dlc.runtime.train.BatchReport;
import dlc.runtime.train.TrainListener;
import dlc.testkit.GoldenTests;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The loss curves of whole programs, to three digits: they are the same on every processor. */
final class TrainGoldenTest {

  private static final long STEPS = 24;
  private static final int BETWEEN = 4;

  @TestFactory
  List<DynamicTest> goldens() {
    return GoldenTests.under("train", (_, _, file) -> losses(file));
  }

  private static String losses(Path file) {
    StringBuilder curve = new StringBuilder();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void batchDone(BatchReport report) {
            if ((report.step() - 1) % BETWEEN == 0) {
              String line = "step %d loss %.3f%n";
              curve.append(String.format(Locale.ROOT, line, report.step(), report.loss()));
            }
          }
        };
    try (Dlc model = Dlc.compile(file)) {
      model.training().steps(STEPS).listener(listener).train();
    }
    return curve.toString();
  }
}
