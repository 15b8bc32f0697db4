// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The command {@code benchmarks/run}, after everything that it needs was fetched and built. */
public final class Main {

  private static final String START = "start";
  private static final String AGREE = "agree";
  private static final double WARM_UP_SECONDS = 1;
  private static final double ROUND_SECONDS = 0.1;

  /** A case with slow steps ends after so long, but not before so many rounds. */
  private static final double LONGEST_SECONDS = 60;

  private static final int FEWEST_ROUNDS = 5;

  private final Path home;
  private final List<String> cases = new ArrayList<>();
  private List<Integer> threads = List.of(1, 2);
  private int rounds = 21;
  private boolean saves = true;
  private Path data = Path.of("data");

  private Main(Path home) {
    this.home = home;
  }

  /** Takes the folder {@code benchmarks}, then what the user said. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Main main = new Main(Path.of(args[0]));
    try {
      main.parse(List.of(args).subList(1, args.length));
      main.run();
    } catch (IllegalArgumentException wrong) {
      System.err.println("benchmarks: " + wrong.getMessage());
      System.exit(2);
    }
  }

  private void parse(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      switch (words.get(i)) {
        case "--threads" -> threads = Case.numbers(words.get(++i));
        case "--rounds" -> rounds = Integer.parseInt(words.get(++i));
        case "--no-save" -> saves = false;
        case "--data" -> data = Path.of(words.get(++i));
        default -> cases.add(words.get(i));
      }
    }
    if (cases.isEmpty()) {
      cases.addAll(Case.USUAL);
      cases.add(START);
    }
  }

  private void run() throws IOException, InterruptedException {
    if (cases.remove(AGREE) && !Agreement.check(home, data)) {
      System.exit(1);
    }
    if (cases.isEmpty()) {
      return;
    }
    Report report = new Report(rounds);
    try {
      for (String text : cases) {
        measure(text, report);
      }
    } finally {
      if (saves) {
        report.save(home.resolve("results"));
      }
    }
  }

  private void measure(String text, Report report) throws IOException, InterruptedException {
    if (text.equals(START)) {
      for (StartUp.Command command : StartUp.commands(home)) {
        report.add(command.time());
      }
      return;
    }
    for (Case which : Case.parse(text, threads)) {
      report.add(measure(which));
    }
  }

  /** Lets all contenders take turns, so that a slow phase of the machine hits them alike. */
  private Result measure(Case which) {
    List<Contender> contenders = new ArrayList<>();
    try {
      contenders.add(DlcContender.start(which, home));
      contenders.addAll(PyTorchContender.startAll(which, home));
      contenders.forEach(contender -> contender.round(WARM_UP_SECONDS));
      Map<Contender, Samples> times = new LinkedHashMap<>();
      long end = System.nanoTime() + (long) (LONGEST_SECONDS * 1e9);
      for (int round = 0; round < rounds; round++) {
        if (round >= FEWEST_ROUNDS && System.nanoTime() > end) {
          break;
        }
        for (Contender contender : contenders) {
          double seconds = contender.round(ROUND_SECONDS);
          times.computeIfAbsent(contender, _ -> new Samples()).add(seconds);
        }
      }
      List<Result.Speed> speeds = new ArrayList<>();
      times.forEach((who, each) -> speeds.add(Result.Speed.of(who.name(), which.batch(), each)));
      return new Result(which, speeds);
    } finally {
      contenders.forEach(Contender::close);
    }
  }
}
