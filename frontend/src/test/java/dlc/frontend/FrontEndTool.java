// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.CompilationFailed;
import dlc.base.Diagnostic;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.frontend.ast.File;
import dlc.frontend.ast.TreePrinter;
import dlc.frontend.elaborate.LayerRow;
import dlc.frontend.elaborate.Outline;
import dlc.frontend.parse.Parser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the RUN lines of this module's golden files mean: {@code parse} and {@code check}. */
final class FrontEndTool {

  private FrontEndTool() {}

  static String run(List<String> command, String input, Path path) {
    SourceFile source = new SourceFile(path.getFileName().toString(), input);
    try {
      return switch (command.getFirst()) {
        case "parse" -> parse(source);
        case "check" -> check(source, overrides(command), beside(path));
        default -> throw new IllegalArgumentException("no command " + command.getFirst());
      };
    } catch (CompilationFailed failed) {
      return failed.diagnostics().stream()
          .map(Diagnostic::render)
          .collect(Collectors.joining("\n"));
    }
  }

  /** Imports are files of the folder {@code imported} beside the golden file. */
  private static Imports beside(Path path) {
    return (_, name) ->
        new SourceFile(name, Files.readString(path.resolveSibling("../imported/" + name)));
  }

  private static Map<String, String> overrides(List<String> command) {
    Map<String, String> overrides = new LinkedHashMap<>();
    for (int i = 1; i + 1 < command.size(); i += 2) {
      String[] pair = command.get(i + 1).split("=", 2);
      overrides.put(pair[0], pair[1]);
    }
    return overrides;
  }

  private static String parse(SourceFile source) {
    Diagnostics diagnostics = new Diagnostics();
    File file = Parser.parse(source, diagnostics);
    diagnostics.throwIfAny();
    return TreePrinter.print(file);
  }

  private static String check(SourceFile source, Map<String, String> overrides, Imports imports) {
    CheckedFile file = FrontEnd.check(source, imports, overrides);
    String tables =
        file.models().stream().map(FrontEndTool::table).collect(Collectors.joining("\n"));
    String warnings =
        file.models().stream()
            .flatMap(model -> model.warnings().stream())
            .map(Diagnostic::render)
            .collect(Collectors.joining("\n"));
    return warnings.isEmpty() ? tables : warnings;
  }

  private static String table(CheckedModel model) {
    StringBuilder out = new StringBuilder("model " + model.name() + "\n");
    model.inputs().forEach(each -> out.append("  input ").append(port(each)));
    for (LayerRow row : model.layers()) {
      out.append("  layer ").append(row.name()).append(" : ").append(row.kind());
      out.append(" → ").append(row.type()).append(", ").append(row.weights()).append(" weights\n");
    }
    model.outputs().forEach(each -> out.append("  ").append(port(each)));
    for (Outline.Variable each : model.variables()) {
      out.append(each.trained() ? "  weight " : "  buffer ");
      out.append(each.name()).append(": ").append(each.type()).append('\n');
    }
    model.train().ifPresent(train -> out.append(settings(train)));
    return out.toString();
  }

  private static String port(Outline.Port port) {
    return port.name() + ": " + port.type() + "\n";
  }

  private static String settings(TrainSection train) {
    StringBuilder out = new StringBuilder("  train\n");
    train.data().ifPresent(each -> out.append("    data ").append(each).append('\n'));
    train.test().ifPresent(each -> out.append("    test ").append(each).append('\n'));
    train
        .split()
        .validation()
        .ifPresent(each -> out.append("    validation ").append(each).append('\n'));
    train.normalize().ifPresent(each -> out.append("    normalize ").append(each).append('\n'));
    train.loss().ifPresent(each -> out.append("    loss ").append(each).append('\n'));
    train.optimizer().ifPresent(each -> out.append("    optimizer ").append(each).append('\n'));
    out.append("    batch ").append(train.batch());
    out.append(train.dropLast() ? ", drop last\n" : "\n");
    train.clip().ifPresent(each -> out.append("    clip ").append(each).append('\n'));
    if (train.precision() != TrainSection.Precision.F32) {
      out.append("    precision ").append(train.precision()).append('\n');
    }
    out.append(updates(train.updates()));
    train.stop().ifPresent(each -> out.append("    stop ").append(each).append('\n'));
    train.checkpoint().ifPresent(each -> out.append("    checkpoint ").append(each).append('\n'));
    out.append("    seed ").append(train.seed()).append('\n');
    out.append("    metrics ").append(train.metrics()).append('\n');
    return out.toString();
  }

  private static String updates(TrainSection.Updates updates) {
    StringBuilder out = new StringBuilder();
    if (!updates.schedule().isEmpty()) {
      out.append("    schedule ").append(updates.schedule()).append('\n');
    }
    if (updates.accumulate() > 1) {
      out.append("    accumulate ").append(updates.accumulate()).append('\n');
    }
    updates.ema().ifPresent(each -> out.append("    ema ").append(each).append('\n'));
    if (!updates.undecayed().isEmpty()) {
      out.append("    no_decay ").append(updates.undecayed()).append('\n');
    }
    updates.groups().forEach(each -> out.append("    ").append(each).append('\n'));
    if (!updates.frozen().isEmpty()) {
      out.append("    freeze ").append(updates.frozen()).append('\n');
    }
    return out.toString();
  }
}
