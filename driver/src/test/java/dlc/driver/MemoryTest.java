// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MemoryTest {

  @ParameterizedTest
  @CsvSource({"0,0 B", "999,999 B", "1000,1.0 kB", "999949,999.9 kB", "1500000,1.5 MB"})
  void bytesAreReadable(long bytes, String text) {
    assertThat(Memory.text(bytes)).isEqualTo(text);
  }

  @Test
  void refusesMoreThanTheMachineHas() {
    Memory.require(1, "a byte");
    if (Memory.ofMachine().isPresent()) {
      assertThatThrownBy(() -> Memory.require(Long.MAX_VALUE, "the model"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("the model needs")
          .hasMessageContaining("this machine has");
    }
  }
}
