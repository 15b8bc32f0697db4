// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.driver.Dlc;
import dlc.driver.RunOptions;
import dlc.runtime.train.BatchReport;
import dlc.runtime.train.TrainListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tutorial's network learns photographs on an OpenCL device as it does on the processor. */
final class OpenClTrainingTest {

  private static final Path DATA = Path.of("..", "..", "shared", "data");
  private static final int STEPS = 100;

  @Test
  void lossesOfAHundredStepsAreThoseOfTheProcessor() {
    assumeTrue(
        Files.isDirectory(DATA.resolve("cifar-10-batches-bin")),
        "there is no ../shared/data/cifar-10-batches-bin");
    OpenClDevices.require();
    List<Double> expected = losses("cpu");
    List<Double> actual = losses("opencl");
    assertThat(expected).hasSize(STEPS);
    for (int step = 0; step < STEPS; step++) {
      assertThat(actual.get(step))
          .as("step %d", step + 1)
          .isCloseTo(expected.get(step), within(1e-4 * expected.get(step)));
    }
    assertThat(losses("opencl")).as("the same bits").isEqualTo(actual);
  }

  private static List<Double> losses(String device) {
    List<Double> losses = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void batchDone(BatchReport report) {
            losses.add(report.loss());
          }
        };
    RunOptions options = RunOptions.usual().withData(DATA).withDevice(device);
    Path program = Path.of("..", "samples", "simple_cnn.dl");
    try (Dlc model = Dlc.compile(program, options, Map.of())) {
      model.training().listener(listener).steps(STEPS).train();
    }
    return losses;
  }
}
