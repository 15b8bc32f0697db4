// SPDX-License-Identifier: Apache-2.0
package dlc.driver.sweep;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One combination of params to train with.
 *
 * @param number from 1
 */
public record Trial(int number, Map<String, String> params) {

  public Trial {
    params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
  }

  /** {@code lr=0.01 width=64}. */
  @Override
  public String toString() {
    return params.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .collect(Collectors.joining(" "));
  }
}
