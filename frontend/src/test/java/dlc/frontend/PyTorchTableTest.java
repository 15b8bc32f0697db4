// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.CompilationFailed;
import dlc.base.Diagnostic;
import dlc.base.SourceFile;
import dlc.frontend.PyTorchTable.Kind;
import dlc.frontend.PyTorchTable.Row;
import dlc.frontend.PyTorchTable.Section;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.File;
import dlc.frontend.elaborate.Library;
import dlc.frontend.library.Functions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/pytorch.md} says compiles, and leaves out nothing of the library. */
final class PyTorchTableTest {

  private static final PyTorchTable TABLE = PyTorchTable.read();
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  @Test
  void everyLineOfDlCompiles() {
    List<String> failures = new ArrayList<>();
    for (Section section : TABLE.sections()) {
      section.rows().stream()
          .filter(Row::isThere)
          .forEach(row -> failures.addAll(failures(section.kind(), row)));
    }
    assertThat(failures).isEmpty();
  }

  private static List<String> failures(Kind kind, Row row) {
    String text = program(kind, row);
    try {
      FrontEnd.check(new SourceFile("line.dl", text), Imports.none(), Map.of());
      return List.of();
    } catch (CompilationFailed failed) {
      return failed.diagnostics().stream().map(Diagnostic::render).toList();
    }
  }

  private static String program(Kind kind, Row row) {
    String inputs = row.inputs().isEmpty() ? "x: f32[3]" : row.inputs();
    String body =
        switch (kind) {
          case LAYER -> row.dl();
          case FUNCTION -> "it = " + row.dl();
          case INITIALIZER -> "weight w: f32[4, 3] = " + row.dl() + " it = w @ it";
          case LOSS, OPTIMIZER, SCHEDULE, SETTING -> "linear(4)";
          case AUGMENTATION -> "flatten linear(4)";
        };
    String train =
        switch (kind) {
          case LAYER, FUNCTION, INITIALIZER -> "";
          case LOSS -> "loss " + row.dl() + " optimizer sgd(lr=0.1)";
          case OPTIMIZER -> "loss mse optimizer " + row.dl();
          case SCHEDULE -> "loss mse optimizer sgd(lr=0.1) epochs 100 schedule " + row.dl();
          case AUGMENTATION -> "loss mse optimizer sgd(lr=0.1) augment " + row.dl();
          case SETTING -> "loss mse optimizer sgd(lr=0.1) " + row.dl();
        };
    String model = "model M(%s) { %s }\n".formatted(inputs, body);
    return train.isEmpty() ? model : model + "train M { data random " + train + " }\n";
  }

  @Test
  void everyNameOfTheLibraryStandsInIt() {
    Map<Kind, Set<String>> used = new EnumMap<>(Kind.class);
    for (Section section : TABLE.sections()) {
      Set<String> names = used.computeIfAbsent(section.kind(), _ -> new TreeSet<>());
      section
          .rows()
          .forEach(
              row -> NAME.matcher(row.dl()).results().forEach(name -> names.add(name.group())));
    }
    documented()
        .forEach(
            (kind, names) -> {
              names.removeAll(used.getOrDefault(kind, Set.of()));
              assertThat(names).as("%s: give it a line in pytorch.txt", kind).isEmpty();
            });
  }

  private static Map<Kind, Set<String>> documented() {
    Map<Kind, Set<String>> names = new EnumMap<>(Kind.class);
    Functions.all().stream()
        .filter(each -> !each.doc().isEmpty())
        .forEach(each -> add(names, Kind.FUNCTION, each.name()));
    for (File file : Library.files()) {
      for (Declaration declaration : file.declarations()) {
        switch (declaration) {
          case Declaration.Function each when !each.doc().isEmpty() ->
              add(names, Kind.FUNCTION, each.name().text());
          case Declaration.Routine each when !each.doc().isEmpty() ->
              add(names, Kind.valueOf(each.kind().name()), each.name().text());
          case Declaration _ -> {}
        }
      }
    }
    return names;
  }

  private static void add(Map<Kind, Set<String>> names, Kind kind, String name) {
    names.computeIfAbsent(kind, _ -> new TreeSet<>()).add(name);
  }
}
