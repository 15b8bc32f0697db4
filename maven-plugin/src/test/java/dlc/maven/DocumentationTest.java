// SPDX-License-Identifier: Apache-2.0
package dlc.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The project that docs/java.md shows is the one that is built when this module is verified. */
final class DocumentationTest {

  private static final Path PROJECT = Path.of("src", "it", "typed");

  @Test
  void showsTheProjectThatIsBuilt() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "java.md"));
    String program = Files.readString(PROJECT.resolve("src/main/java/org/example/Classifier.java"));
    assertThat(page)
        .contains("```xml\n" + Files.readString(PROJECT.resolve("pom.xml")) + "```")
        .contains("```dl file\n" + Files.readString(PROJECT.resolve("src/main/dl/points.dl")))
        .contains("```java file\n" + program.substring(program.indexOf('\n') + 1) + "```");
  }
}
