// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.driver.CompiledProgram.Run;
import dlc.runtime.train.Weights;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a compiled program takes from the system: names, memory, files, a terminal. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAloneProcessTest {

  private static final String SOURCE =
      """
      model Net(image: f32[1, 28, 28]) -> f32[10] {
        conv2d(4, 3) relu maxpool2d(2) flatten dropout(0.1) linear(10)
      }
      train Net {
        data digits(count=640) split validation=0.2 loss cross_entropy
        optimizer adam(lr=0.01) batch 16 epochs 2 metrics accuracy, confusion_matrix
      }
      """;

  @TempDir private static Path folder;

  private static CompiledProgram program = new CompiledProgram(Path.of(""));

  @BeforeAll
  static void compile() {
    program = CompiledProgram.of(folder, SOURCE);
  }

  /** Names that both glibc and musl have had for as long as there are 64-bit processors. */
  @Test
  void itAsksForNothingButOldNamesOfTheCLibrary() throws IOException {
    assumeTrue(isThere("nm") && isThere("readelf"), "there is no nm");
    String known = Files.readString(Path.of("../codegen-cpu/src/main/c/libc.s"));
    assertThat(run("nm", "-D", "--undefined-only", "program").lines())
        .isNotEmpty()
        .allSatisfy(
            line -> assertThat(known).contains("function " + line.replace("U", "").strip() + "\n"));
    assertThat(run("readelf", "-d", "program").lines().filter(line -> line.contains("(NEEDED)")))
        .singleElement()
        .asString()
        .contains("libc.so.6");
    assertThat(run("readelf", "-V", "program")).contains("No version information");
  }

  @Test
  void aMemoryCheckerFindsNothing() throws IOException {
    assumeTrue(isThere("valgrind"), "there is no valgrind");
    String output =
        run(
            "valgrind",
            "--error-exitcode=9",
            "./program",
            "train",
            "--steps=5",
            "--checkpoint-dir=c",
            "--report=r",
            "--save=w");
    assumeTrue(!output.contains("valgrind:  Fatal error"), output);
    assertThat(output).contains("ERROR SUMMARY: 0 errors", "saved w");
    Files.write(folder.resolve("some.raw"), new byte[28 * 28]);
    assertThat(run("valgrind", "./program", "predict", "--weights=w", "some.raw"))
        .contains("ERROR SUMMARY: 0 errors", "some.raw  ");
  }

  @Test
  void memoryIsThatOfTheModelAndTheData() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/time")), "there is no time");
    String output = run("/usr/bin/time", "-f", "%M kB", "./program", "train", "--threads=1");
    long most = Long.parseLong(output.strip().replaceFirst("(?s).*\\D(\\d+) kB", "$1"));
    long data = 640L * 28 * 28 * 5 / 1000;
    assertThat(most).isLessThan(10_000 + data);
  }

  @Test
  void aTerminalShowsABarAndAFileDoesNot() throws IOException {
    String slow =
        SOURCE.replace("count=640", "count=6400").replace("conv2d(4, 3)", "conv2d(64, 5)");
    Path place = Files.createDirectory(folder.resolve("slow"));
    CompiledProgram longer = CompiledProgram.of(place, slow);
    assertThat(longer.run("train", "--epochs", "1").errors()).doesNotContain("░");
    assumeTrue(isThere("script"), "there is no terminal to be had");
    String shown = run("script", "-qec", "slow/program train --threads 1", "/dev/null");
    assertThat(shown).contains("epoch 2/2", "test accuracy");
    assertThat(shown).containsPattern("epoch \\d/2  █*░+ \\d+/256  loss ");
  }

  @Test
  void imagesAndBytesArePredictedOnLikeTheTrainerDoes() throws IOException {
    program.run("train", "--save", "weights");
    byte[] raw = new byte[28 * 28];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) (i * i / 7);
    }
    Files.write(folder.resolve("digit.raw"), raw);
    BufferedImage image = new BufferedImage(30, 20, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 600; i++) {
      image.setRGB(i % 30, i / 30, i * 12_345 % 0x1000000);
    }
    for (String format : List.of("png", "jpg")) {
      ImageIO.write(image, format, folder.resolve("digit." + format).toFile());
    }
    RunOptions usual = RunOptions.usual().withThreads(1);
    ModelFile file = ModelFile.load(folder.resolve("program.dl"), Map.of());
    try (Workbench bench = Workbench.open(file, usual)) {
      Weights.load(bench.state(), folder.resolve("weights"));
      for (String name : List.of("digit.raw", "digit.png", "digit.jpg")) {
        Run run = program.run("predict", "--weights", "weights", "--json", name);
        Prediction prediction =
            SamplePredictor.of(bench).predict(folder.resolve(name).toString()).getFirst();
        assertThat(run.output())
            .contains(
                "\"class\":\"" + prediction.className(prediction.best().orElseThrow()) + "\"");
      }
    }
    String alone = program.run("predict", "--weights", "weights", "--json", "digit.raw").output();
    assertThat(program.run("predict", "--weights", "weights", "--json", "digit.raw", "digit.raw"))
        .extracting(Run::output)
        .isEqualTo("[%s,\n %1$s]\n".formatted(alone.strip()));
    Files.write(folder.resolve("short.raw"), new byte[5]);
    Run wrong = program.run("predict", "--weights", "weights", "short.raw");
    assertThat(wrong.status()).isEqualTo(1);
    assertThat(wrong.errors())
        .contains("it has 5 bytes, the model's input 'image' is f32[1, 28, 28]");
  }

  private static boolean isThere(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, name)));
  }

  private static String run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
