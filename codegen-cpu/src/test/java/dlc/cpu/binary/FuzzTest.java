// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The readers in C take damaged files: each ends in data or in a sentence, under the sanitizers for
 * addresses and for undefined behaviour.
 *
 * <p>The files of {@code src/test/corpus/KIND} are what is damaged; a file that once broke a reader
 * stays there. {@code DLC_FUZZ_ROUNDS} sets how often, the round sets the seed.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class FuzzTest {

  private static final int ROUNDS =
      Integer.parseInt(Optional.ofNullable(System.getenv("DLC_FUZZ_ROUNDS")).orElse("100"));

  private static final Path CORPUS = Path.of("src/test/corpus").toAbsolutePath();

  private static final List<String> PARTS =
      List.of(
          "arrays", "base", "cifar", "columns", "csv", "data", "digits", "file", "idx", "image",
          "inflate", "jpeg", "json", "level", "model", "number", "png", "random", "scan", "split",
          "table");

  @TempDir private static Path folder;

  static List<Path> corpus() throws IOException {
    try (Stream<Path> files = Files.walk(CORPUS)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "there is no gcc with its sanitizers");
    List<String> command =
        new ArrayList<>(
            List.of(
                "gcc",
                "-g",
                "-O1",
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover",
                "-fno-builtin",
                "-Isrc/main/c",
                "src/test/c/fuzz.c"));
    PARTS.forEach(part -> command.add("src/main/c/%s.c".formatted(part)));
    command.addAll(List.of("-lm", "-o", folder.resolve("fuzz").toString()));
    String output = run(command);
    assumeTrue(!output.contains("cannot find -lasan"), "there is no library of sanitizers");
    assertThat(folder.resolve("fuzz")).as(output).exists();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void noDamageBreaksAReader(Path file) throws IOException, InterruptedException {
    String kind = CORPUS.relativize(file).getName(0).toString();
    assertThat(
            run(
                List.of(
                    folder.resolve("fuzz").toString(),
                    kind,
                    file.toString(),
                    Integer.toString(ROUNDS),
                    "7")))
        .startsWith(ROUNDS + " inputs: ");
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "ASAN_OPTIONS", "detect_leaks=0:exitcode=99:allocator_may_return_null=1",
                "UBSAN_OPTIONS", "exitcode=98"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
