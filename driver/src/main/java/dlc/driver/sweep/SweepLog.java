// SPDX-License-Identifier: Apache-2.0
package dlc.driver.sweep;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import dlc.runtime.file.Json;
import dlc.runtime.file.JsonLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The file {@code trials.jsonl}: a line that says which search it is, then a line for each trial
 * that has come to the end of a rung.
 *
 * <p>Each line is on the disk before the search goes on. A last line that is cut short, as after a
 * loss of power, is dropped; of several lines for a trial the last counts.
 */
public final class SweepLog implements AutoCloseable {

  public static final String FILE = "trials.jsonl";

  private final Path path;
  private final List<Outcome> earlier;
  private final FileChannel channel;

  private SweepLog(Path path, List<Outcome> earlier, FileChannel channel) {
    this.path = path;
    this.earlier = List.copyOf(earlier);
    this.channel = channel;
  }

  /** Begins a search in {@code folder}, which must hold none. */
  public static SweepLog begin(Path folder, SweepPlan plan) {
    Path path = folder.resolve(FILE);
    if (Files.exists(path)) {
      throw new UserError(Code.CANNOT_WRITE, path, "there is a search already")
          .help("go on with it by --resume, or choose another folder with --out");
    }
    return open(folder, plan, List.of(), List.of());
  }

  /** Goes on with the search in {@code folder}, or begins it. */
  public static SweepLog resume(Path folder, SweepPlan plan) {
    Path path = folder.resolve(FILE);
    if (!Files.exists(path)) {
      return begin(folder, plan);
    }
    List<JsonLine> whole = JsonLine.whole(path);
    if (whole.isEmpty()) {
      return open(folder, plan, List.of(), List.of());
    }
    requireSame(path, whole.getFirst(), plan);
    Map<Integer, Trial> trials =
        plan.trials().stream().collect(Collectors.toMap(Trial::number, each -> each));
    Map<Integer, Outcome> outcomes = new LinkedHashMap<>();
    for (JsonLine line : whole.subList(1, whole.size())) {
      int number = (int) line.number("trial").orElse(-1.0).doubleValue();
      Trial trial = trials.get(number);
      if (trial != null) {
        Map<Integer, Double> curve = new LinkedHashMap<>();
        line.numbers("curve")
            .forEach((epoch, figure) -> curve.put(Integer.parseInt(epoch), figure));
        outcomes.put(
            number,
            new Outcome(trial, curve, line.number("seconds").orElse(0.0), line.text("error")));
      }
    }
    return open(
        folder,
        plan,
        List.copyOf(outcomes.values()),
        whole.stream().map(JsonLine::source).toList());
  }

  private static void requireSame(Path path, JsonLine header, SweepPlan plan) {
    plan.identity()
        .forEach(
            (name, value) -> {
              String before = header.text(name).orElse("nothing");
              if (!before.equals(value)) {
                throw new UserError(
                        Code.BAD_OPTION,
                        "%s is of a search with %s %s, this one has %s"
                            .formatted(path, name, before, value))
                    .help("give the same options as before, or another folder with --out");
              }
            });
  }

  private static SweepLog open(
      Path folder, SweepPlan plan, List<Outcome> earlier, List<String> lines) {
    Path path = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      SweepLog log = new SweepLog(path, earlier, channel);
      List<String> all = new ArrayList<>(lines.isEmpty() ? List.of(header(plan)) : lines);
      log.write(String.join("\n", all) + "\n");
      return log;
    } catch (IOException failure) {
      throw unwritable(path, failure);
    }
  }

  private static String header(SweepPlan plan) {
    return plan.identity().entrySet().stream()
        .map(each -> Json.quoted(each.getKey()) + ":" + Json.quoted(each.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  /** What the file says of trials of this search. */
  List<Outcome> earlier() {
    return earlier;
  }

  void add(Outcome outcome) {
    try {
      write(line(outcome, Optional.empty()) + "\n");
    } catch (IOException failure) {
      throw unwritable(path, failure);
    }
  }

  /**
   * The line for {@code outcome}, without its line end.
   *
   * @param rank its place among all, where that is known
   */
  public static String line(Outcome outcome, Optional<Integer> rank) {
    StringBuilder json = new StringBuilder("{");
    rank.ifPresent(place -> json.append("\"rank\":").append(place).append(','));
    json.append("\"trial\":").append(outcome.trial().number());
    json.append(",\"params\":")
        .append(
            outcome.trial().params().entrySet().stream()
                .map(each -> Json.quoted(each.getKey()) + ":" + Json.quoted(each.getValue()))
                .collect(Collectors.joining(",", "{", "}")));
    json.append(",\"status\":")
        .append(Json.quoted(outcome.error().isPresent() ? "failed" : "done"));
    json.append(",\"epochs\":").append(outcome.epochs());
    json.append(",\"metric\":").append(outcome.figure().map(Json::number).orElse("null"));
    json.append(",\"curve\":")
        .append(
            outcome.curve().entrySet().stream()
                .map(each -> "\"" + each.getKey() + "\":" + Json.number(each.getValue()))
                .collect(Collectors.joining(",", "{", "}")));
    json.append(",\"seconds\":").append(Json.number(outcome.seconds()));
    outcome.error().ifPresent(why -> json.append(",\"error\":").append(Json.quoted(why)));
    return json.append('}').toString();
  }

  private void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
  }

  private static UserError unwritable(Path path, IOException failure) {
    return new UserError(Code.CANNOT_WRITE, path, Reason.of(failure))
        .help("choose another folder with --out");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw unwritable(path, failure);
    }
  }
}
