// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.DType;
import java.util.List;
import java.util.Optional;

/**
 * What a schedule needs to know of the processor.
 *
 * @param cpu the processor's name as LLVM knows it
 * @param features LLVM's feature string, may be empty
 * @param vectorBytes the size of a vector register; 0 where work-items take the place of lanes
 * @param vectorRegisters how many of them there are
 * @param groupItems how many work-items a group may have
 * @param sharedBytes how much memory a turn of a parallel loop may have for itself, or the items of
 *     a group may share
 */
public record Target(
    String cpu,
    String features,
    int vectorBytes,
    int vectorRegisters,
    int groupItems,
    long sharedBytes) {

  /** What the smallest stacks of threads have room for: those of musl have 128 KiB. */
  private static final long STACK = 64 << 10;

  /** A processor with vectors. */
  public Target(String cpu, String features, int vectorBytes, int vectorRegisters) {
    this(cpu, features, vectorBytes, vectorRegisters, 1, STACK);
  }

  /** A device with work-items in place of vectors. */
  public static Target ofItems(String name, int groupItems, long sharedBytes) {
    return new Target(name, "", 0, 0, groupItems, sharedBytes);
  }

  /** Whether it computes in vectors: other devices have work-items in place of lanes. */
  public boolean hasVectors() {
    return vectorBytes > 0;
  }

  /** How many elements of {@code type} a vector register holds. */
  public int lanes(DType type) {
    return vectorBytes / type.bytes();
  }

  /**
   * Whether vectors may be longer than a register, and several registers take turns: those of
   * OpenCL end at 16 elements.
   */
  public boolean hasLongVectors() {
    return hasVectors() && sharedBytes > 0;
  }

  /** Whether it has instructions that convert vectors between f32 and f16. */
  public boolean convertsF16() {
    return features.contains("+f16c") || features.contains("+neon") || vectorBytes >= 32;
  }

  /** Whether it has an instruction that multiplies vectors of f32 by powers of two: AVX-512. */
  public boolean scalesFloats() {
    return isX86() && vectorBytes == 64;
  }

  /** Whether it has an instruction that rounds a vector of f32 to bf16. */
  public boolean roundsToBf16() {
    return features.contains("+avx512bf16");
  }

  /**
   * Whether it has registers of matrices, of 16 rows of 64 bytes, and an instruction that adds the
   * product of two of bf16 to one of f32: Intel's AMX.
   */
  public boolean multipliesMatrices() {
    return features.contains("+amx-bf16");
  }

  /**
   * Whether it is an x86-64, which computes slowly with subnormal numbers unless they are flushed.
   */
  public boolean isX86() {
    return features.contains("+sse2") || named(cpu).isPresent();
  }

  /** Asking for lines to write to them; the processors with AVX2 that do not know it do nothing. */
  private static final String PREFETCH = "+prfchw";

  /** A processor with AVX2 and FMA: x86-64-v3. */
  public static final Target X86_64_V3 = new Target("x86-64-v3", PREFETCH, 32, 16);

  /** A processor with AVX-512: x86-64-v4. */
  public static final Target X86_64_V4 = new Target("x86-64-v4", PREFETCH, 64, 32);

  /** A processor with AVX-512 and registers of matrices: sapphirerapids. */
  public static final Target SAPPHIRE_RAPIDS =
      new Target("sapphirerapids", PREFETCH + ",+avx512bf16,+amx-tile,+amx-bf16", 64, 32);

  /** A processor with SSE4.2: x86-64-v2. */
  public static final Target X86_64_V2 = new Target("x86-64-v2", "", 16, 16);

  /** Any x86-64 processor. */
  public static final Target X86_64 = new Target("x86-64", "", 16, 16);

  /** The targets that have a name of their own, the simplest first. */
  public static final List<Target> NAMED =
      List.of(X86_64, X86_64_V2, X86_64_V3, X86_64_V4, SAPPHIRE_RAPIDS);

  /** The target that LLVM calls {@code cpu}, if it is one of those named here. */
  public static Optional<Target> named(String cpu) {
    return NAMED.stream().filter(target -> target.cpu().equals(cpu)).findFirst();
  }
}
