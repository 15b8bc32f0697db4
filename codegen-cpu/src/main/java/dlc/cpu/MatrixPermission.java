// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Leave to use registers of matrices, which a process has only once it has asked Linux for it:
 * {@code arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA)}.
 */
final class MatrixPermission {

  private static final int ARCH_PRCTL = 158;
  private static final int REQUEST = 0x1023;
  private static final int TILE_DATA = 18;

  /** Asks for it, as LLVM writes it. */
  static final String INSTRUCTION =
      "  call i64 asm sideeffect \"syscall\", \"={ax},{ax},{di},{si},~{rcx},~{r11},~{memory}\"(i64 %d, i64 %d, i64 %d)\n"
          .formatted(ARCH_PRCTL, REQUEST, TILE_DATA);

  private MatrixPermission() {}

  /** The processor's {@code features} that this process may use, as LLVM lists them. */
  static String without(String features) {
    return features.contains("+amx-tile") && !isGranted()
        ? features.replace("+amx-", "-amx-")
        : features;
  }

  private static boolean isGranted() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> syscall = linker.defaultLookup().find("syscall");
    if (syscall.isEmpty()) {
      return false;
    }
    try {
      return 0
          == (long)
              linker
                  .downcallHandle(
                      syscall.get(),
                      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG),
                      Linker.Option.firstVariadicArg(1))
                  .invokeExact((long) ARCH_PRCTL, REQUEST, (long) TILE_DATA);
    } catch (Throwable failure) {
      throw new IllegalStateException("syscall", failure);
    }
  }
}
