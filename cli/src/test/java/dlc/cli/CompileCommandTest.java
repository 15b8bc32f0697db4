// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code compile}, {@code check}, {@code opt} and {@code interp} on one small program. */
final class CompileCommandTest {

  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void writeProgram() throws IOException {
    file =
        Files.writeString(
            folder.resolve("small.dl"),
            """
            param width: int = 3
            model Small(x: f32[4]) -> f32[width] { fc: linear(width) }
            train Small { data random(count=20) loss mse optimizer sgd(lr=0.1) batch 5 epochs 1 }
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "ast,Model",
    "ir,gradient",
    "opt,func @train_step",
    "kernel,kernel @",
    "llvm,define",
    "asm,.text"
  })
  void everyStageCanBePrinted(String stage, String part) {
    Shell shell = Shell.dlc("compile", file, "--emit=" + stage, "--verify");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out()).contains(part);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void aProgramThatStandsAloneIsWritten() throws IOException, InterruptedException {
    Path program = folder.resolve("small");
    Shell shell =
        Shell.dlc(
            "compile", file, "-o", program, "--cpu=x86-64-v2", "--size-report", "-D", "width=2");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out())
        .containsPattern("kernels for x86-64-v2 +\\d")
        .contains("runtime", "all");
    Process process = new ProcessBuilder(program.toString(), "info", "--json").start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .startsWith("{\"model\":\"Small\",\"program\":\"small.dl\"")
        .contains("\"isas\":[\"x86-64-v2\"]", "\"params\":{\"width\":\"2\"}");
    assertThat(process.waitFor()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"obj,small.o", "staticlib,small.a", "sharedlib,small.so"})
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void aLibraryComesWithItsHeader(String kind, String name) throws IOException {
    Path library = folder.resolve(name);
    Shell shell = Shell.dlc("compile", file, "--emit=" + kind, "-o", library, "--cpu=x86-64-v2");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(Files.readAllBytes(library)).hasSizeGreaterThan(500);
    assertThat(folder.resolve("small.h"))
        .content()
        .contains("int32_t small_predict(void *arena, const float *x, float *output);");
  }

  @Test
  void whatCannotBeMadeIsSaid() {
    assertThat(Shell.dlc("compile", file).err()).contains("-o OUT");
    assertThat(
            Shell.dlc("compile", file, "--entry=predict", "--embed=none.safetensors", "-o", "x")
                .err())
        .contains("cannot find none.safetensors", "check the path")
        .doesNotContain("Exception");
    Path program = folder.resolve("small");
    assertThat(Shell.dlc("compile", file, "-o", program, "--target=vax").err())
        .contains("there is no target 'vax'", "x86_64-linux, aarch64-linux, riscv64-linux");
    assertThat(
            Shell.dlc(
                    "compile",
                    file,
                    "-o",
                    program,
                    "--target=x86_64-linux",
                    "--static",
                    "--sysroot",
                    folder)
                .err())
        .contains("--static needs musl's C library", "apt install musl-dev");
    assertThat(Shell.dlc("compile", file, "-o", program, "--entry=init").err())
        .contains("only predict can stand alone");
    assertThat(program).doesNotExist();
  }

  @Test
  void passesCanBeWatched() {
    Shell shell =
        Shell.dlc(
            "compile",
            file,
            "--emit=kernel",
            "--entry=train_step",
            "--print-after-all",
            "--time-passes");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.err()).contains("// ---- after differentiate", "simplify", " ms ");
    assertThat(shell.out()).contains("entry @train_step").doesNotContain("entry @predict");
  }

  @Test
  void passesOfProgramsCanBeTimed() {
    Path program = folder.resolve("timed");
    Shell shell = Shell.dlc("compile", file, "--cpu=x86-64-v3", "-o", program, "--time-passes");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.err()).contains("differentiate", "simplify", " ms ");
    assertThat(program).isExecutable();
  }

  @Test
  void anUnknownEntryPointSuggestsTheNearest() {
    Shell shell = Shell.dlc("compile", file, "--emit=ir", "--entry=trainstep");
    assertThat(shell.code()).isEqualTo(2);
    assertThat(shell.err()).contains("did you mean 'train_step'?");
  }

  @Test
  void irIsReadBack() {
    Path ir = folder.resolve("small.dlir");
    assertThat(Shell.dlc("compile", file, "--emit=opt", "--entry=predict", "-o", ir, "-q").code())
        .isZero();
    assertThat(Shell.dlc("opt", "--passes=simplify", ir).out()).contains("func @predict");
    assertThat(Shell.dlc("interp", ir, "--seed", 3).out()).contains("output: f32[5, 3] = ");
  }

  @Test
  void checkShowsLayersAndMemory() {
    Shell shell = Shell.dlc("check", file, "-D", "width=7", "--batch", "2");
    assertThat(shell.code()).as(shell.err()).isZero();
    assertThat(shell.out())
        .contains("param width = 7", "model Small", "peak memory at batch 2")
        .containsPattern("fc +f32\\[7] +35 +56 +28");
    assertThat(Shell.dlc("check", file, "--json").out())
        .contains("\"weights\":15", "\"flops\":24,\"bytes\":12", "\"peak_bytes\":");
  }

  @Test
  void moreMemoryThanTheMachineHasIsAnError() throws IOException {
    Path huge =
        Files.writeString(
            folder.resolve("huge.dl"),
            """
            model Huge(x: f32[30_000]) { repeat 300 { linear(30_000) } }
            train Huge { data random(count=10) loss mse optimizer sgd(lr=0.1) batch 2 epochs 1 }
            """);
    Shell shell = Shell.dlc("train", huge);
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0605]", "of memory, this machine has");
  }

  @Test
  void shapesThatOverflowAreAnError() {
    Shell shell = Shell.dlc("check", file, "--batch", 2_000_000_000);
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0304]", "small.dl:2:16");
  }
}
