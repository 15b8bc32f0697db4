// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.Workbench;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.Loaded;
import dlc.runtime.data.Vocabulary;
import dlc.runtime.file.Json;
import dlc.runtime.file.NumberSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc data info}. */
@Command(
    name = "info",
    description = "Shows the data that FILE trains on: parts, shapes, ranges and classes.",
    footer = {"", "Example:", "  dlc data info samples/digits.dl"})
final class DataInfoCommand implements Callable<Integer> {

  private static final int MOST_CLASSES = 100;

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(names = "--json", description = "Print a JSON array with an object for each part.")
  private boolean isJson;

  @Override
  public Integer call() {
    try (Workbench bench = run.open()) {
      Loaded data = bench.data();
      data.notes().forEach(note -> output.note("note: " + note));
      Map<String, Dataset> parts = new LinkedHashMap<>();
      parts.put("training", data.training());
      data.validation().ifPresent(part -> parts.put("validation", part));
      data.test().ifPresent(part -> parts.put("test", part));
      if (isJson) {
        List<String> objects = new ArrayList<>();
        parts.forEach((name, part) -> objects.add(json(name, part)));
        output.out().println(Words.json(objects));
      } else {
        parts.forEach((name, part) -> output.out().print(text(name, part)));
        data.training().vocabulary().ifPresent(tokens -> output.out().print(text(tokens)));
        output.out().print(classTable(parts));
      }
    }
    return 0;
  }

  private static String text(String name, Dataset part) {
    Table table = new Table(3).row("", "", "", "mean", "deviation", "least", "most");
    for (Column column : columns(part)) {
      NumberSummary summary = summary(part, column);
      table.row(
          "",
          column.name(),
          column.type().toString(),
          Words.number(summary.mean()),
          Words.number(summary.deviation()),
          Words.number(summary.least()),
          Words.number(summary.most())
              + (summary.notFinite() > 0
                  ? "  " + Words.count(summary.notFinite()) + " are not finite"
                  : ""));
    }
    return "%s: %s, %s samples\n%s".formatted(name, part.name(), Words.count(part.size()), table);
  }

  private static String text(Vocabulary tokens) {
    return "tokens: %d %s\n"
        .formatted(
            tokens.size(),
            switch (tokens.unit()) {
              case CHARACTER -> "characters";
              case BYTE -> "bytes";
            });
  }

  private static String classTable(Map<String, Dataset> parts) {
    Dataset training = parts.values().iterator().next();
    List<String> classes = training.classes();
    if (classes.isEmpty() || classes.size() > MOST_CLASSES) {
      return "";
    }
    Table table = new Table(1);
    List<String> head = new ArrayList<>(List.of("class"));
    head.addAll(parts.keySet());
    table.row(head.toArray(String[]::new));
    Map<String, long[]> counts = new LinkedHashMap<>();
    parts.forEach((name, part) -> counts.put(name, counts(part)));
    for (int label = 0; label < classes.size(); label++) {
      List<String> row = new ArrayList<>(List.of(classes.get(label)));
      for (long[] count : counts.values()) {
        row.add(Words.count(label < count.length ? count[label] : 0));
      }
      table.row(row.toArray(String[]::new));
    }
    return table.toString();
  }

  /** How often each class is a target. */
  private static long[] counts(Dataset part) {
    long[] counts = new long[part.classes().size()];
    if (part.target().isEmpty()) {
      return counts;
    }
    Column target = part.target().get();
    long elements = target.type().elements();
    for (int sample = 0; sample < part.size(); sample++) {
      for (long i = 0; i < elements; i++) {
        int label = (int) target.at(part.row(sample) * elements + i);
        if (label >= 0 && label < counts.length) {
          counts[label]++;
        }
      }
    }
    return counts;
  }

  private static String json(String name, Dataset part) {
    String columns =
        columns(part).stream()
            .map(column -> json(column, summary(part, column)))
            .collect(Collectors.joining(","));
    String classes =
        part.classes().stream().map(Json::quoted).collect(Collectors.joining(",", "[", "]"));
    return "{\"part\":\"%s\",\"name\":%s,\"samples\":%d,\"columns\":[%s],\"classes\":%s}"
        .formatted(name, Json.quoted(part.name()), part.size(), columns, classes);
  }

  private static String json(Column column, NumberSummary summary) {
    return ("{\"name\":%s,\"type\":\"%s\",\"mean\":%s,\"deviation\":%s,\"least\":%s,\"most\":%s,"
            + "\"not_finite\":%d}")
        .formatted(
            Json.quoted(column.name()),
            column.type(),
            Json.number(summary.mean()),
            Json.number(summary.deviation()),
            Json.number(summary.least()),
            Json.number(summary.most()),
            summary.notFinite());
  }

  private static List<Column> columns(Dataset part) {
    List<Column> columns = new ArrayList<>(part.inputs());
    part.target().ifPresent(columns::add);
    return columns;
  }

  private static NumberSummary summary(Dataset part, Column column) {
    long elements = column.type().elements();
    return NumberSummary.of(
        part.size() * elements,
        i -> column.at(part.row((int) (i / elements)) * elements + i % elements));
  }
}
