// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestNameTest {

  private static final List<String> KNOWN =
      List.of("conv1d", "conv2d", "linear", "batch", "relu", "batchnorm2d");

  @Test
  void findsNamesThatAreFewChangesAway() {
    assertThat(NearestName.of("linaer", KNOWN)).contains("linear");
    assertThat(NearestName.of("ReLU", KNOWN)).contains("relu");
    assertThat(NearestName.of("batch_norm2d", KNOWN)).contains("batchnorm2d");
  }

  @Test
  void findsNamesThatBeginAlike() {
    assertThat(NearestName.of("conv", KNOWN)).contains("conv1d");
    assertThat(NearestName.of("batch_size_of_all", KNOWN)).contains("batch");
    assertThat(NearestName.of("li", KNOWN)).isEmpty();
  }

  @Test
  void findsNothingWhereAllIsFarAwayUnlessItMust() {
    assertThat(NearestName.of("attention", KNOWN)).isEmpty();
    assertThat(NearestName.always("attention", KNOWN)).isPresent();
    assertThat(NearestName.always("x".repeat(200), KNOWN)).isEmpty();
  }

  @Test
  void listsNamesWhereTheyAreFewAndNoneIsNear() {
    assertThat(NearestName.advice("conv3d", KNOWN)).contains("did you mean 'conv1d'?");
    assertThat(NearestName.advice("attention", List.of("relu"))).contains("there is relu");
    assertThat(NearestName.advice("attention", List.of())).isEmpty();
  }
}
