// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.ir.Graph;
import dlc.ir.text.GraphParser;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Subnormal numbers in compiled code, and outside of it. */
final class FloatModeTest {

  /** Large enough to be shared out among threads. */
  private static final int SIZE = 1 << 18;

  @Test
  void flushesSubnormalNumbersOnAllThreadsAndLeavesThoseOfTheCallerAlone() {
    String text =
        "func @m(%x: f32[SIZE] input) {\n  %0 = exp %x : f32[SIZE]\n  %1 = mul %0, %0 : f32[SIZE]\n  return y=%1\n}\n"
            .replace("SIZE", String.valueOf(SIZE));
    Graph graph = GraphParser.parse(new SourceFile("test.dlir", text)).getFirst();
    double[] x = new double[SIZE];
    Arrays.fill(x, -46);
    float small = Float.MIN_NORMAL;
    try (CpuBackend backend = new CpuBackend(CpuBackend.host(), 2)) {
      double[] y = CompiledGraphs.run(backend, graph, Map.of("x", x)).get("y");
      double expected = backend.target().isX86() ? 0 : Math.exp(-92);
      assertThat(Arrays.stream(y).distinct().toArray()).hasSize(1);
      assertThat(y[0]).isCloseTo(expected, within(1e-44));
      small *= (float) x[0] / -92;
    }
    assertThat(small).isPositive().isLessThan(Float.MIN_NORMAL);
  }
}
