// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every message that a program can provoke is shown by a golden file. */
final class DiagnosticsGoldenTest {

  @Test
  void everyCodeOfALanguageErrorIsShown() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(Path.of("src/test/golden/diagnostics"))) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
    }
    // A golden file of four million characters would help nobody; ParserTest shows that one.
    Set<Code> missing = EnumSet.noneOf(Code.class);
    for (Code code : Code.values()) {
      boolean isOfLanguage = code.id().compareTo("E0500") < 0 && code != Code.FILE_TOO_LARGE;
      if (isOfLanguage && !all.toString().contains("error[" + code.id() + "]")) {
        missing.add(code);
      }
    }
    assertThat(missing).isEmpty();
  }
}
