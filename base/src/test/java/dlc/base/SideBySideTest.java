// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SideBySideTest {

  @Test
  void keepsTheOrder() {
    List<Integer> pieces = IntStream.range(0, 1_000).boxed().toList();

    assertThat(SideBySide.map(pieces, piece -> piece * piece))
        .isEqualTo(pieces.stream().map(piece -> piece * piece).toList());
    assertThat(SideBySide.map(List.<Integer>of(), piece -> piece)).isEmpty();
  }

  @Test
  void piecesMayHavePieces() {
    assertThat(
            SideBySide.map(
                List.of(1, 2, 3), row -> SideBySide.map(List.of(10, 20), column -> row * column)))
        .containsExactly(List.of(10, 20), List.of(20, 40), List.of(30, 60));
  }

  @Test
  void throwsWhatAPieceThrows() {
    List<Integer> pieces = IntStream.range(0, 100).boxed().toList();

    assertThatThrownBy(
            () ->
                SideBySide.map(
                    pieces,
                    piece -> {
                      if (piece == 50) {
                        throw new UserError(Code.BAD_OPTION, "fifty");
                      }
                      return piece;
                    }))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("fifty");
  }
}
