// SPDX-License-Identifier: Apache-2.0
package dlc.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.base.UserError;
import dlc.cpu.binary.Binary;
import dlc.cpu.binary.Linkage;
import dlc.cpu.binary.Platform;
import dlc.driver.Dlc;
import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.StandAlone;
import dlc.driver.Workbench;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.MetricsLog;
import dlc.runtime.train.TrainListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A folder that holds a static program and its data, and nothing else, is the whole file system:
 * the program trains in it, to the bits of the trainer, whatever happens.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class EmptyRootTest {

  /** Any processor here can run it, and the trainer is told to use no other. */
  private static final String CPU = "x86-64-v2";

  private static final int KILLS = 10;

  private static final Path SAMPLES =
      (Files.exists(Path.of("digits.dl")) ? Path.of("") : Path.of("samples")).toAbsolutePath();

  private static final Path DATA = SAMPLES.getParent().resolveSibling("shared").resolve("data");

  @TempDir private Path root;

  @BeforeAll
  static void requireAll() {
    assumeTrue(Files.isDirectory(DATA), "there are no data beside the repository");
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/chroot")) && isRoot(), "only root can chroot");
    try {
      Linkage.statically(Platform.X86_64, Optional.empty());
    } catch (UserError missing) {
      assumeTrue(false, missing.getMessage());
    }
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException unknown) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "simple_cnn.dl, cifar-10-batches-bin, 400",
    "lenet.dl,      fashion-mnist,        300",
    "iris.dl,       tables/iris.csv,      160"
  })
  void trainsToTheBitsOfTheTrainer(String sample, String data, int steps)
      throws IOException, InterruptedException {
    Path needed = DATA.resolve(data);
    assumeTrue(Files.exists(needed), "there is no " + needed);
    copy(needed, root.resolve(needed.getFileName().toString()));
    compile(SAMPLES.resolve(sample));
    String expected = trained(SAMPLES.resolve(sample), steps);
    for (String threads : List.of("1", "3")) {
      assertThat(withoutTimes(run("train", "--steps=" + steps, "--threads", threads, "--json")))
          .isEqualTo(expected);
    }
    run("train", "--steps=" + steps, "--save", "whole");
    killTenTimes(steps);
    String last =
        run("train", "--steps=" + steps, "--resume", "--checkpoint-dir=c", "--save=again");
    assertThat(last).contains("test loss");
    assertThat(root.resolve("again")).hasSameBinaryContentAs(root.resolve("whole"));
  }

  /** Each time it goes on from where the time before was ended: some while after a checkpoint. */
  private void killTenTimes(int steps) throws IOException, InterruptedException {
    Random random = new Random(steps);
    for (int i = 0; i < KILLS; i++) {
      String newest = newest();
      Process process =
          start(
              "train",
              "--steps=" + steps,
              "--resume",
              "--checkpoint-dir=c",
              "--checkpoint-every-steps=3",
              "--quiet");
      while (process.isAlive() && newest().equals(newest)) {
        process.waitFor(1, TimeUnit.MILLISECONDS);
      }
      process.waitFor(random.nextInt(20), TimeUnit.MILLISECONDS);
      process.destroyForcibly();
      assertThat(process.waitFor()).isIn(0, 128 + 9);
    }
  }

  /** The newest checkpoint; their names tell the step. */
  private String newest() throws IOException {
    Path folder = root.resolve("c");
    if (!Files.isDirectory(folder)) {
      return "";
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".safetensors"))
          .max(Comparator.naturalOrder())
          .orElse("");
    }
  }

  private void compile(Path sample) throws IOException {
    StandAlone.Options options =
        new StandAlone.Options(
            "test",
            Platform.X86_64,
            Linkage.statically(Platform.X86_64, Optional.empty()),
            Optional.of(CPU),
            false,
            List.of(),
            Optional.empty(),
            Binary.Symbols.STRIPPED,
            StandAlone.OtherDevices.NONE);
    try (Workbench bench = Workbench.open(ModelFile.load(sample, Map.of()), options())) {
      Path program = root.resolve("program");
      Files.write(program, StandAlone.executable(bench, options).content().toArray());
      assertThat(program.toFile().setExecutable(true)).isTrue();
    }
  }

  /** The data are looked for in the root of the program, by their paths in the sample. */
  private RunOptions options() {
    RunOptions usual = RunOptions.usual();
    return new RunOptions(
        usual.model(),
        Optional.of(root),
        usual.environment(),
        usual.batch(),
        usual.seed(),
        2,
        usual.device(),
        CPU,
        usual.observer(),
        usual.code());
  }

  private String trained(Path sample, int steps) {
    StringBuilder log = new StringBuilder();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void epochDone(EpochReport report) {
            log.append(MetricsLog.line(report)).append('\n');
          }

          @Override
          public void finished(FinalReport report) {
            log.append(MetricsLog.line(report)).append('\n');
          }
        };
    try (Dlc model = Dlc.compile(sample, options(), Map.of())) {
      model.training().steps(steps).listener(listener).train();
    }
    return withoutTimes(log.toString());
  }

  private static String withoutTimes(String log) {
    return log.replaceAll(",\"seconds\":[^}]*", "");
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("/usr/sbin/chroot", root.toString(), "/program"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--data", "/"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    return builder.start();
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("/usr/sbin/chroot", root.toString(), "/program"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--data", "/"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().clear();
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
