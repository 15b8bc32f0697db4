// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The thread pool as the text of an LLVM module. */
public final class PoolText {

  /** The instruction pause, written so that assemblers take it for any processor. */
  private static final String RISC_V_PAUSE = "void asm sideeffect \".insn 0x0100000f\", \"\"()";

  private PoolText() {}

  /** The pool for processors that LLVM's {@code triple} begins with. */
  public static String of(String triple) {
    try (InputStream file = Objects.requireNonNull(PoolText.class.getResourceAsStream("pool.ll"))) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      boolean intel = triple.startsWith("x86_64-");
      String pause =
          intel
              ? "void @llvm.x86.sse2.pause()"
              : triple.startsWith("aarch64-") ? "void @llvm.aarch64.hint(i32 1)" : RISC_V_PAUSE;
      String declaration =
          pause.equals(RISC_V_PAUSE) ? "" : "declare " + pause.replace("i32 1", "i32");
      return text.replace("SPINS", "20000")
          .replace("PATIENCE", "2000")
          .replace("HELP", "64")
          .replace("DOUBLINGS", "6")
          .replace("LONG", "80000000")
          .replace("FUTEX", intel ? "202" : "98")
          .replace("declare void @PAUSE()", declaration)
          .replace("call void @PAUSE()", "call " + pause)
          .concat(intel ? FloatMode.x86() : FloatMode.none());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
