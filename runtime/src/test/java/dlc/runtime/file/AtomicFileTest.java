// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files are whole or as they were, and what is no file stays what it is. */
final class AtomicFileTest {

  @TempDir private Path folder;

  @Test
  void replacesAFileAndLeavesNothingBeside() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "before");
    AtomicFile.write(file, "after".getBytes(StandardCharsets.UTF_8));
    assertThat(file).hasContent("after");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void writesIntoAPipeInsteadOfReplacingIt() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException failure) {
                return failure.toString();
              }
            });
    AtomicFile.requireWritable(pipe);
    AtomicFile.write(pipe, "through".getBytes(StandardCharsets.UTF_8));
    assertThat(read.get()).isEqualTo("through");
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }
}
