// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.TrainLimits;
import dlc.driver.Workbench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Trains samples to their end in f32, bf16 and f16 with several seeds: is what they end with as
 * good? A seed gives all precisions the same first weights and the same order. Needs no PyTorch.
 */
public final class PrecisionRuns {

  private static final String PLAIN = "f32";
  private static final List<String> PRECISIONS = List.of(PLAIN, "bf16", "f16");

  /** The samples and how many seeds they are trained with: the longer they take, the fewer. */
  private static final Map<String, Integer> SEEDS = new LinkedHashMap<>();

  static {
    SEEDS.put("simple_cnn", 8);
    SEEDS.put("resnet18", 3);
    SEEDS.put("tiny_gpt", 2);
  }

  private final Home home;
  private final RunOptions options;
  private final Findings findings = new Findings();

  private PrecisionRuns(Home home, Path data, int threads) {
    this.home = home;
    this.options = RunOptions.usual().withThreads(threads).withData(data);
  }

  /** Takes the folder {@code benchmarks}, then what the user said. */
  public static void main(String[] args) throws IOException {
    try {
      Home home = new Home(Path.of(args[0]));
      Options said = Options.parse(List.of(args).subList(1, args.length));
      Path data = said.data().orElse(home.root().resolve("../shared/data").normalize());
      int threads = said.threads().map(List::getFirst).orElse(2);
      List<String> names = said.words().isEmpty() ? List.copyOf(SEEDS.keySet()) : said.words();
      PrecisionRuns runs = new PrecisionRuns(home, data, threads);
      runs.begin();
      for (String name : names) {
        runs.run(name, said.seeds().orElse(seeds(name)));
        if (said.saves()) {
          runs.findings.save(home.results(), "precision");
        }
      }
    } catch (IllegalArgumentException wrong) {
      System.err.println("benchmarks: " + wrong.getMessage());
      System.exit(2);
    }
  }

  private static int seeds(String name) {
    Integer count = SEEDS.get(name);
    if (count == null) {
      throw new IllegalArgumentException("no sample '%s' is compared so".formatted(name));
    }
    return count;
  }

  private void begin() {
    findings.say("Samples trained in f32, bf16 and f16, %s, %s", Machine.cpu(), LocalDate.now());
    findings.say("");
    findings.say("A mean of some seeds ± the deviation of one. Below it, the mean difference from");
    findings.say("f32 with the same seed ± its standard error. Held out are the samples of");
    findings.say("validation and test together; training is the mean over the last epoch.");
  }

  private void run(String name, int seeds) throws IOException {
    if (seeds < 2) {
      throw new IllegalArgumentException("chance shows with two seeds and more");
    }
    Map<String, List<TrainedSample>> ended = new LinkedHashMap<>();
    PRECISIONS.forEach(precision -> ended.put(precision, new ArrayList<>()));
    for (long seed : LongStream.rangeClosed(1, seeds).toArray()) {
      for (String precision : PRECISIONS) {
        TrainedSample sample = train(name, precision, seed);
        System.out.printf(
            Locale.ROOT,
            "# %s seed %d %s: training %.4f, %.4f; held out %.4f, %.4f%n",
            name,
            seed,
            precision,
            sample.last().loss(),
            TrainedSample.share(sample.last()),
            sample.heldOutLoss(),
            sample.heldOutAccuracy());
        ended.get(precision).add(sample);
      }
    }
    long heldOut = ended.get(PLAIN).getFirst().heldOut();
    findings.say("");
    findings.say("**%s**, %d seeds, %,d samples held out", name, seeds, heldOut);
    findings.say("");
    findings.say("| precision | loss | accuracy | training loss | training accuracy |");
    findings.say("| --- | ---: | ---: | ---: | ---: |");
    for (String precision : PRECISIONS) {
      say(precision, ended.get(precision), ended.get(PLAIN));
    }
  }

  /** A column of the table: what it shows of a run, and how. */
  private record Column(Function<TrainedSample, Double> figure, String format) {}

  private static final List<Column> COLUMNS =
      List.of(
          new Column(TrainedSample::heldOutLoss, "%.4f ± %.4f"),
          new Column(sample -> 100 * sample.heldOutAccuracy(), "%.2f ± %.2f %%"),
          new Column(sample -> sample.last().loss(), "%.4f ± %.4f"),
          new Column(sample -> 100 * TrainedSample.share(sample.last()), "%.2f ± %.2f %%"));

  private void say(String precision, List<TrainedSample> these, List<TrainedSample> plain) {
    StringBuilder means = new StringBuilder("| " + precision);
    StringBuilder differences = new StringBuilder("| − f32");
    for (Column column : COLUMNS) {
      List<Double> here = these.stream().map(column.figure).toList();
      List<Double> there = plain.stream().map(column.figure).toList();
      Spread figure = Spread.of(here);
      Spread difference = Spread.ofDifferences(here, there);
      means.append(" | ").append(text(column.format, figure.mean(), figure.deviation()));
      differences.append(" | ").append(text(column.format, difference.mean(), difference.error()));
    }
    findings.say("%s |", means);
    if (!precision.equals(PLAIN)) {
      findings.say("%s |", differences);
    }
  }

  private static String text(String format, double number, double plusOrMinus) {
    return String.format(Locale.ROOT, format, number, plusOrMinus);
  }

  private TrainedSample train(String name, String precision, long seed) throws IOException {
    Path file = Files.createTempFile(name, ".dl");
    try {
      Files.writeString(file, program(name, precision));
      ModelFile model = ModelFile.load(file, Map.of());
      try (Workbench bench = Workbench.open(model, options.withSeed(seed))) {
        return TrainedSample.of(bench, TrainLimits.NONE);
      }
    } finally {
      Files.delete(file);
    }
  }

  /** The sample with the setting {@code precision}. */
  private String program(String name, String precision) throws IOException {
    String text = Files.readString(home.sample(name));
    return text.replaceFirst("(train \\w+ \\{)", "$1\n  precision " + precision);
  }
}
