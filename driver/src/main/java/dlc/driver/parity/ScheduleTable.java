// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What PyTorch's optimizers and schedulers are in dl: the lines of {@code schedules.txt}. */
final class ScheduleTable {

  private static final Pattern GAP = Pattern.compile("\\{(\\w+)}");
  private static final String MODULES = "(torch\\.optim\\.)?(lr_scheduler\\.)?";
  private static final String CHAIN = "SequentialLR";

  /** A line. */
  private record Row(TorchCall signature, String setting) {

    private static Row parse(String line) {
      String[] columns = line.split("\\|", 2);
      return new Row(TorchCall.parse(columns[0]).orElseThrow(), columns[1].strip());
    }

    private String filled(Map<String, String> arguments) {
      Matcher gaps = GAP.matcher(setting);
      return gaps.replaceAll(
          gap ->
              Matcher.quoteReplacement(
                  TorchCall.inDl(Objects.requireNonNull(arguments.get(gap.group(1))))));
    }
  }

  private static final List<Row> ROWS = rows();

  private ScheduleTable() {}

  /** The setting that {@code expression} is in dl; nothing where dl has no such. */
  static Optional<String> find(String expression) {
    return TorchCall.parse(expression.replaceFirst(MODULES, "")).flatMap(ScheduleTable::find);
  }

  private static Optional<String> find(TorchCall call) {
    if (call.function().equals(CHAIN)) {
      return chain(call);
    }
    return ROWS.stream()
        .flatMap(row -> call.bind(row.signature()).map(row::filled).stream())
        .findFirst();
  }

  /** One after the other; each must be as long as the milestones say. */
  private static Optional<String> chain(TorchCall call) {
    TorchCall signature =
        TorchCall.parse(CHAIN + "(optimizer, schedulers, milestones)").orElseThrow();
    Map<String, String> arguments = call.bind(signature).orElse(Map.of());
    List<String> parts = TorchCall.items(arguments.getOrDefault("schedulers", "[]"));
    List<String> ends = TorchCall.items(arguments.getOrDefault("milestones", "[]"));
    List<String> settings = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Optional<String> setting = find(parts.get(i));
      boolean fits = i >= ends.size() || length(setting.orElse("")) == distance(ends, i);
      if (setting.isEmpty() || !fits) {
        return Optional.empty();
      }
      settings.add(setting.get());
    }
    return settings.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", settings));
  }

  private static int distance(List<String> ends, int index) {
    int start = index == 0 ? 0 : Integer.parseInt(ends.get(index - 1));
    return Integer.parseInt(ends.get(index)) - start;
  }

  private static int length(String setting) {
    Matcher epochs = Pattern.compile("epochs=(\\d{1,6})\\b").matcher(setting);
    return epochs.find() ? Integer.parseInt(epochs.group(1)) : -1;
  }

  private static List<Row> rows() {
    try (InputStream file =
        Objects.requireNonNull(ScheduleTable.class.getResourceAsStream("schedules.txt"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Row::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
