// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;

/**
 * Two-byte floats in OpenCL C: read as f32, and rounded back to nearest, ties to even.
 *
 * <p>Every device reads and writes halves; none knows bf16, which is computed on the bits.
 */
final class NarrowText {

  private final Helpers helpers;

  NarrowText(Helpers helpers) {
    this.helpers = helpers;
  }

  /** The f32 that the ushorts {@code bits} are as bf16. */
  static String fromBf16(String bits, int lanes) {
    return "as_%s(convert_%s(%s) << 16)"
        .formatted(Operand.vector("float", lanes), Operand.vector("uint", lanes), bits);
  }

  /** The ushorts of the bf16 nearest to {@code x}. */
  String toBf16(Operand x) {
    String function = "dlc_bf16_" + x.cType();
    String bits = Operand.vector("uint", x.lanes());
    helpers.use(
        function,
        """
        static %s %s(%s x) {
          %s bits = as_%s(x);
          %s near = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
          return convert_%s(x != x ? (bits >> 16) | 0x40U : near);
        }
        """
            .formatted(
                Operand.vector("ushort", x.lanes()),
                function,
                x.cType(),
                bits,
                bits,
                bits,
                Operand.vector("ushort", x.lanes())));
    return Helpers.call(function, x.text());
  }

  /** {@code x} rounded to what {@code type} can hold. */
  Operand rounded(Operand x, DType type) {
    if (type == DType.BF16) {
      return new Operand(fromBf16(toBf16(x), x.lanes()), DType.F32, x.lanes());
    }
    String function = "dlc_round_half_" + x.cType();
    String suffix = x.lanes() == 1 ? "" : Integer.toString(x.lanes());
    helpers.use(
        function,
        """
        static %s %s(%s x) {
          ushort bits[%d];
          vstore_half%s_rte(x, 0, (half *)bits);
          return vload_half%s(0, (const half *)bits);
        }
        """
            .formatted(x.cType(), function, x.cType(), x.lanes(), suffix, suffix));
    return new Operand(Helpers.call(function, x.text()), DType.F32, x.lanes());
  }
}
