// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.runtime.file.ArrayDifference;
import dlc.runtime.file.ArrayFile;
import dlc.runtime.file.Json;
import dlc.runtime.file.NumberArray;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc weights diff}. */
@Command(
    name = "diff",
    description = "Compares the arrays of two files, name by name.",
    footer = {
      "",
      "The exit code is 0 where nothing differs, else 1.",
      "",
      "Example:",
      "  dlc weights diff before.safetensors after.safetensors --tolerance 1e-5"
    })
final class WeightsDiffCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "A", description = "A .safetensors or .npz file.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "Another.")
  private Path second;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      description = "How far numbers may lie apart (default: 0).")
  private double tolerance;

  @Option(names = "--json", description = "Print a JSON array with an object for each difference.")
  private boolean isJson;

  @Override
  public Integer call() {
    Map<String, NumberArray> left = ArrayFile.read(first);
    Map<String, NumberArray> right = ArrayFile.read(second);
    List<ArrayDifference> differences = ArrayDifference.between(left, right, tolerance);
    if (isJson) {
      output.out().println(Words.json(differences.stream().map(WeightsDiffCommand::json).toList()));
    } else {
      print(differences);
      long common = left.keySet().stream().filter(right::containsKey).count();
      long apart = differences.stream().filter(each -> isCommon(each, left, right)).count();
      output.out().println("%d of %d common arrays are equal".formatted(common - apart, common));
    }
    return differences.isEmpty() ? 0 : 1;
  }

  private static boolean isCommon(
      ArrayDifference difference, Map<String, NumberArray> left, Map<String, NumberArray> right) {
    return left.containsKey(difference.name()) && right.containsKey(difference.name());
  }

  private void print(List<ArrayDifference> differences) {
    Table table = new Table(2);
    for (ArrayDifference each : differences) {
      table.row(
          each.name(),
          each.found().isEmpty()
              ? "up to %s apart, numbers up to %s"
                  .formatted(Words.number(each.largest()), Words.number(each.scale()))
              : each.found());
    }
    output.out().print(table);
  }

  private static String json(ArrayDifference each) {
    String found = each.found().isEmpty() ? "" : ",\"found\":" + Json.quoted(each.found());
    return "{\"name\":%s,\"largest\":%s,\"scale\":%s%s}"
        .formatted(
            Json.quoted(each.name()),
            Json.number(each.largest()),
            Json.number(each.scale()),
            found);
  }
}
