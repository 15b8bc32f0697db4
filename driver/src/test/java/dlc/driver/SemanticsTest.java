// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.driver.parity.Machine.Loaded;
import dlc.driver.parity.Results;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.DType;
import dlc.ir.Program;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The numbers of {@code semantics.txt}, interpreted in f64 and compiled in f32. */
final class SemanticsTest {

  private static final Set<String> SETTINGS = Set.of("seed", "step");

  private record Line(
      String inputs,
      String body,
      Map<String, double[]> given,
      Map<String, double[]> expected,
      Optional<String> loss) {

    static Line parse(String text) {
      String[] columns = Arrays.stream(text.split("\\|")).map(String::strip).toArray(String[]::new);
      return new Line(
          columns[0],
          columns[1],
          values(columns[2]),
          values(columns[3]),
          columns.length > 4 ? Optional.of(columns[4]) : Optional.empty());
    }

    private static Map<String, double[]> values(String text) {
      Map<String, double[]> values = new LinkedHashMap<>();
      for (String each : text.split(";")) {
        String[] sides = each.strip().split("=");
        values.put(
            sides[0],
            Arrays.stream(sides[1].split(",")).mapToDouble(SemanticsTest::number).toArray());
      }
      return values;
    }

    boolean isTraining() {
      return given.containsKey("target");
    }
  }

  private static double number(String text) {
    return switch (text) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  @Test
  void theInterpreterAgreesInDoublePrecision() throws IOException {
    try (Machine machine = new InterpreterMachine()) {
      assertThat(misses(machine, DType.F64, 1e-12)).isEmpty();
    }
  }

  @Test
  void theProcessorAgreesInSinglePrecision() throws IOException {
    try (Machine machine = new CpuMachine(1)) {
      assertThat(misses(machine, DType.F32, 5e-6)).isEmpty();
    }
  }

  private static List<String> misses(Machine machine, DType dtype, double tolerance)
      throws IOException {
    List<String> misses = new ArrayList<>();
    try (InputStream file =
        Objects.requireNonNull(SemanticsTest.class.getResourceAsStream("semantics.txt"))) {
      new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("=="))
          .forEach(line -> misses.addAll(misses(line, machine, dtype, tolerance)));
    }
    return misses;
  }

  private static List<String> misses(String text, Machine machine, DType dtype, double tolerance) {
    Line line = Line.parse(text);
    Map<String, double[]> actual = run(line, machine, dtype);
    List<String> misses = new ArrayList<>();
    line.expected()
        .forEach(
            (name, expected) -> {
              double[] found = Objects.requireNonNull(actual.get(name), name);
              if (!agrees(found, expected, tolerance)) {
                misses.add(text + "\n  " + name + " is " + Arrays.toString(found));
              }
            });
    return misses;
  }

  private static boolean agrees(double[] found, double[] expected, double tolerance) {
    boolean agrees = found.length == expected.length;
    for (int i = 0; agrees && i < found.length; i++) {
      double size = Math.max(1e-9, Math.abs(expected[i]));
      agrees =
          Double.compare(found[i], expected[i]) == 0
              || Math.abs(found[i] - expected[i]) <= tolerance * size;
    }
    return agrees;
  }

  private static Map<String, double[]> run(Line line, Machine machine, DType dtype) {
    String text = "model M(%s) { %s }".formatted(line.inputs(), line.body());
    CheckedModel model =
        FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
            .model(Optional.empty());
    Program program =
        model.program(
            ProgramOptions.of(1)
                .withFloatType(dtype)
                .withLoss(line.loss().orElse("sum(output * target)")));
    String entry = line.isTraining() ? "gradients" : "predict";
    try (Loaded loaded = machine.load(program, List.of("init", entry))) {
      Map<String, double[]> inputs = new LinkedHashMap<>(line.given());
      SETTINGS.forEach(name -> inputs.put(name, new double[] {1}));
      loaded.run("init", inputs);
      program.states().keySet().stream()
          .filter(inputs::containsKey)
          .forEach(name -> loaded.setState(name, inputs.get(name)));
      Results results = loaded.run(entry, inputs);
      Map<String, double[]> all = new LinkedHashMap<>();
      for (String name : line.expected().keySet()) {
        all.put(name, results.find(name).orElseGet(() -> loaded.state(name)));
      }
      return all;
    }
  }
}
