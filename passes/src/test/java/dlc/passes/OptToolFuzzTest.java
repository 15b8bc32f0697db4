// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.text.GraphPrinter;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No IR text makes the tool fail in another way than with an error for its user. */
final class OptToolFuzzTest {

  private static final int TEXTS = 400;
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  @Test
  void otherNumbersAreFineOrAnError() {
    for (int seed = 0; seed < TEXTS; seed++) {
      Random random = new Random(seed);
      Graph graph =
          random.nextBoolean()
              ? RandomGraphs.make(DType.F32, seed)
              : RandomGraphs.makeTraining(DType.F64, seed);
      String text = GraphPrinter.print(graph);
      List<MatchResult> numbers = NUMBER.matcher(text).results().toList();
      MatchResult changed = numbers.get(random.nextInt(numbers.size()));
      String other = List.of("0", "1", "2", "3", "5", "-1", "70000").get(random.nextInt(7));
      String mutated = text.substring(0, changed.start()) + other + text.substring(changed.end());
      run(List.of("opt", "--passes=standard", "--emit=kernel"), mutated, seed);
      run(List.of("interp"), mutated, seed);
    }
  }

  private static void run(List<String> command, String text, int seed) {
    try {
      OptTool.run(command, new SourceFile("fuzz", text));
    } catch (CompilationFailed | UserError expected) {
      // The user is told what is wrong.
    } catch (RuntimeException crash) {
      throw new AssertionError("seed %d, %s:%n%s".formatted(seed, command, text), crash);
    }
  }
}
