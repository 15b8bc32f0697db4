// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Which calls of PyTorch dl has, and as what: the lines of {@code ops.txt}. */
final class OpTable {

  /** How a line's body becomes a program; {@code ops.txt} says what each means. */
  enum Mode {
    SAMPLE,
    WHOLE,
    EVAL,
    LOSS
  }

  /** A line. */
  record Row(TorchCall signature, Mode mode, String body) {

    private static Row parse(String line) {
      String[] columns = line.split("\\|", 3);
      return new Row(
          TorchCall.parse(columns[0]).orElseThrow(() -> new IllegalStateException(line)),
          Mode.valueOf(columns[1].strip().toUpperCase(Locale.ROOT)),
          columns[2].strip());
    }
  }

  /**
   * A call with the line that it fits.
   *
   * @param arguments as the call writes them, by the names of the line's parameters
   */
  record Match(Row row, Map<String, String> arguments) {

    /** The name of the parameter in place {@code index}. */
    String parameter(int index) {
      return TorchCall.parameter(row.signature().arguments().get(index));
    }
  }

  private static final List<Row> ROWS = rows();

  private OpTable() {}

  /** The first line that {@code expression} fits. */
  static Optional<Match> find(String expression) {
    return TorchCall.parse(expression)
        .flatMap(
            call ->
                ROWS.stream()
                    .flatMap(
                        row ->
                            call.bind(row.signature()).map(bound -> new Match(row, bound)).stream())
                    .findFirst());
  }

  private static List<Row> rows() {
    try (InputStream file = Objects.requireNonNull(OpTable.class.getResourceAsStream("ops.txt"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Row::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
