// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of the kernels of a step. */
final class ProfileTest {

  private static final Profile.Peak PEAK = new Profile.Peak(100e9, 10e9, 50e9);

  @Test
  void callsOfAKernelAreSummedInTheOrderOfTheFirst() {
    Profile profile = profile(call("k0_a", 1, 10), call("k1_b", 1, 500), call("k0_a", 1, 30));
    assertThat(profile.byKernel())
        .containsExactly(
            new KernelRow("k0_a", parts(1), false, 2, 200, 80, 40), call("k1_b", 1, 500));
    assertThat(profile.slowestFirst().stream().map(KernelRow::name))
        .containsExactly("k1_b", "k0_a");
  }

  @Test
  void aKernelThatTwoLinesShareIsListedForEach() {
    assertThat(profile(call("k0_a", 1, 10), call("k0_a", 2, 30)).byKernel()).hasSize(2);
  }

  @Test
  void moreThanMemoryGivesComesFromCaches() {
    assertThat(call("k0_a", 1, 8).shareOfMemory(PEAK)).isEqualTo("50%");
    assertThat(call("k0_a", 1, 4).shareOfMemory(PEAK)).isEqualTo("100%");
    assertThat(call("k0_a", 1, 2).shareOfMemory(PEAK)).isEqualTo("in cache");
    assertThat(call("k0_a", 1, 2).isInCache(PEAK)).isTrue();
  }

  @Test
  void ofTwoMeasurementsThePeakIsTheBetter() {
    Profile.Peak other = new Profile.Peak(90e9, 12e9, 60e9);
    assertThat(PEAK.or(other)).isEqualTo(new Profile.Peak(100e9, 12e9, 60e9));
    assertThat(PEAK.atLeast(120e9).flops()).isEqualTo(120e9);
    assertThat(PEAK.atLeast(80e9)).isEqualTo(PEAK);
  }

  private static Profile profile(KernelRow... calls) {
    return new Profile(
        "M", "m.dl", "train_step", 1, 1, "x86-64", 1, 1, PEAK, List.of(calls), List.of());
  }

  private static KernelRow call(String name, int line, double nanos) {
    return new KernelRow(name, parts(line), false, 1, 100, 40, nanos);
  }

  private static List<KernelRow.Part> parts(int line) {
    return List.of(new KernelRow.Part("dot", "m.dl", line, "linear(3)"));
  }
}
