// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.testkit.GoldenTests;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every file under {@code src/test/golden/parse}, {@code check} and {@code diagnostics}. */
final class FrontEndGoldenTest {

  @TestFactory
  List<DynamicTest> parse() {
    return GoldenTests.under("parse", FrontEndTool::run);
  }

  @TestFactory
  List<DynamicTest> check() {
    return GoldenTests.under("check", FrontEndTool::run);
  }

  @TestFactory
  List<DynamicTest> diagnostics() {
    return GoldenTests.under("diagnostics", FrontEndTool::run);
  }
}
