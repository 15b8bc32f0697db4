// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.DType;

/**
 * What a schedule needs to know of the processor.
 *
 * @param cpu the processor's name as LLVM knows it
 * @param features LLVM's feature string, may be empty
 * @param vectorBytes the size of a vector register
 * @param vectorRegisters how many of them there are
 */
public record Target(String cpu, String features, int vectorBytes, int vectorRegisters) {

  /** How many elements of {@code type} a vector register holds. */
  public int lanes(DType type) {
    return vectorBytes / type.bytes();
  }

  /** A processor with AVX2 and FMA: x86-64-v3. */
  public static final Target X86_64_V3 = new Target("x86-64-v3", "", 32, 16);

  /** A processor with AVX-512: x86-64-v4. */
  public static final Target X86_64_V4 = new Target("x86-64-v4", "", 64, 32);

  /** Any x86-64 processor. */
  public static final Target X86_64 = new Target("x86-64", "", 16, 16);
}
