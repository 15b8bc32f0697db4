// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Images that change their size. */
final class ResamplingTest {

  @Test
  void smallerPixelsAreMeansOfAllThatTheyCover() {
    float[] row = {0, 8, 16, 24};
    // The weights are 1/8, 3/8, 3/8, 1/8, but what lies outside does not count: 3, 3, 1 of 7.
    assertThat(new Resampling(4, 2).rows(row, 1)).containsExactly(5.714286f, 18.285713f);
  }

  @Test
  void largerPixelsLieBetweenTheirNeighbours() {
    assertThat(new Resampling(2, 4).rows(new float[] {0, 8}, 1)).containsExactly(0, 2, 6, 8);
  }

  @Test
  void columnsAreTreatedLikeRows() {
    float[] pixels = {0, 10, 8, 18};
    assertThat(new Resampling(2, 4).columns(pixels, 2)).containsExactly(0, 10, 2, 12, 6, 16, 8, 18);
  }
}
