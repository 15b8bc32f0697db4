// SPDX-License-Identifier: Apache-2.0
package dlc.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.cpu.binary.Binary;
import dlc.cpu.binary.Binary.Library;
import dlc.cpu.binary.Binary.LibraryKind;
import dlc.cpu.binary.Linkage;
import dlc.cpu.binary.Platform;
import dlc.driver.Dlc;
import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.StandAlone;
import dlc.driver.Workbench;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The examples in other languages do what they say, where there are compilers for them. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class LibraryTest {

  private static final Path SOURCES =
      (Files.exists(Path.of("digits.dl")) ? Path.of("") : Path.of("samples"))
          .resolve("library")
          .toAbsolutePath();

  private static final StandAlone.Options OPTIONS =
      new StandAlone.Options(
          "test",
          Platform.X86_64,
          new Linkage.Dynamic(),
          Optional.empty(),
          false,
          List.of(),
          Optional.empty(),
          Binary.Symbols.STRIPPED,
          StandAlone.OtherDevices.NONE);

  @TempDir private Path folder;

  @BeforeEach
  void writeLibraries() throws IOException {
    write(LibraryKind.STATIC, "corners.a");
    write(LibraryKind.SHARED, "libcorners.so");
  }

  private void write(LibraryKind kind, String name) throws IOException {
    try (Workbench bench = bench()) {
      Library library = StandAlone.library(bench, OPTIONS, kind);
      Files.write(folder.resolve(name), library.content().toArray());
      Files.writeString(folder.resolve("corners.h"), library.header());
    }
  }

  @Test
  void trainsInCAndPredictsInPythonAndJava() throws IOException {
    assumeTrue(isThere("gcc"), "there is no gcc");
    run(
        "gcc",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-I",
        ".",
        "" + SOURCES.resolve("train.c"),
        "corners.a",
        "-o",
        "train");
    String trained = run("./train", "corners.safetensors");
    String scores = trained.substring(trained.indexOf("scores")).strip();
    try (Dlc model = Dlc.compile(SOURCES.resolve("corners.dl"))) {
      model.loadWeights(folder.resolve("corners.safetensors"));
      List<Double> values = model.predict(new float[] {1.5f, -0.5f}).values();
      assertThat("scores %.6f %.6f".formatted(values.get(0), values.get(1))).isEqualTo(scores);
      assertThat(values.get(1)).isGreaterThan(values.get(0));
    }
    assumeTrue(isThere("python3"), "there is no Python");
    assertThat(
            run(
                "python3",
                "" + SOURCES.resolve("predict.py"),
                "./libcorners.so",
                "corners.safetensors",
                "1.5",
                "-0.5"))
        .isEqualToIgnoringNewLines(scores);
  }

  private static Workbench bench() {
    ModelFile file = ModelFile.load(SOURCES.resolve("corners.dl"), Map.of());
    return Workbench.open(file, RunOptions.usual().withThreads(1));
  }

  @Test
  void trainsAndPredictsInJavaFromOneJar() throws IOException {
    try (Workbench bench = bench()) {
      byte[] jar = StandAlone.jar(bench, OPTIONS).toArray();
      Files.write(folder.resolve("corners.jar"), jar);
      assertThat(StandAlone.jar(bench, OPTIONS).toArray()).isEqualTo(jar);
    }
    String trained =
        run(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            "corners.jar",
            "" + SOURCES.resolve("Train.java"),
            "corners.safetensors");
    try (Dlc model = Dlc.compile(SOURCES.resolve("corners.dl"))) {
      model.loadWeights(folder.resolve("corners.safetensors"));
      List<Double> values = model.predict(new float[] {1.5f, -0.5f}).values();
      assertThat(trained.strip())
          .endsWith("scores %.6f %.6f".formatted(values.get(0), values.get(1)));
      assertThat(values.get(1)).isGreaterThan(values.get(0));
    }
  }

  @Test
  void trainsInRustAndGoWhereTheyAre() throws IOException {
    assumeTrue(isThere("rustc") || isThere("go"), "there is neither rustc nor go");
    if (isThere("rustc")) {
      Files.copy(folder.resolve("corners.a"), folder.resolve("libcornersstatic.a"));
      run(
          "rustc",
          "-O",
          "-L",
          ".",
          "-l",
          "static=cornersstatic",
          "" + SOURCES.resolve("train.rs"),
          "-o",
          "rust");
      assertThat(run("./rust", "rust.safetensors")).contains("scores");
      assertThat(folder.resolve("rust.safetensors")).isNotEmptyFile();
    }
    if (isThere("go")) {
      Files.copy(SOURCES.resolve("train.go"), folder.resolve("train.go"));
      run("go", "run", "train.go", "go.safetensors");
      assertThat(folder.resolve("go.safetensors")).isNotEmptyFile();
    }
  }

  @Test
  void nothingIsTakenFromOtherLibraries() throws IOException {
    assumeTrue(isThere("nm"), "there is no nm");
    assertThat(run("nm", "--undefined-only", "corners.a").lines().skip(2)).isEmpty();
    assertThat(run("nm", "-D", "--undefined-only", "libcorners.so")).isEmpty();
    assertThat(run("nm", "-D", "--defined-only", "libcorners.so").lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).contains(" T corners_"));
    assertThat(run("nm", "--extern-only", "--defined-only", "corners.a").lines().skip(2))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).contains(" T corners_"));
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  private String run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor()).as(output).isZero();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    return output;
  }
}
