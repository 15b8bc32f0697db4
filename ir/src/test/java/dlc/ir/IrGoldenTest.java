// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.ir.interp.InterpTool;
import dlc.ir.text.GraphParser;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.Verifier;
import dlc.testkit.GoldenTests;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the text of tensor IR means: read, verified, printed, and run. */
final class IrGoldenTest {

  @TestFactory
  List<DynamicTest> text() {
    return GoldenTests.under("text", IrGoldenTest::run);
  }

  @TestFactory
  List<DynamicTest> verify() {
    return GoldenTests.under("verify", IrGoldenTest::run);
  }

  @TestFactory
  List<DynamicTest> interp() {
    return GoldenTests.under("interp", IrGoldenTest::run);
  }

  private static String run(List<String> command, String input, Path file) {
    try {
      SourceFile source = new SourceFile(file.getFileName().toString(), input);
      List<Graph> graphs = GraphParser.parse(source);
      List<String> problems =
          graphs.stream().flatMap(graph -> Verifier.problems(graph).stream()).toList();
      if (!problems.isEmpty()) {
        return String.join("\n", problems);
      }
      return command.getFirst().equals("interp")
          ? InterpTool.run(graphs, command.subList(1, command.size()))
          : graphs.stream().map(GraphPrinter::print).collect(Collectors.joining("\n"));
    } catch (CompilationFailed wrong) {
      return String.valueOf(wrong.getMessage());
    } catch (UserError wrong) {
      return wrong.render();
    }
  }
}
