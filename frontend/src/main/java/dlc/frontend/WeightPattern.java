// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.Span;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names weights, where {@code *} stands for any text: {@code "*.bias"}, {@code "batchnorm*"}.
 *
 * <p>It applies to whole names, to what follows a dot in one, and to all that a layer holds, so
 * that {@code "conv1"} means both {@code conv1.weight} and {@code encoder.conv1.bias}.
 *
 * @param setting that it stands in, such as {@code freeze}
 */
public record WeightPattern(String setting, String text, Span span) {

  /** Whether the weight called {@code name} is meant. */
  public boolean matches(String name) {
    String glob =
        text.chars()
            .mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining());
    return Pattern.matches("(.*\\.)?" + glob + "(\\..*)?", name);
  }

  @Override
  public String toString() {
    return text;
  }
}
