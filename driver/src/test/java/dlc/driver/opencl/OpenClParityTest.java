// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.driver.parity.CaseReport;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Parity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Recorded cases agree with PyTorch on an OpenCL device.
 *
 * <p>{@code -Dlarge=true} has all of them run, which takes a driver minutes to build.
 */
final class OpenClParityTest {

  private static final Path CASES = Path.of("..", "..", "shared", "oracle", "open");
  private static final List<String> SMALL = List.of("02_simplecnn", "01_mlp_relu_ce");

  @Test
  void recordedCasesAgree() {
    assumeTrue(Files.isDirectory(CASES), "there is no ../shared/oracle/open");
    try (Machine machine = OpenClDevices.machine()) {
      List<Path> cases = Parity.cases(CASES);
      assertThat(cases.stream().map(OpenClParityTest::name)).containsAll(SMALL);
      for (Path each : cases) {
        if (Boolean.getBoolean("large") || SMALL.contains(name(each))) {
          CaseReport report = Parity.run(each, machine);
          assertThat(report.misses()).as(name(each)).isEmpty();
          assertThat(report.notRun()).as(name(each)).isEmpty();
          assertThat(report.comparisons()).as(name(each)).isNotEmpty();
        }
      }
    }
  }

  private static String name(Path folder) {
    return folder.getFileName().toString();
  }
}
