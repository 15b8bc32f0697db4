// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** What a run found, printed as it comes and kept in files in the end. */
final class Report {

  private final LocalDate date = LocalDate.now();
  private final String cpu = Machine.cpu();
  private final String versions;
  private final int rounds;
  private final Map<Table, List<Row>> tables = new EnumMap<>(Table.class);
  private final DoubleSummaryStatistics distances = new DoubleSummaryStatistics();

  Report(Home home, int rounds) {
    this.rounds = rounds;
    this.versions =
        PyTorch.all(home).stream()
            .map(PyTorch::version)
            .collect(Collectors.joining(", ", "PyTorch ", ", JDK " + Runtime.version().feature()));
  }

  void add(Table table, Row row) {
    List<Row> rows = tables.computeIfAbsent(table, _ -> new ArrayList<>());
    if (rows.isEmpty()) {
      System.out.print(table.head());
    }
    rows.add(row);
    System.out.print(row.markdown());
  }

  /** Processors were {@code nanos} apart, see {@link Distance}. */
  void addDistance(double nanos) {
    distances.accept(nanos);
  }

  /** What {@code table} holds so far, of models. */
  List<ModelRow> models(Table table) {
    return tables.getOrDefault(table, List.of()).stream().map(ModelRow.class::cast).toList();
  }

  /** Writes {@code DATE-CPU-NAME.md} and {@code .json}; of all measurements without a name. */
  void save(Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    String file = (date + " " + cpu + " " + name).strip().replaceAll("[^\\w-]+", "-");
    Path markdown = folder.resolve(file.toLowerCase(Locale.ROOT) + ".md");
    Files.writeString(markdown, markdown(""));
    Files.writeString(folder.resolve(file.toLowerCase(Locale.ROOT) + ".json"), json());
    System.out.println("\nwritten to " + markdown);
  }

  /** Writes {@code RESULTS.md} and the chart in it. */
  void publish(Path folder) throws IOException {
    RatioChart.save(models(Table.TRAINING), caption(), folder.resolve("ratios.svg"));
    Files.writeString(
        folder.resolve("RESULTS.md"), markdown("\n![dlc beside PyTorch](ratios.svg)\n"));
  }

  private String caption() {
    return "%s, %s, %d processors, %s"
        .formatted(date, cpu, Runtime.getRuntime().availableProcessors(), versions);
  }

  private String markdown(String picture) {
    StringBuilder text = new StringBuilder("# dlc beside PyTorch\n\n");
    text.append("%s. At most %d rounds, load %s.%n".formatted(caption(), rounds, Machine.load()));
    if (distances.getCount() > 0) {
      text.append(
          "From processor to processor a line of memory took %.0f to %.0f ns, %.0f on average.%n"
              .formatted(distances.getMin(), distances.getMax(), distances.getAverage()));
    }
    text.append(picture);
    tables.forEach(
        (table, rows) -> {
          text.append(table.head());
          rows.forEach(row -> text.append(row.markdown()));
        });
    return text.toString();
  }

  private String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("date", date.toString());
    all.put("cpu", cpu);
    all.put("processors", Runtime.getRuntime().availableProcessors());
    all.put("versions", versions);
    all.put("rounds", rounds);
    all.put("load", Machine.load());
    if (distances.getCount() > 0) {
      all.put("nanos_between_processors", List.of(distances.getMin(), distances.getMax()));
    }
    tables.forEach((table, rows) -> all.put(table.name().toLowerCase(Locale.ROOT), rows));
    return JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(all);
  }
}
