// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import dlc.runtime.file.AtomicFile;
import dlc.runtime.file.LineFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Where a run keeps what it leaves behind. */
public record RunFolder(Path path) {

  private static final Duration STILL = Duration.ofMinutes(5);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The page that shows the run. */
  public Path page() {
    return path.resolve("report.html");
  }

  /** The curves, a file for each and format. */
  public Path plots() {
    return path.resolve("plots");
  }

  /** A line for each epoch, and one at the end. */
  Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  Path steps() {
    return path.resolve("steps.jsonl");
  }

  Path facts() {
    return path.resolve("run.json");
  }

  Path results() {
    return path.resolve("results.json");
  }

  /** Makes the folder, where there is none, and sees whether it can be written to. */
  public void prepare() {
    try {
      Files.createDirectories(path);
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_WRITE, path, Reason.of(failure))
          .help("choose a folder that you may write to");
    }
    AtomicFile.requireWritable(metrics());
  }

  /** Whether this is the folder of a run. */
  public boolean holdsRun() {
    return Files.isRegularFile(metrics()) || Files.isRegularFile(facts());
  }

  /** Whether something was written in the last minutes: the run is probably under way. */
  public boolean hasChangedLately() {
    Instant limit = Instant.now().minus(STILL);
    return Stream.of(metrics(), steps(), facts())
        .anyMatch(
            file -> {
              try {
                return Files.getLastModifiedTime(file).toInstant().isAfter(limit);
              } catch (IOException _) {
                return false;
              }
            });
  }

  /** The runs in the folders directly below {@code parent}, the oldest first. */
  public static List<Run> runsIn(Path parent) {
    try (Stream<Path> folders = Files.list(parent)) {
      return folders
          .map(RunFolder::new)
          .filter(RunFolder::holdsRun)
          .map(RunFolder::read)
          .sorted(Comparator.comparing(Run::started).thenComparing(Run::name))
          .toList();
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_READ, parent, Reason.of(failure))
          .help("name the folder that holds the folders of runs");
    }
  }

  /** The run in a folder directly below {@code parent} that began last. */
  public static Optional<RunFolder> newestIn(Path parent) {
    List<Run> runs = runsIn(parent);
    return runs.isEmpty()
        ? Optional.empty()
        : Optional.of(new RunFolder(parent.resolve(runs.getLast().name())));
  }

  /** All that is there at the moment. */
  public Run read() {
    if (!holdsRun()) {
      throw new UserError(Code.CANNOT_READ, path, "it is not the folder of a run")
          .help("dlc runs lists those that there are; dlc train --report DIR makes one");
    }
    return new Run(
        String.valueOf(path.toAbsolutePath().normalize().getFileName()),
        tree(facts()),
        lines(metrics()),
        lines(steps()),
        tree(results()));
  }

  private static Optional<JsonNode> tree(Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readTree(Files.readString(file)))
          : Optional.empty();
    } catch (IOException | JacksonException failure) {
      throw new UserError(Code.CANNOT_READ, file, String.valueOf(failure.getMessage()))
          .help("the file is damaged");
    }
  }

  /** The lines that are whole; the last may be under way. */
  private static List<JsonNode> lines(Path file) {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : LineFile.lines(file)) {
      try {
        lines.add(JSON.readTree(line));
      } catch (JacksonException _) {
        // Cut off by a reader that was too early, or by the end of a process.
      }
    }
    return lines;
  }

  void write(RunFacts facts) {
    AtomicFile.write(facts(), JSON.writeValueAsBytes(facts));
  }

  void write(RunResults results) {
    AtomicFile.write(results(), JSON.writeValueAsBytes(results));
  }
}
