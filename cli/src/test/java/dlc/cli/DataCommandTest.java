// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dlc data}. */
final class DataCommandTest {

  private static final String PROGRAM =
      """
      model M(a: f32[2], b: f32[]) -> f32[3] {
        it = concat([a, reshape(b, [1])])
        linear(3)
      }
      train M {
        data      %s
        loss      cross_entropy
        optimizer sgd(lr=0.1)
        batch     3
        seed      1
      }
      """;

  @TempDir Path folder;

  private Path program;

  @BeforeEach
  void write() throws IOException {
    program = folder.resolve("m.dl");
    Files.writeString(program, PROGRAM.formatted("random(count=100)\n  split validation=0.25"));
  }

  @Test
  void showsPartsRangesAndClasses() {
    Shell info = Shell.dlc("data", "info", program);
    assertThat(info.code()).isZero();
    assertThat(info.out())
        .contains("training: random, 60 samples\n", "validation: random, 20 samples\n")
        .containsPattern(" a +f32\\[2] +0\\.\\d{4} +0\\.\\d{4} +0\\.0\\d{3} +0\\.9\\d{3}\n")
        .containsPattern("class +training +validation +test\n0 +\\d+ +\\d+ +\\d+\n");
    assertThat(Shell.dlc("data", "info", program, "--json").out())
        .startsWith("[{\"part\":\"training\",\"name\":\"random\",\"samples\":60,\"columns\":[")
        .contains("},\n {\"part\":\"validation\"")
        .endsWith("}]\n");
    assertThat(Shell.dlc("data").code()).isEqualTo(2);
  }

  @Test
  void packedDataAreReadBackAsTheyWere() throws IOException {
    Path packed = folder.resolve("d.safetensors");
    Shell pack = Shell.dlc("data", "pack", program, "-o", packed);
    assertThat(pack.code()).isZero();
    assertThat(pack.out())
        .isEqualTo(
            "data train=safetensors(\"d.safetensors\", a=\"train.a\", b=\"train.b\","
                + " y=\"train.y\"), test=safetensors(\"d.safetensors\", a=\"test.a\", b=\"test.b\","
                + " y=\"test.y\")\n");
    assertThat(pack.err()).contains("wrote 80 samples to train on and 20 to test");
    Path again = folder.resolve("again.dl");
    Files.writeString(again, PROGRAM.formatted(pack.out().strip().substring("data ".length())));
    Shell first = Shell.dlc("train", program, "-q", "--batch", 100);
    Shell second = Shell.dlc("train", again, "-q", "--batch", 100);
    assertThat(second.out().lines().count()).isEqualTo(1);
    assertThat(Shell.dlc("data", "info", again).out()).contains("test: ", ", 20 samples");
    assertThat(first.out()).startsWith("test loss");
  }
}
