// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

/**
 * The matrices of the fast convolution of tiles of {@value #TILE} outputs by kernels of {@value
 * #KERNEL}: for a row {@code d} of {@value #SIZE} inputs and a kernel {@code g},
 *
 * <pre>
 * sum over k of d[i + k] * g[k]  =  (result^T ((kernel g) * (input d)))[i]
 * </pre>
 *
 * <p>Built by the method of Toom and Cook from five points and infinity (Winograd 1980; Blahut
 * 2010). With the points 0, ±3/4 and ±3/2 the error stays within 3 times that of the direct sum;
 * with the usual 0, ±1 and ±2 it is 10 times as large (Barabasz et al. 2020).
 */
final class Winograd {

  /** Outputs of a tile, in each dimension. */
  static final int TILE = 4;

  /** Taps of the kernel. */
  static final int KERNEL = 3;

  /** Inputs of a tile. */
  static final int SIZE = TILE + KERNEL - 1;

  private static final double[] POINTS = {0, 0.75, -0.75, 1.5, -1.5};

  private Winograd() {}

  /** {@code [SIZE, SIZE]}: inputs to what is multiplied. */
  static double[][] input() {
    double[][] matrix = new double[SIZE][];
    for (int row = 0; row < SIZE; row++) {
      matrix[row] = product(row);
    }
    return matrix;
  }

  /** {@code [SIZE, KERNEL]}: taps to what is multiplied. */
  static double[][] kernel() {
    double[][] matrix = new double[SIZE][];
    for (int row = 0; row < SIZE; row++) {
      matrix[row] = powers(row, KERNEL);
      for (int column = 0; column < KERNEL && row < POINTS.length; column++) {
        matrix[row][column] /= distances(row);
      }
    }
    return matrix;
  }

  /** {@code [SIZE, TILE]}: its transpose maps products to outputs. */
  static double[][] result() {
    double[][] matrix = new double[SIZE][];
    for (int row = 0; row < SIZE; row++) {
      matrix[row] = powers(row, TILE);
    }
    return matrix;
  }

  /** The powers of a point; of infinity only the highest counts. */
  private static double[] powers(int point, int count) {
    double[] powers = new double[count];
    if (point == POINTS.length) {
      powers[count - 1] = 1;
      return powers;
    }
    powers[0] = 1;
    for (int i = 1; i < count; i++) {
      powers[i] = powers[i - 1] * POINTS[point];
    }
    return powers;
  }

  private static double distances(int point) {
    double product = 1;
    for (int other = 0; other < POINTS.length; other++) {
      product *= other == point ? 1 : POINTS[point] - POINTS[other];
    }
    return product;
  }

  /** The coefficients of the product of {@code x - p} over all points but {@code except}. */
  private static double[] product(int except) {
    double[] coefficients = new double[SIZE];
    coefficients[0] = 1;
    int degree = 0;
    for (int point = 0; point < POINTS.length; point++) {
      if (point != except) {
        degree++;
        for (int i = degree; i >= 0; i--) {
          coefficients[i] = (i > 0 ? coefficients[i - 1] : 0) - POINTS[point] * coefficients[i];
        }
      }
    }
    return coefficients;
  }
}
