// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The command {@code benchmarks/run}, after everything that it needs was fetched and built. */
public final class Main {

  private static final int START_RUNS = 7;
  private static final int RANDOM_STEPS = 10;
  private static final int PHOTOGRAPH_STEPS = 100;

  /** The case with the largest tensors. */
  private static final String LARGE = "M4:128";

  private static final List<Integer> BOTH = List.of(1, 2);

  private final Home home;
  private final Options options;
  private final Report report;
  private final Measurements measurements;

  private Main(Home home, Options options) {
    this.home = home;
    this.options = options;
    this.report = new Report(home, options.modelTurns().rounds());
    this.measurements = new Measurements(home, report);
  }

  /** Takes the folder {@code benchmarks}, then what the user said. */
  public static void main(String[] args) throws IOException, InterruptedException {
    try {
      Options options = Options.parse(List.of(args).subList(1, args.length));
      if (!new Main(new Home(Path.of(args[0])), options).run()) {
        System.exit(1);
      }
    } catch (IllegalArgumentException wrong) {
      System.err.println("benchmarks: " + wrong.getMessage());
      System.exit(2);
    }
  }

  /** False when the two sides do not compute the same. */
  private boolean run() throws IOException, InterruptedException {
    List<String> words = options.words();
    return switch (words.isEmpty() ? "" : words.getFirst()) {
      case "agree" -> agree(RANDOM_STEPS);
      case "smoke" -> smoke();
      case "samples" -> samples(words.subList(1, words.size()));
      case "" -> full();
      default -> some(words);
    };
  }

  /** Trains samples to their end on both sides; all of them take an hour or so. */
  private boolean samples(List<String> names) throws IOException, InterruptedException {
    Path data = options.data().orElse(home.root().resolve("../shared/data").normalize());
    int threads = options.threads().map(List::getFirst).orElse(2);
    new SampleRuns(home, data, threads).run(names.isEmpty() ? SampleRuns.NAMES : names);
    return true;
  }

  private boolean agree(int steps) throws IOException, InterruptedException {
    Agreement agreement = new Agreement(home);
    boolean agree = true;
    for (String model : Case.MODELS) {
      agree &= agreement.onRandomData(model, steps);
    }
    if (options.data().isPresent()) {
      agree &= agreement.onPhotographs(options.data().get(), PHOTOGRAPH_STEPS);
    }
    return agree;
  }

  /** Everything, and the pages that show it, unless the two sides do not compute the same. */
  private boolean full() throws IOException, InterruptedException {
    for (String which : Case.USUAL) {
      train(which);
    }
    inference(Case.MODELS);
    memory(List.of(LARGE));
    measurements.start(START_RUNS);
    boolean agree = layers(List.of());
    if (options.saves()) {
      report.save(home.results(), "");
      if (agree) {
        report.publish(home.path());
      }
    }
    return agree;
  }

  private boolean some(List<String> words) throws IOException, InterruptedException {
    boolean agree = true;
    List<String> names = words.subList(1, words.size());
    switch (words.getFirst()) {
      case "inference" -> inference(names.isEmpty() ? Case.MODELS : names);
      case "memory" -> memory(names.isEmpty() ? List.of(LARGE) : names);
      case "start" -> measurements.start(START_RUNS);
      case "layers" -> agree = layers(names);
      default -> words.forEach(this::train);
    }
    if (options.saves()) {
      String precision = options.precision().equals(Case.F32) ? "" : "-" + options.precision();
      report.save(home.results(), String.join("-", words) + precision);
    }
    return agree;
  }

  private void train(String which) {
    List<Case> cases =
        Case.parse(which, options.modelThreads(), home).stream()
            .map(each -> each.in(options.precision()))
            .toList();
    measurements.models(Table.TRAINING, Work.TRAIN, cases, options.modelTurns());
  }

  private void inference(List<String> models) {
    for (String model : models) {
      List<Case> cases = Case.parse(model + ":1", options.modelThreads(), home);
      measurements.models(Table.INFERENCE, Work.PREDICT, cases, options.modelTurns());
    }
  }

  private void memory(List<String> cases) throws IOException, InterruptedException {
    for (String which : cases) {
      measurements.memory(Case.parse(which, options.modelThreads(), home));
    }
  }

  private boolean layers(List<String> names) throws IOException {
    List<LayerCase> layers = LayerCase.read(home.layers(), names);
    return measurements.layers(layers, options.layerThreads(), options.layerTurns());
  }

  /** Everything once, as shortly as can be: shows that it works, not how fast it is. */
  private boolean smoke() throws IOException, InterruptedException {
    boolean agree = agree(3);
    for (String model : Case.MODELS) {
      List<Case> cases = Case.parse(model + ":2", BOTH, home);
      measurements.models(Table.TRAINING, Work.TRAIN, cases, Turns.ONCE);
    }
    for (String model : Case.MODELS) {
      List<Case> cases = Case.parse(model + ":1", List.of(1), home);
      measurements.models(Table.INFERENCE, Work.PREDICT, cases, Turns.ONCE);
    }
    measurements.memory(Case.parse("M2:4", List.of(1), home));
    measurements.start(1);
    agree &= measurements.layers(LayerCase.read(home.layers(), List.of()), List.of(1), Turns.ONCE);
    Path folder = Files.createTempDirectory("dlc-bench");
    report.save(folder, "smoke");
    report.publish(folder);
    return agree;
  }
}
