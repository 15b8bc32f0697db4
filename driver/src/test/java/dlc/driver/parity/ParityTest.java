// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every recorded case agrees with PyTorch, compiled and interpreted. */
final class ParityTest {

  @TestFactory
  Stream<DynamicTest> compiledCodeAgrees() {
    return cases()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getFileName().toString(),
                    () -> {
                      try (Machine machine = new CpuMachine(2)) {
                        check(Parity.run(each, machine));
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> theInterpreterAgrees() {
    return cases()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getFileName().toString(),
                    () -> {
                      try (Machine machine = new InterpreterMachine()) {
                        check(Parity.run(each, machine));
                      }
                    }));
  }

  private static Stream<Path> cases() {
    Path folder = ReferenceData.folder("DLC_ORACLE", "oracle");
    List<Path> cases = Parity.cases(folder.resolve("open"));
    assertThat(cases).isNotEmpty();
    return cases.stream();
  }

  private static void check(CaseReport report) {
    assertThat(report.misses()).isEmpty();
    assertThat(report.notRun()).isEmpty();
    assertThat(report.comparisons()).isNotEmpty();
  }

  @Test
  void aNumberBesideItsToleranceIsAMiss() {
    Expected expected = Expected.exact(new double[] {1, -2}, 1e-5);
    assertThat(expected.compare("grad", "w", new double[] {1, -2 + 3e-5}).isMiss()).isFalse();
    assertThat(expected.compare("grad", "w", new double[] {1, -2 + 5e-5}).isMiss()).isTrue();
    assertThat(expected.compare("grad", "w", new double[] {Double.NaN, -2}).isMiss()).isTrue();
  }

  @Test
  void noiseIsLeftOut() {
    Expected expected = Expected.afterSteps(new double[] {1, 2}).only(place -> place != 1);
    assertThat(expected.compare("after5", "w", new double[] {1, 7}).isMiss()).isFalse();
  }
}
