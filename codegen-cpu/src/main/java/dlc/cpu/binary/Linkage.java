// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.base.Code;
import dlc.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where a program takes the C library from. */
public sealed interface Linkage {

  /** From the system that runs it. */
  record Dynamic() implements Linkage {}

  /** From inside: {@code library} is musl's libc.a. */
  record Static(Path library) implements Linkage {}

  /**
   * The static library of musl for {@code platform}, below {@code sysroot} or on this machine.
   *
   * @throws UserError when there is none
   */
  static Linkage statically(Platform platform, Optional<Path> sysroot) {
    if (platform != Platform.X86_64) {
      throw new UserError(Code.BAD_OPTION, "--static is for x86_64-linux, not for " + platform.id())
          .help("leave --static out: the program then needs the C library and nothing else");
    }
    Path root = sysroot.orElse(Path.of("/"));
    List<String> places =
        List.of(
            "usr/lib/x86_64-linux-musl/libc.a",
            "usr/lib/musl/lib/libc.a",
            "usr/local/musl/lib/libc.a",
            "lib/libc.a");
    return places.stream()
        .map(root::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .map(Static::new)
        .orElseThrow(
            () ->
                new UserError(
                        Code.BAD_OPTION,
                        "--static needs musl's C library, and there is no %s below %s"
                            .formatted(places.getFirst(), root))
                    .help(
                        "install it (Debian: apt install musl-dev), or say with --sysroot DIR where"
                            + " it is"));
  }
}
