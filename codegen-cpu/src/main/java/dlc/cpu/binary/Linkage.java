// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.base.Code;
import dlc.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a program takes the C library from. */
public sealed interface Linkage {

  /** All that is installed here. */
  Path MACHINE = Path.of("/");

  /** From the system that runs it. */
  record Dynamic() implements Linkage {}

  /** From inside: {@code libraries} are musl's libc.a and what it needs. */
  record Static(List<Path> libraries) implements Linkage {
    public Static {
      libraries = List.copyOf(libraries);
    }
  }

  /**
   * The static library of musl for {@code platform}, below {@code sysroot} or on this machine.
   * Where numbers of 128 bits are computed by functions of the compiler, as on all but x86-64,
   * these come from libgcc.a.
   *
   * @throws UserError when one of them is not there
   */
  static Linkage statically(Platform platform, Optional<Path> sysroot) {
    List<Path> roots = sysroot.map(root -> List.of(root, MACHINE)).orElse(List.of(MACHINE));
    String system = platform.id().replace("-linux", "-linux-musl");
    List<String> places =
        List.of(
            "usr/lib/%s/libc.a".formatted(system),
            "usr/lib/musl/lib/libc.a",
            "usr/local/musl/lib/libc.a",
            "lib/libc.a");
    Path root = roots.getFirst();
    Path library =
        places.stream()
            .map(root::resolve)
            .filter(Files::isRegularFile)
            .findFirst()
            .orElseThrow(
                () -> missing("musl's C library", places.getFirst(), root, platform.musl()));
    if (platform == Platform.X86_64) {
      return new Static(List.of(library));
    }
    String compiler = platform.id() + "-gnu";
    return roots.stream()
        .flatMap(each -> Stream.of("usr/lib/gcc", "usr/lib/gcc-cross").map(each::resolve))
        .flatMap(folder -> newest(folder.resolve(compiler)))
        .findFirst()
        .map(support -> new Static(List.of(library, support)))
        .orElseThrow(
            () ->
                missing(
                    "libgcc.a",
                    "usr/lib/gcc-cross/%s/*/libgcc.a".formatted(compiler),
                    root,
                    platform.libgcc()));
  }

  /** The libgcc.a of the newest compiler in {@code folder}. */
  private static Stream<Path> newest(Path folder) {
    try (Stream<Path> versions = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
      return versions
          .map(version -> version.resolve("libgcc.a"))
          .filter(Files::isRegularFile)
          .max(
              Comparator.comparing(
                  Path::toString,
                  Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder())))
          .stream();
    } catch (IOException unreadable) {
      return Stream.empty();
    }
  }

  private static UserError missing(String what, String place, Path root, String debian) {
    return new UserError(
            Code.BAD_OPTION,
            "--static needs %s, and there is no %s below %s".formatted(what, place, root))
        .help(
            "install it (Debian: apt install %s), or say with --sysroot DIR where it is"
                .formatted(debian));
  }
}
