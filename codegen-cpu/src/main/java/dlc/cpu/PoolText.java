// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The thread pool as the text of an LLVM module. */
public final class PoolText {

  private PoolText() {}

  /** The pool for processors that LLVM's {@code triple} begins with. */
  public static String of(String triple) {
    try (InputStream file = Objects.requireNonNull(PoolText.class.getResourceAsStream("pool.ll"))) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      boolean arm = triple.startsWith("aarch64-");
      return text.replace("SPINS", "20000")
          .replace("PATIENCE", "2000")
          .replace("FUTEX", arm ? "98" : "202")
          .replace(
              "declare void @PAUSE()",
              arm ? "declare void @llvm.aarch64.hint(i32)" : "declare void @llvm.x86.sse2.pause()")
          .replace(
              "call void @PAUSE()",
              arm ? "call void @llvm.aarch64.hint(i32 1)" : "call void @llvm.x86.sse2.pause()");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
