// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.DType;
import dlc.ir.kernel.Target;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What this processor can do at most, as measured.
 *
 * @param flops f32 operations a second, of multiplications and additions that wait for nothing
 * @param bytes read from memory in a second
 * @param cacheBytes read from the second cache in a second
 */
public record Peak(double flops, double bytes, double cacheBytes) {

  static final String COMPUTE = "dlc_peak_compute";
  static final String READ = "dlc_peak_read";
  static final String READ_CACHED = "dlc_peak_read_cached";

  /** How often each accumulator is multiplied and added to. */
  static final long TURNS = 2_000_000;

  /** The piece of memory that one call of {@link #READ} for one index reads. */
  static final int PIECE = 4096;

  /** What {@link #READ_CACHED} reads again and again. */
  private static final long CACHED_BYTES = 256 << 10;

  /** So many loads stand side by side. */
  private static final int STREAMS = 8;

  /** The operations of one call of {@link #COMPUTE} for one index. */
  static long operations(Target target) {
    return 2 * TURNS * accumulators(target) * target.lanes(DType.F32);
  }

  /** As many chains as hide the latency of each other, and have registers. */
  private static int accumulators(Target target) {
    return target.vectorRegisters() * 3 / 4;
  }

  /** The module of both functions, which the thread pool can run. */
  static String module(Target target) {
    String floats = "<%d x float>".formatted(target.lanes(DType.F32));
    String words = "<%d x i32>".formatted(target.lanes(DType.F32));
    String suffix = "v%df32".formatted(target.lanes(DType.F32));
    String attributes =
        "attributes #0 = { nounwind \"target-cpu\"=\"%s\"%s \"prefer-vector-width\"=\"%d\" \"min-legal-vector-width\"=\"%d\" }\n"
            .formatted(
                target.cpu(),
                target.features().isEmpty()
                    ? ""
                    : " \"target-features\"=\"%s\"".formatted(target.features()),
                8 * target.vectorBytes(),
                8 * target.vectorBytes());
    return "declare %s @llvm.fmuladd.%s(%s, %s, %s)\n"
            .formatted(floats, suffix, floats, floats, floats)
        + compute(target, floats, suffix)
        + read(READ, target, words, -1)
        + read(READ_CACHED, target, words, CACHED_BYTES - 1)
        + attributes;
  }

  private static String compute(Target target, String type, String suffix) {
    int count = accumulators(target);
    String phis =
        lines(
            count,
            i -> "  %%a%d = phi %s [ %%x, %%entry ], [ %%n%d, %%loop ]".formatted(i, type, i));
    String steps =
        lines(
            count,
            i ->
                "  %%n%d = call %s @llvm.fmuladd.%s(%s %%a%d, %s %%x, %s %%y)"
                    .formatted(i, type, suffix, type, i, type, type));
    return """
        define void @%s(ptr %%state, ptr %%work, i64 %%begin, i64 %%end) #0 {
        entry:
          %%x = load %s, ptr %%state
          %%place = getelementptr i8, ptr %%state, i64 64
          %%y = load %s, ptr %%place
          %%parts = sub i64 %%end, %%begin
          %%turns = mul i64 %%parts, %d
          br label %%loop
        loop:
          %%turn = phi i64 [ 0, %%entry ], [ %%next, %%loop ]
        %s%s  %%next = add i64 %%turn, 1
          %%more = icmp ult i64 %%next, %%turns
          br i1 %%more, label %%loop, label %%exit
        exit:
        %s  ret void
        }

        """
        .formatted(
            COMPUTE,
            type,
            type,
            TURNS,
            phis,
            steps,
            lines(count, i -> "  store volatile %s %%n%d, ptr %%work".formatted(type, i)));
  }

  /** Reads the pieces of a range, whose addresses are cut to the bits of {@code mask}. */
  private static String read(String name, Target target, String type, long mask) {
    int bytes = target.vectorBytes();
    String loads =
        lines(
            STREAMS,
            i ->
                """
                  %%p%d = getelementptr i8, ptr %%from, i64 %d
                  %%v%d = load %s, ptr %%p%d
                  %%n%d = add %s %%a%d, %%v%d"""
                    .formatted(i, (long) i * bytes, i, type, i, i, type, i, i));
    return """
        define void @%s(ptr %%state, ptr %%work, i64 %%begin, i64 %%end) #0 {
        entry:
          %%first = mul i64 %%begin, %d
          %%last = mul i64 %%end, %d
          br label %%loop
        loop:
          %%at = phi i64 [ %%first, %%entry ], [ %%next, %%loop ]
        %s  %%place = and i64 %%at, %d
          %%from = getelementptr i8, ptr %%state, i64 %%place
        %s  %%next = add i64 %%at, %d
          %%more = icmp ult i64 %%next, %%last
          br i1 %%more, label %%loop, label %%exit
        exit:
        %s  ret void
        }

        """
        .formatted(
            name,
            PIECE,
            PIECE,
            lines(
                STREAMS,
                i ->
                    "  %%a%d = phi %s [ zeroinitializer, %%entry ], [ %%n%d, %%loop ]"
                        .formatted(i, type, i)),
            mask,
            loads,
            STREAMS * bytes,
            lines(STREAMS, i -> "  store volatile %s %%n%d, ptr %%work".formatted(type, i)));
  }

  private static String lines(int count, IntFunction<String> line) {
    return IntStream.range(0, count)
        .mapToObj(i -> line.apply(i) + "\n")
        .collect(Collectors.joining());
  }
}
