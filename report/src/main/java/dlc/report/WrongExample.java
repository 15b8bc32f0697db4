// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import java.util.Optional;

/**
 * A sample that the model is wrong about.
 *
 * @param place where it comes from, such as {@code iris.csv:12}
 * @param actual its class or values
 * @param predicted what the model says
 * @param wrongness its loss, or its squared error
 * @param picture a PNG in base 64, where the sample is an image
 * @param text its values, where it is none
 */
public record WrongExample(
    String place,
    String actual,
    String predicted,
    double wrongness,
    Optional<String> picture,
    Optional<String> text) {}
