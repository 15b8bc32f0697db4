// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** What came of running over a dataset once: the mean loss and the metrics in reported order. */
public record Figures(
    double loss, Map<Metric, Double> metrics, Optional<ConfusionMatrix> confusion, long samples) {

  public Figures {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  public OptionalDouble metric(Metric metric) {
    Double value = metrics.get(metric);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
