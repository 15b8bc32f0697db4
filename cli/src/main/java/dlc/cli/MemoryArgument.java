// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** How much memory a run may take. */
final class MemoryArgument {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)([kmgt]?)(i?b)?");

  @Option(
      names = "--max-memory",
      paramLabel = "SIZE",
      description = "Compute batches in pieces, to take no more than SIZE: 64M, 1.5G.")
  private Optional<String> most;

  /** The bytes, where they are limited. K, M and G are powers of 1024, KB, MB and GB of 1000. */
  OptionalLong bytes() {
    return most.map(text -> OptionalLong.of(bytes(text))).orElse(OptionalLong.empty());
  }

  private static long bytes(String text) {
    Matcher size = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!size.matches()) {
      throw new UserError(Code.BAD_OPTION, "--max-memory takes a size, not '%s'".formatted(text))
          .help("64M and 1.5G are sizes");
    }
    long unit = "b".equals(size.group(3)) ? 1000 : 1024;
    int power = size.group(2).isEmpty() ? 0 : 1 + "kmgt".indexOf(size.group(2));
    return new BigDecimal(size.group(1))
        .multiply(BigDecimal.valueOf(unit).pow(power))
        .toBigInteger()
        .min(java.math.BigInteger.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }
}
