// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.base.UserError;
import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.TrainLimits;
import dlc.driver.Workbench;
import dlc.opencl.device.OpenCl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Trains the samples on the processor and on an OpenCL device, from the same first weights and in
 * the same order: do they end with the same figures? Needs no PyTorch.
 */
public final class DeviceRuns {

  /** The samples that are not trained to their end, and after how many steps they are compared. */
  private static final Map<String, Integer> STEPS =
      Map.ofEntries(
          Map.entry("char_lstm", 50), Map.entry("gru_names", 100), Map.entry("lenet", 1000),
          Map.entry("mobilenet", 20), Map.entry("resnet18", 10), Map.entry("siamese", 500),
          Map.entry("simple_cnn", 3000), Map.entry("tiny_gpt", 30), Map.entry("vgg", 20),
          Map.entry("vit", 50));

  private final Home home;
  private final Path data;
  private final String device;
  private final Findings findings = new Findings();

  private DeviceRuns(Home home, Path data, String device) {
    this.home = home;
    this.data = data;
    this.device = device;
  }

  /**
   * Takes the folder {@code benchmarks}, then names of samples, {@code --device NAME}, {@code --data
   * DIR}, and {@code --no-save}.
   */
  public static void main(String[] arguments) throws IOException {
    Home home = new Home(Path.of(arguments[0]));
    List<String> names = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    boolean saves = !names.remove("--no-save");
    String device = option(names, "--device").orElse("opencl");
    Path data =
        option(names, "--data").map(Path::of)
            .orElse(home.root().resolve("../shared/data").normalize());
    DeviceRuns runs = new DeviceRuns(home, data, device);
    runs.compare(names.isEmpty() ? all(home) : names);
    if (saves) {
      runs.findings.save(home.results(), "devices");
    }
  }

  private static Optional<String> option(List<String> words, String name) {
    int at = words.indexOf(name);
    if (at < 0) {
      return Optional.empty();
    }
    words.remove(at);
    return Optional.of(words.remove(at));
  }

  private static List<String> all(Home home) throws IOException {
    try (Stream<Path> files = Files.list(home.root().resolve("samples"))) {
      return files.map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".dl"))
          .map(name -> name.substring(0, name.length() - 3))
          .sorted().toList();
    }
  }

  private void compare(List<String> names) throws IOException {
    findings.say("Samples trained on %s and by LLVM, %s, %s",
        OpenCl.named(device).name(), Machine.cpu(), LocalDate.now());
    findings.say("");
    findings.say("| sample | steps | | loss | test loss | accuracy | test accuracy |");
    findings.say("| --- | ---: | --- | ---: | ---: | ---: | ---: |");
    for (String name : names) {
      Integer steps = STEPS.get(name);
      String until = steps == null ? "all" : steps.toString();
      try {
        say(name, until, "LLVM", train(name, "cpu"));
        say("", "", "device", train(name, device));
      } catch (UserError missing) {
        findings.say("| %s | | | | | | not run: %s |", name, missing.getMessage());
      }
    }
  }

  private TrainedSample train(String name, String on) throws IOException {
    Integer steps = STEPS.get(name);
    TrainLimits limits =
        new TrainLimits(
            OptionalInt.empty(),
            steps == null ? OptionalLong.empty() : OptionalLong.of(steps),
            false);
    ModelFile file = ModelFile.load(home.sample(name), Map.of());
    RunOptions here = RunOptions.usual().withDevice(on).withData(folder(name));
    try (Workbench bench = Workbench.open(file, here)) {
      return TrainedSample.of(bench, limits);
    }
  }

  /** The sample of flowers wants the folder that its table lies in. */
  private Path folder(String name) {
    return name.equals("iris") ? data.resolve("tables") : data;
  }

  private void say(String name, String steps, String on, TrainedSample ended) {
    findings.say("| %s | %s | %s | %.5f | %s | %s | %s |", name, steps, on, ended.last().loss(),
        ended.test().map(test -> String.format(Locale.ROOT, "%.5f", test.loss())).orElse("-"),
        TrainedSample.accuracy(ended.last()),
        ended.test().map(TrainedSample::accuracy).orElse("-"));
  }
}
