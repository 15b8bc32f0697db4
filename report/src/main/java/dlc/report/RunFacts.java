// SPDX-License-Identifier: Apache-2.0
package dlc.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is known of a run when it begins.
 *
 * @param program the file that the model is written in
 * @param source its text
 * @param started the time as ISO 8601 writes it
 * @param settings loss, optimizer, batch and so on, as a user reads them
 * @param samples how many there are in each part of the data
 * @param versions of dlc and what it stands on
 * @param machine what computes
 * @param weights how many trained numbers there are
 */
public record RunFacts(
    String model,
    String program,
    String source,
    String started,
    Map<String, String> settings,
    Map<String, Integer> samples,
    Map<String, String> versions,
    Map<String, String> machine,
    List<Layer> layers,
    long weights) {

  /**
   * A line of the layer table, for one sample.
   *
   * @param output its type, such as {@code f32[16, 32, 32]}
   */
  public record Layer(String name, String output, long weights, long flops, long bytes) {}

  public RunFacts {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    samples = Collections.unmodifiableMap(new LinkedHashMap<>(samples));
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
    layers = List.copyOf(layers);
  }
}
