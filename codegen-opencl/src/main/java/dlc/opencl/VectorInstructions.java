// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;

/**
 * Loads and stores of some lanes in one instruction, where the driver is Clang for a processor that
 * has them, as PoCL is. OpenCL C has no words for it, and branches for each lane are slow.
 */
final class VectorInstructions {

  private static final String HAS =
      """
      #if defined(__AVX512F__) && defined(__AVX512DQ__)
        typedef float dlc_floats __attribute__((vector_size(64)));
        typedef int dlc_ints __attribute__((vector_size(64)));
        const ushort lanes = %s;
      """;

  /** The lanes in which the vector {@code m} of a function is true. */
  static final String BY_MASK = "__builtin_ia32_cvtd2mask512(__builtin_astype(m, dlc_ints))";

  private VectorInstructions() {}

  private static boolean has(DType type, int lanes) {
    return lanes == 16 && (type == DType.F32 || type == DType.I32);
  }

  /** The lanes whose bits {@code known} has. */
  static String known(int known) {
    return "0x%x".formatted(known);
  }

  /**
   * What a load of {@code p}, and of {@code o} elsewhere, begins with.
   *
   * @param which the lanes, by an expression
   */
  static String beforeLoad(DType type, int lanes, String which) {
    String vector = Operand.vector(Operand.inMemory(type), lanes);
    return has(type, lanes)
        ? HAS.formatted(which)
            + """
              const dlc_floats others = __builtin_astype((%s)(o), dlc_floats);
              return __builtin_astype(
                  __builtin_ia32_loadups512_mask((const float *)(size_t)p, others, lanes), %s);
            #else
            """
                .formatted(vector, vector)
        : "";
  }

  /** What a store of {@code v} to {@code p} begins with. */
  static String beforeStore(DType type, int lanes, String which) {
    return has(type, lanes)
        ? HAS.formatted(which)
            + """
              const dlc_floats value = __builtin_astype(v, dlc_floats);
              __builtin_ia32_storeups512_mask((float *)(size_t)p, value, lanes);
            #else
            """
        : "";
  }

  /** What ends either. */
  static String after(DType type, int lanes) {
    return has(type, lanes) ? "#endif\n" : "";
  }
}
