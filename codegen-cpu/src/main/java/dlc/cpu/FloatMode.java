// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

/**
 * How a thread computes with floats, as functions of an LLVM module: {@code @mode} reads a word
 * that says so, and {@code @set_mode} sets it.
 *
 * <p>Entry points flush subnormal numbers to zero: momentum that decays, and probabilities that
 * vanish, become subnormal in the end, and Intel's processors then take a hundred cycles for each
 * sum. On other processors than x86-64 the mode stays as it is.
 */
final class FloatMode {

  /** The bits of MXCSR that take subnormal numbers for zero and make zero of them. */
  private static final int FLUSH = 0x8040;

  private FloatMode() {}

  /** The functions for x86-64. */
  static String x86() {
    return """
    declare void @llvm.x86.sse.stmxcsr(ptr)
    declare void @llvm.x86.sse.ldmxcsr(ptr)

    define internal i32 @mode() alwaysinline {
      %place = alloca i32
      call void @llvm.x86.sse.stmxcsr(ptr %place)
      %mode = load i32, ptr %place
      ret i32 %mode
    }

    define internal void @set_mode(i32 %mode) alwaysinline {
      %place = alloca i32
      store i32 %mode, ptr %place
      call void @llvm.x86.sse.ldmxcsr(ptr %place)
      ret void
    }
    """;
  }

  /** The statements {@code body} with subnormal numbers flushed, and then the mode as it was. */
  static String flushing(String body) {
    return "  %%old = call i32 @mode()\n  %%flush = or i32 %%old, %d\n  call void @set_mode(i32 %%flush)\n"
            .formatted(FLUSH)
        + body
        + "  call void @set_mode(i32 %old)\n";
  }

  /** The functions for other processors. */
  static String none() {
    return """
    define internal i32 @mode() alwaysinline {
      ret i32 0
    }

    define internal void @set_mode(i32 %mode) alwaysinline {
      ret void
    }
    """;
  }
}
