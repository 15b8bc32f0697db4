// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.kernel.Target;
import dlc.ir.text.GraphParser;
import dlc.testkit.GoldenTests;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The LLVM IR of small graphs, for a processor with AVX2 where no other is named. It is made
 * without LLVM.
 */
final class LlvmGoldenTest {

  private static final String CPU = "--cpu=";

  @TestFactory
  List<DynamicTest> goldens() {
    return GoldenTests.under(
        "llvm",
        (command, input, file) -> {
          Target target = target(command);
          return ModuleText.write(
              CompiledGraphs.kernels(GraphParser.parseOne(input), target), target, "m");
        });
  }

  private static Target target(List<String> command) {
    return command.stream()
        .filter(option -> option.startsWith(CPU))
        .map(option -> Target.named(option.substring(CPU.length())).orElseThrow())
        .findFirst()
        .orElse(Target.X86_64_V3);
  }
}
