// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Finds recorded reference data, which are no part of the repository. */
final class ReferenceData {

  private ReferenceData() {}

  /**
   * The folder that the environment variable {@code variable} names, or {@code ../shared/path} as
   * seen from the repository; without either the test is skipped, and says so.
   */
  static Path folder(String variable, String path) {
    String named = System.getenv(variable);
    if (named != null && !named.isEmpty()) {
      assertThat(Path.of(named)).as("the folder that %s names", variable).isDirectory();
      return Path.of(named);
    }
    Optional<Path> found =
        Stream.iterate(Path.of("").toAbsolutePath(), each -> each != null, Path::getParent)
            .map(each -> each.resolve("shared").resolve(path))
            .filter(Files::isDirectory)
            .findFirst();
    if (found.isEmpty()) {
      System.err.println(
          "SKIPPED: no recorded reference; put it into ../shared/%s or name it in %s"
              .formatted(path, variable));
    }
    Assumptions.assumeTrue(found.isPresent(), "no recorded reference");
    return found.orElseThrow();
  }
}
