// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.TrainLimits;
import dlc.driver.Workbench;
import dlc.runtime.train.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Trains samples in f32, bf16 and f16, from the same first weights and in the same order: is what
 * they end with as good? Needs no PyTorch.
 */
public final class PrecisionRuns {

  private static final List<String> PRECISIONS = List.of("f32", "bf16", "f16");

  /** The samples, and after how many epochs they are compared. */
  private static final Map<String, Integer> EPOCHS =
      Map.of("simple_cnn", 3, "resnet18", 2, "tiny_gpt", 1);

  private static final List<String> NAMES = List.of("simple_cnn", "tiny_gpt", "resnet18");

  private final Home home;
  private final RunOptions options;

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
      List<String> names = said.words().isEmpty() ? NAMES : said.words();
      new PrecisionRuns(home, data, threads).run(names);
    } catch (IllegalArgumentException wrong) {
      System.err.println("benchmarks: " + wrong.getMessage());
      System.exit(2);
    }
  }

  /** Prints a row for each sample of {@code names} and each precision. */
  private void run(List<String> names) throws IOException {
    System.out.printf(
        "%-12s  %6s  %-9s  %10s  %10s  %9s  %9s%n",
        "sample", "epochs", "precision", "loss", "test loss", "accuracy", "test acc.");
    for (String name : names) {
      Integer epochs = EPOCHS.get(name);
      if (epochs == null) {
        throw new IllegalArgumentException("no sample '%s' is compared so".formatted(name));
      }
      for (String precision : PRECISIONS) {
        run(name, precision, epochs);
      }
    }
  }

  private void run(String name, String precision, int epochs) throws IOException {
    Path file = Files.createTempFile(name, ".dl");
    try {
      Files.writeString(file, program(name, precision));
      try (Workbench bench = Workbench.open(ModelFile.load(file, Map.of()), options)) {
        print(name, precision, epochs, bench);
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

  private static void print(String name, String precision, int epochs, Workbench bench) {
    TrainLimits limits = new TrainLimits(OptionalInt.of(epochs), OptionalLong.empty(), false);
    TrainedSample ended = TrainedSample.of(bench, limits);
    Figures last = ended.last();
    Figures test = ended.test().orElseThrow();
    System.out.printf(
        Locale.ROOT,
        "%-12s  %6d  %-9s  %10.4f  %10.4f  %9s  %9s%n",
        name,
        epochs,
        precision,
        last.loss(),
        test.loss(),
        TrainedSample.accuracy(last),
        TrainedSample.accuracy(test));
  }
}
