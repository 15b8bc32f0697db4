// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

/**
 * Philox 4x32-10, a random number generator that is a function of its counter.
 *
 * <p>Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011).
 */
public final class Philox {

  public static final int MULTIPLIER_0 = 0xD2511F53;
  public static final int MULTIPLIER_1 = 0xCD9E8D57;
  public static final int WEYL_0 = 0x9E3779B9;
  public static final int WEYL_1 = 0xBB67AE85;
  public static final int ROUNDS = 10;

  private Philox() {}

  /** The first word for counter {@code (element, step, stream, 0)} and key {@code (seed, 0)}. */
  public static int word(int stream, int seed, int step, int element) {
    int c0 = element;
    int c1 = step;
    int c2 = stream;
    int c3 = 0;
    int k0 = seed;
    int k1 = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
      long product1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    return c0;
  }

  /** A multiple of 2^-24 in {@code [0, 1)}. */
  public static float uniform(int stream, int seed, int step, int element) {
    return (word(stream, seed, step, element) >>> 8) * 0x1p-24f;
  }
}
