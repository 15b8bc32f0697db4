// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a run found, printed as it comes and kept in files in the end. */
final class Report {

  private final List<Result> results = new ArrayList<>();
  private final List<StartUp.Time> times = new ArrayList<>();
  private final String cpu = Machine.cpu();
  private final int rounds;

  Report(int rounds) {
    this.rounds = rounds;
  }

  void add(Result result) {
    if (results.isEmpty()) {
      System.out.print(Result.header());
    }
    Result fair = result.besideFewerThreads(results);
    results.add(fair);
    System.out.print(fair.row());
  }

  void add(StartUp.Time time) {
    times.add(time);
    System.out.print(time.line());
  }

  /** Writes {@code DATE-CPU.md} and {@code .json} into {@code folder}. */
  void save(Path folder) throws IOException {
    Files.createDirectories(folder);
    String name = LocalDate.now() + "-" + cpu.toLowerCase(Locale.ROOT).replaceAll("\\W+", "-");
    Files.writeString(folder.resolve(name + ".md"), markdown());
    Files.writeString(folder.resolve(name + ".json"), json());
    System.out.println("written to " + folder.resolve(name + ".md"));
  }

  private String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "# %s%n%n%s, %d processors. Training samples a second, %d rounds, load %s.%n%n",
            LocalDate.now(),
            cpu,
            Runtime.getRuntime().availableProcessors(),
            rounds,
            Machine.load()));
    if (!results.isEmpty()) {
      text.append(Result.header());
      results.forEach(result -> text.append(result.row()));
    }
    if (!times.isEmpty()) {
      text.append("\nStart-up:\n\n");
      times.forEach(time -> text.append(time.line()));
    }
    return text.toString();
  }

  private String json() {
    return String.format(
        Locale.ROOT,
        "{\"date\": \"%s\", \"cpu\": \"%s\", \"processors\": %d, \"rounds\": %d, \"load\":"
            + " \"%s\",%n\"results\": [%n  %s],%n\"startUp\": [%n  %s]}%n",
        LocalDate.now(),
        cpu,
        Runtime.getRuntime().availableProcessors(),
        rounds,
        Machine.load(),
        String.join(",\n  ", results.stream().map(Result::json).toList()),
        String.join(",\n  ", times.stream().map(StartUp.Time::json).toList()));
  }
}
