// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.kernel.Target;
import dlc.ir.text.GraphParser;
import dlc.testkit.GoldenTests;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The LLVM IR of small graphs, for a processor with AVX2. It is made without LLVM. */
final class LlvmGoldenTest {

  @TestFactory
  List<DynamicTest> goldens() {
    return GoldenTests.under(
        "llvm",
        (command, input, file) ->
            ModuleText.write(
                CompiledGraphs.kernels(GraphParser.parseOne(input), Target.X86_64_V3),
                Target.X86_64_V3,
                "m"));
  }
}
