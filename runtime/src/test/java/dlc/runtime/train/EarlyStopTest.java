// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EarlyStopTest {

  private static final Figures TRAINING = figures(3);

  @Test
  void namesAndTakesTheFigureThatThereIs() {
    EarlyStop rule = new EarlyStop(1, "validation.loss", 0, false);
    EpochReport validated = report(Optional.of(figures(5)));
    assertThat(rule.watchedName(validated)).isEqualTo("validation.loss");
    assertThat(rule.watched(validated)).hasValue(5);
    EpochReport unvalidated = report(Optional.empty());
    assertThat(rule.watchedName(unvalidated)).isEqualTo("training.loss");
    assertThat(rule.watched(unvalidated)).hasValue(3);
  }

  private static EpochReport report(Optional<Figures> validation) {
    return new EpochReport(1, 2, 10, 0.1, TRAINING, validation, 1, 10, 1, false);
  }

  private static Figures figures(double loss) {
    return new Figures(loss, Map.of(), Optional.empty(), 10);
  }
}
