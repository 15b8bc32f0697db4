// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

/**
 * How an array agrees with the recorded one, at its worst element.
 *
 * @param part what of the case was compared, such as {@code grad} or {@code after5 adam}
 * @param name which array of that part
 */
public record Comparison(String part, String name, double error, double tolerance) {

  /** How much of the tolerance the error uses; above 1 it is a miss. */
  public double ratio() {
    return error == 0 ? 0 : error / tolerance;
  }

  public boolean isMiss() {
    return !(error <= tolerance);
  }
}
