// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.TrainLimits;
import dlc.driver.Training;
import dlc.driver.Workbench;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.Figures;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Metric;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trains samples to their end with dlc and with PyTorch: the same settings and data, each side with
 * its own first weights and its own order.
 */
final class SampleRuns {

  /** The samples that PyTorch trains too, the quickest first. */
  static final List<String> NAMES =
      List.of(
          "california",
          "autoencoder",
          "siamese",
          "gru_names",
          "vgg",
          "char_lstm",
          "vit",
          "mobilenet",
          "resnet18",
          "tiny_gpt");

  private final Home home;
  private final Path data;
  private final int threads;

  SampleRuns(Home home, Path data, int threads) {
    this.home = home;
    this.data = data;
    this.threads = threads;
  }

  /** Prints a row for each sample of {@code names}. */
  void run(List<String> names) throws IOException, InterruptedException {
    System.out.printf(
        "%-12s  %11s  %11s  %8s  %8s  %8s  %8s%n",
        "sample", "dlc loss", "PyTorch", "dlc acc.", "PyTorch", "dlc s", "PyTorch");
    for (String name : names) {
      if (!NAMES.contains(name)) {
        throw new IllegalArgumentException("PyTorch trains no sample '%s'".formatted(name));
      }
      run(name);
    }
  }

  private void run(String name) throws IOException, InterruptedException {
    RunOptions options = RunOptions.usual().withThreads(threads).withData(data);
    Path tape = Files.createTempFile("sample", ".tape");
    try (Workbench bench = Workbench.open(ModelFile.load(home.sample(name), Map.of()), options)) {
      bench.data();
      SampleRow ours = train(bench);
      SampleTape.write(tape, bench, bench.section().epochs().orElse(1));
      SampleRow theirs = peer(name, tape);
      System.out.printf(
          Locale.ROOT,
          "%-12s  %11.4f  %11.4f  %8s  %8s  %8.1f  %8.1f%n",
          name,
          ours.loss(),
          theirs.loss(),
          percent(ours.accuracy()),
          percent(theirs.accuracy()),
          ours.seconds(),
          theirs.seconds());
    } finally {
      Files.delete(tape);
    }
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }

  private static SampleRow train(Workbench bench) {
    long start = System.nanoTime();
    Training training = Training.of(bench, TrainLimits.NONE, _ -> {});
    List<Double> seconds = new ArrayList<>(List.of((System.nanoTime() - start) / 1e9));
    TrainListener listener =
        new TrainListener() {
          @Override
          public void epochDone(EpochReport report) {
            seconds.add(report.training().samples() / report.samplesPerSecond());
          }
        };
    FinalReport report = training.run(listener, new StopFlag());
    Figures test = report.test().orElseThrow();
    return new SampleRow(
        test.loss(),
        test.metric(Metric.ACCURACY).orElse(Double.NaN),
        seconds.stream().mapToDouble(Double::doubleValue).sum());
  }

  private SampleRow peer(String name, Path tape) throws IOException, InterruptedException {
    Process process =
        PyTorch.usual(home)
            .program("train_peer", name, tape.toString(), Integer.toString(threads))
            .start();
    String answer = process.inputReader().readLine();
    if (process.waitFor() != 0 || answer == null) {
      throw new IllegalStateException("PyTorch ended before it had trained " + name);
    }
    String[] words = answer.split(" ");
    return new SampleRow(
        Double.parseDouble(words[0]),
        Double.parseDouble(words[1].replace("nan", "NaN").replace("-", "")),
        Double.parseDouble(words[2]));
  }
}
