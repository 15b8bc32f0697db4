// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.CompilationFailed;
import dlc.base.Diagnostic;
import dlc.base.SourceFile;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The small programs of {@code language.txt} mean something, and differentiate. */
final class LanguageTest {

  private static final GradCheck.Options FEW = new GradCheck.Options(2, 3, 1);

  @Test
  void everyFormCompilesAndDifferentiates() throws IOException {
    List<String> failures = new ArrayList<>();
    try (InputStream file =
            Objects.requireNonNull(LanguageTest.class.getResourceAsStream("language.txt"));
        Machine machine = new InterpreterMachine()) {
      new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("=="))
          .forEach(line -> check(line, machine, failures));
    }
    assertThat(failures).isEmpty();
  }

  private static void check(String line, Machine machine, List<String> failures) {
    String[] columns = line.split(" \\| ", 3);
    String model = "model M(%s) { %s }%n".formatted(columns[0], columns[1]);
    String text = columns.length > 2 ? columns[2] + "\n" + model : model;
    try {
      CheckedModel checked =
          FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
              .model(Optional.empty());
      GradCheck.run(checked, machine, FEW).stream()
          .filter(GradCheck.Row::isMiss)
          .forEach(row -> failures.add(line + "\n  " + row));
    } catch (CompilationFailed failed) {
      failed.diagnostics().stream().map(Diagnostic::render).forEach(failures::add);
    }
  }
}
