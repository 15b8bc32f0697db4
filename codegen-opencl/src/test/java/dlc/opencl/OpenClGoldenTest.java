// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.Graph;
import dlc.ir.kernel.Target;
import dlc.ir.text.GraphParser;
import dlc.passes.Differentiate;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.PlanMemory;
import dlc.passes.schedule.Schedule;
import dlc.passes.simplify.Simplify;
import dlc.testkit.GoldenTests;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The OpenCL C of small graphs, for a device with vectors of 8 floats, and for one that has
 * work-items in their place. It needs no device.
 */
final class OpenClGoldenTest {

  @TestFactory
  List<DynamicTest> goldens() {
    return GoldenTests.under("opencl", (command, input, file) -> text(input, Target.X86_64_V3));
  }

  @TestFactory
  List<DynamicTest> goldensOfItems() {
    return GoldenTests.under(
        "items", (command, input, file) -> text(input, DeviceTargets.graphics("gpu")));
  }

  private static String text(String input, Target target) {
    Graph graph = GraphParser.parseOne(input);
    Graph simple = new Simplify().run(new Differentiate().run(graph));
    return ProgramText.of(
            PlanMemory.run("m", List.of(Schedule.run(LowerToKernels.run(simple), target))), target)
        .text();
  }
}
