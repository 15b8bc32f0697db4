// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.driver.CompiledProgram.Run;
import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.ir.kernel.KernelProgram.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A compiled program makes once what it makes of the weights alone, and anew when they change. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAlonePreparedTest {

  /** Its second convolution runs by transformed tiles, also of its weights. */
  private static final String SOURCE =
      """
      model Net(image: f32[1, 28, 28]) -> f32[10] {
        maxpool2d(2) conv2d(16, 3, padding=1) relu conv2d(32, 3, padding=1) relu
        global_avgpool2d flatten linear(10)
      }
      train Net {
        data digits(count=160) split validation=0.4 loss cross_entropy
        optimizer adam(lr=0.01) batch 16 epochs 2 metrics accuracy
      }
      """;

  @TempDir private Path folder;

  @Test
  void laterRunsAreAsTheFirst() throws IOException {
    CompiledProgram program = CompiledProgram.of(folder, SOURCE);
    assertThat(prepared("predict", 1)).isPositive();
    assertThat(prepared("eval_step", 16)).isPositive();

    // Of an epoch's measurements all but the first do without what is prepared.
    Trained expected = Trained.by(folder);
    Run trained = program.run("train", "--save", "w", "--json", "--quiet");
    assertThat(Trained.withoutTimes(trained.output())).isEqualTo(expected.log());

    writeImage("a.raw", 7);
    writeImage("b.raw", 11);
    String first = predict(program, "a.raw").strip();
    String second = predict(program, "b.raw").strip();
    assertThat(first).isNotEqualTo(second);
    assertThat(predict(program, "a.raw", "b.raw", "a.raw"))
        .isEqualTo("[%1$s,\n %2$s,\n %1$s]\n".formatted(first, second));
  }

  private int prepared(String entry, int batch) {
    ModelFile file = ModelFile.load(folder.resolve("program.dl"), Map.of());
    CheckedModel model = file.checked().model(Optional.empty());
    return Compiler.of(Processor.named(CompiledProgram.CPU))
        .compile(model.program(ProgramOptions.of(batch)), List.of(entry))
        .entries()
        .stream()
        .mapToInt(Entry::prepared)
        .sum();
  }

  private static String predict(CompiledProgram program, String... images) {
    return program
        .run(
            Stream.concat(Stream.of("predict", "--weights", "w", "--json"), Stream.of(images))
                .toArray(String[]::new))
        .output();
  }

  private void writeImage(String name, int factor) throws IOException {
    byte[] raw = new byte[28 * 28];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) (i * i / factor);
    }
    Files.write(folder.resolve(name), raw);
  }
}
