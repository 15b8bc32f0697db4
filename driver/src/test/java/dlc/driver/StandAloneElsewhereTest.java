// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.base.UserError;
import dlc.cpu.binary.Binary;
import dlc.cpu.binary.Linkage;
import dlc.cpu.binary.Platform;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs for other systems, where this one has what it takes to run them. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAloneElsewhereTest {

  private static final String SOURCE =
      """
      model Net(point: f32[2]) -> f32[3] { linear(8) tanh linear(3) }
      train Net { data spirals(count=300) loss cross_entropy optimizer adam(lr=0.01) batch 32 }
      """;

  @TempDir private Path folder;

  /** Every platform's program is linked; it is run where an emulator and a C library are. */
  @ParameterizedTest
  @EnumSource(Platform.class)
  void programsForEveryPlatformAreProgramsForLinux(Platform platform) throws IOException {
    CompiledProgram program = CompiledProgram.of(folder, SOURCE, options(platform));
    assertThat(Files.readAllBytes(program.executable())).startsWith(0x7F, 'E', 'L', 'F', 2, 1);
    String name = platform.id().replace("-linux", "");
    Optional<Path> emulator = onPath("qemu-" + name + "-static").or(() -> onPath("qemu-" + name));
    Path system = Path.of("/usr/" + name + "-linux-gnu");
    if (emulator.isPresent() && Files.isDirectory(system)) {
      assertThat(run(emulator.get().toString(), "-L", system.toString(), "./program", "train"))
          .contains("epoch 1/1", "test accuracy");
    }
  }

  private static StandAlone.Options options(Platform platform) {
    return new StandAlone.Options(
        "test",
        platform,
        new Linkage.Dynamic(),
        platform == Platform.X86_64 ? Optional.of(CompiledProgram.CPU) : Optional.empty(),
        false,
        List.of(),
        Optional.empty(),
        Binary.Symbols.STRIPPED,
        StandAlone.OtherDevices.NONE);
  }

  @Test
  void staticProgramsNeedNothing() {
    CompiledProgram usual = CompiledProgram.of(folder, SOURCE);
    String expected = usual.run("train", "--json", "--quiet").output();
    CompiledProgram program =
        CompiledProgram.of(
            folder, SOURCE, CompiledProgram.options(Optional.of(CompiledProgram.CPU), musl()));
    assertThat(program.strings()).doesNotContain("libc.so");
    String losses = ",\"seconds\":[^}]*";
    assertThat(program.run("train", "--json", "--quiet").output().replaceAll(losses, ""))
        .isEqualTo(expected.replaceAll(losses, ""));
  }

  @Test
  void aMissingLibraryIsNamedWithItsPackage() throws IOException {
    Optional<Path> sysroot = Optional.of(folder);
    assertThatThrownBy(() -> Linkage.statically(Platform.RISCV64, sysroot))
        .hasMessageContaining("there is no usr/lib/riscv64-linux-musl/libc.a below " + folder)
        .extracting(error -> ((UserError) error).help().orElseThrow())
        .asString()
        .contains("apt install musl-dev:riscv64");
    Path library = Files.createDirectories(folder.resolve("usr/lib/riscv64-linux-musl"));
    Files.createFile(library.resolve("libc.a"));
    Path compilers = folder.resolve("usr/lib/gcc/riscv64-linux-gnu");
    for (String version : List.of("9", "12")) {
      Path file = Files.createDirectories(compilers.resolve(version)).resolve("libgcc.a");
      Files.createFile(file);
    }
    assertThat(Linkage.statically(Platform.RISCV64, sysroot))
        .isEqualTo(
            new Linkage.Static(
                List.of(library.resolve("libc.a"), compilers.resolve("12/libgcc.a"))));
  }

  private static Linkage musl() {
    try {
      return Linkage.statically(Platform.X86_64, Optional.empty());
    } catch (UserError missing) {
      assumeTrue(false, missing.getMessage());
      throw missing;
    }
  }

  private static Optional<Path> onPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(place -> Path.of(place, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private String run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
