// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.runtime.file.ArrayFile;
import dlc.runtime.file.Json;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.NumberSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc weights ls}. */
@Command(
    name = "ls",
    description = "Lists the arrays of a file with their types and what their numbers are like.",
    footer = {"", "Example:", "  dlc weights ls digits.safetensors"})
final class WeightsLsCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "W", description = "A .safetensors or .npz file.")
  private Path file;

  @Option(names = "--json", description = "Print a JSON array with an object for each array.")
  private boolean isJson;

  @Override
  public Integer call() {
    Map<String, NumberArray> arrays = ArrayFile.read(file);
    if (isJson) {
      List<String> objects = new ArrayList<>();
      arrays.forEach((name, array) -> objects.add(json(name, array)));
      output.out().println(Words.json(objects));
      return 0;
    }
    Table table = new Table(2).row("name", "type", "numbers", "mean", "deviation", "least", "most");
    long numbers = 0;
    long bytes = 0;
    for (Map.Entry<String, NumberArray> entry : arrays.entrySet()) {
      NumberArray array = entry.getValue();
      NumberSummary summary = NumberSummary.of(array);
      numbers += array.elements();
      bytes += array.values().byteSize();
      table.row(
          entry.getKey(),
          array.toString(),
          Words.count(array.elements()),
          Words.number(summary.mean()),
          Words.number(summary.deviation()),
          Words.number(summary.least()),
          Words.number(summary.most()));
    }
    output.out().print(table);
    output
        .out()
        .println(
            "%s arrays, %s numbers, %s bytes"
                .formatted(Words.count(arrays.size()), Words.count(numbers), Words.count(bytes)));
    ArrayFile.metadata(file)
        .forEach((name, text) -> output.out().println(name + ": " + Json.quoted(text)));
    return 0;
  }

  private static String json(String name, NumberArray array) {
    NumberSummary summary = NumberSummary.of(array);
    return ("{\"name\":%s,\"type\":\"%s\",\"shape\":[%s],\"mean\":%s,\"deviation\":%s,"
            + "\"least\":%s,\"most\":%s,\"not_finite\":%d}")
        .formatted(
            Json.quoted(name),
            array.type().name().toLowerCase(Locale.ROOT),
            array.dims().stream().map(String::valueOf).collect(Collectors.joining(",")),
            Json.number(summary.mean()),
            Json.number(summary.deviation()),
            Json.number(summary.least()),
            Json.number(summary.most()),
            summary.notFinite());
  }
}
