// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.ir.kernel.Target;
import java.util.List;
import java.util.Optional;

/** A system that programs can be made for. */
public enum Platform {
  X86_64("x86_64-linux", "x86_64-unknown-linux-gnu", "elf_x86_64", "/lib64/ld-linux-x86-64.so.2"),
  AARCH64(
      "aarch64-linux", "aarch64-unknown-linux-gnu", "aarch64linux", "/lib/ld-linux-aarch64.so.1"),
  RISCV64(
      "riscv64-linux",
      "riscv64-unknown-linux-gnu",
      "elf64lriscv",
      "/lib/ld-linux-riscv64-lp64d.so.1");

  /** Any processor of 64-bit ARM. */
  private static final Target ARM = new Target("generic", "+neon", 16, 32);

  /** Any 64-bit RISC-V processor that runs Linux; its vectors are made of scalars. */
  private static final Target RISC_V = new Target("generic-rv64", "+m,+a,+f,+d,+c", 16, 32);

  private final String id;
  private final String triple;
  private final String emulation;
  private final String interpreter;

  Platform(String id, String triple, String emulation, String interpreter) {
    this.id = id;
    this.triple = triple;
    this.emulation = emulation;
    this.interpreter = interpreter;
  }

  /** The name of the option {@code --target}. */
  public String id() {
    return id;
  }

  /** How LLVM calls it. */
  public String triple() {
    return triple;
  }

  /** How the linker calls it. */
  String emulation() {
    return emulation;
  }

  /** The program that loads programs. */
  String interpreter() {
    return interpreter;
  }

  /** Debian's package of musl. */
  String musl() {
    return switch (this) {
      case X86_64 -> "musl-dev";
      case AARCH64 -> "musl-dev:arm64";
      case RISCV64 -> "musl-dev:riscv64";
    };
  }

  /** Debian's package of the compiler's own functions, for linking on x86-64. */
  String libgcc() {
    return switch (this) {
      case X86_64 -> "libgcc-12-dev";
      case AARCH64 -> "libgcc-12-dev-arm64-cross";
      case RISCV64 -> "libgcc-12-dev-riscv64-cross";
    };
  }

  /** A processor that any of the platform can stand in for. */
  public Target plain() {
    return switch (this) {
      case X86_64 -> Target.X86_64;
      case AARCH64 -> ARM;
      case RISCV64 -> RISC_V;
    };
  }

  /** The platform called {@code name}: its id or its triple. */
  public static Optional<Platform> named(String name) {
    return List.of(values()).stream()
        .filter(platform -> platform.id.equals(name) || platform.triple.equals(name))
        .findFirst();
  }
}
