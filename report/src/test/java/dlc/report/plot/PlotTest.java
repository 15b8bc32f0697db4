// SPDX-License-Identifier: Apache-2.0
package dlc.report.plot;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.report.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What is plotted of a run. */
final class PlotTest {

  @Test
  void aNormOfZeroHasNoPlaceOnALogarithmicAxis() {
    Plot plot = gradientNorms(0.5, 0, 0.001);
    assertThat(plot.isLogarithmic()).isTrue();
    assertThat(plot.curves())
        .singleElement()
        .satisfies(
            curve -> {
              assertThat(curve.ys()).containsExactly(0.5, 0.001);
              assertThat(curve.xs()).containsExactly(0.0, 2.0);
            });
  }

  @Test
  void normsThatAreAllZeroArePlottedAsSuch() {
    Plot plot = gradientNorms(0, 0);
    assertThat(plot.isLogarithmic()).isFalse();
    assertThat(plot.curves().getFirst().ys()).containsExactly(0.0, 0.0);
  }

  private static Plot gradientNorms(double... norms) {
    List<JsonNode> steps = new ArrayList<>();
    for (double norm : norms) {
      steps.add(
          JsonNodeFactory.instance
              .objectNode()
              .put("epochs_done", steps.size())
              .put("gradient_norm", norm));
    }
    Run run = new Run("run", Optional.empty(), List.of(), steps, Optional.empty());
    return Plot.of(run).stream()
        .filter(plot -> plot.name().equals("gradient-norm"))
        .findFirst()
        .orElseThrow();
  }
}
