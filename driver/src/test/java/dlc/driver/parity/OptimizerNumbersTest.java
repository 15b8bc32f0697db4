// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.DType;
import dlc.ir.Program;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The numbers of {@code updates.txt}: optimizers with clipping, batches that are summed, averages
 * and weights that do not decay, all at once.
 */
final class OptimizerNumbersTest {

  private static final int STEPS = 6;

  private static final String MODEL =
      """
      model M(x: f32[3]) {
        weight a: f32[3] = ones
        weight b: f32[2] = ones
        it = sum(it * a) * b + a[0:2]
      }
      train M { data random loss mse batch 2 optimizer %s %s }
      """;

  /** The optimizer, its rate, other settings, batches a step, and the weights after six steps. */
  private record Line(String optimizer, double rate, String settings, int parts, String weights) {

    static Line of(String text) {
      String[] columns = text.split(" \\| ", -1);
      return new Line(
          columns[0],
          Double.parseDouble(columns[1]),
          columns[2],
          Integer.parseInt(columns[3]),
          columns[4]);
    }
  }

  @Test
  void optimizersTakeTheStepsOfPyTorchAndOfTheirPapers() throws IOException {
    try (Machine interpreter = new InterpreterMachine();
        Machine cpu = new CpuMachine(1)) {
      for (Line line : lines()) {
        check(line, interpreter);
        check(line, cpu);
      }
    }
  }

  private static List<Line> lines() throws IOException {
    try (InputStream stream =
        Objects.requireNonNull(
            OptimizerNumbersTest.class.getResourceAsStream("/dlc/driver/updates.txt"))) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Line::of)
          .toList();
    }
  }

  private static void check(Line line, Machine machine) {
    String text = MODEL.formatted(line.optimizer(), line.settings());
    Program program =
        FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
            .model(Optional.empty())
            .program(ProgramOptions.of(2).withFloatType(DType.F64));
    List<String> entries =
        line.parts() > 1
            ? List.of("init", "train_step", "accumulate_step")
            : List.of("init", "train_step");
    try (Loaded loaded = machine.load(program, entries)) {
      loaded.run("init", Map.of("seed", new double[] {1}));
      loaded.setState("a", new double[] {0.5, 0.5, 0.5});
      loaded.setState("b", new double[] {-0.2, 0.3});
      for (int batch = 0; batch < STEPS * line.parts(); batch++) {
        boolean isLast = (batch + 1) % line.parts() == 0;
        loaded.run(isLast ? "train_step" : "accumulate_step", inputs(line, batch));
      }
      for (String each : line.weights().split("; ")) {
        String[] sides = each.split("=");
        double[] expected =
            Arrays.stream(sides[1].split(",")).mapToDouble(Double::parseDouble).toArray();
        assertThat(loaded.state(sides[0]))
            .as("%s of %s", sides[0], line)
            .containsExactly(expected, within(1e-9));
      }
    }
  }

  private static Map<String, double[]> inputs(Line line, int batch) {
    Map<String, double[]> inputs = new HashMap<>();
    inputs.put(
        "x", IntStream.range(0, 6).mapToDouble(i -> Math.sin((6 * batch + i) * 1.7)).toArray());
    inputs.put(
        "target",
        new double[] {
          Math.cos(batch), Math.sin(batch * 0.7), Math.cos(batch + 1.0), Math.sin(batch * 0.7 + 1)
        });
    inputs.put("seed", new double[] {1});
    inputs.put("lr", new double[] {line.rate()});
    inputs.put("step", new double[] {batch / line.parts() + 1.0});
    inputs.put("micro_step", new double[] {batch + 1.0});
    return inputs;
  }
}
