// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.cpu.CpuBackend;
import dlc.driver.CompiledProgram.Run;
import dlc.ir.kernel.Target;
import dlc.runtime.data.Normalization;
import dlc.runtime.data.Packing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compiled programs do what the trainer does, to the bit. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAloneTest {

  private static final String IMAGES =
      """
      model Net(image: f32[3, 32, 32]) -> f32[10] {
        conv2d(4, 3, padding=1) relu maxpool2d(4) flatten dropout(0.2) linear(10)
      }
      train Net {
        data cifar10(".") split validation=7 normalize mean=[0.5], std=[0.25]
        augment random_crop(32, padding=2), random_flip, random_rotation(5), mixup(0.2)
        loss cross_entropy optimizer sgd(lr=0.01, momentum=0.9)
        batch 8 epochs 2 metrics accuracy, top5, f1, confusion_matrix seed 5
      }
      """;

  /** All that a trainer keeps beside weights. */
  private static final String TABLE =
      """
      param rate: float = 0.05
      param width: int = 8
      model Net(features: f32[4]) -> f32[3] { linear(width) relu linear(3) }
      train Net {
        data csv("flowers.csv", label="name") normalize auto split validation=0.2
        loss cross_entropy optimizer sgd(lr=rate, momentum=0.9)
        schedule warmup(steps=5), plateau(factor=0.5, patience=1)
        accumulate 3 ema decay=0.9 stop patience=5, on="validation.f1" checkpoint keep=2
        batch 7 epochs 6 metrics accuracy, precision, recall, f1 seed 3
      }
      """;

  private static final String VALUES =
      """
      model Net(x: f32[3]) -> f32[2] { linear(4) tanh linear(2) }
      train Net {
        data npy(x="x.npy", y="y.npy") loss mse optimizer adam(lr=0.01) batch 16 epochs 3
        metrics mae, rmse, r2
      }
      """;

  /** All functions that are the C library's: pow, and those of f64 within a step and a schedule. */
  private static final String MATHEMATICS =
      """
      model Net(x: f32[2]) -> f32[3] {
        linear(5) let y = it it = tanh(y) + sigmoid(y) * sin(y) - cos(y) + erf(y) + expm1(-abs(y))
        it = log(abs(it) + 1.0) + log1p(abs(it)) * floor(it) + abs(it + 2.0) ^ (abs(y) + 0.5)
        linear(3)
      }
      train Net {
        data spirals(classes=3, count=90) loss cross_entropy optimizer nadam
        schedule warmup(epochs=1), cosine precision f64 batch 8 epochs 3
      }
      """;

  /** Where the program on a table is; the tests of it write files of different names. */
  @TempDir private static Path shared;

  private static CompiledProgram flowers = new CompiledProgram(Path.of(""));

  @TempDir private Path folder;

  @BeforeAll
  static void compile() throws IOException {
    writeFlowers(shared.resolve("flowers.csv"));
    flowers = CompiledProgram.of(shared, TABLE);
  }

  @Test
  void trainsOnImagesWithAnyNumberOfThreads() throws IOException {
    writeCifar("data_batch_1.bin", 30);
    writeCifar("data_batch_3.bin", 15);
    writeCifar("test_batch.bin", 13);
    CompiledProgram program = CompiledProgram.of(folder, IMAGES);
    Trained expected = Trained.by(folder);
    for (String threads : List.of("1", "2", "3")) {
      Run run = program.run("train", "--threads", threads, "--save", "w", "--json");
      assertThat(run.errors()).contains("data_batch_2, data_batch_4, data_batch_5 are missing");
      assertThat(Trained.withoutTimes(run.output())).isEqualTo(expected.log());
      assertThat(folder.resolve("w")).hasBinaryContent(expected.weights());
    }
  }

  @Test
  void schedulesAveragesAndCheckpointsAreTheTrainers() throws IOException {
    Trained expected = Trained.by(shared);
    Run whole = flowers.run("train", "--save", "w", "--json", "--quiet");
    assertThat(whole.errors()).isEmpty();
    assertThat(Trained.withoutTimes(whole.output())).isEqualTo(expected.log());
    assertThat(shared.resolve("w")).hasBinaryContent(expected.weights());

    flowers.run("train", "--steps", "13", "--checkpoint-dir", "c", "--report", "r");
    Run rest =
        flowers.run("train", "--resume", "--checkpoint-dir", "c", "--report", "r", "--save", "w2");
    assertThat(rest.errors()).contains("going on from c/step-000000013.safetensors: step 13");
    assertThat(shared.resolve("w2")).hasBinaryContent(expected.weights());
    assertThat(Trained.withoutTimes(Files.readString(shared.resolve("r/metrics.jsonl"))))
        .isEqualTo(expected.log());
    assertThat(shared.resolve("r/loss.svg")).content().startsWith("<svg").endsWith("</svg>\n");
  }

  @Test
  void mathematicsIsTheCLibrarys() throws IOException {
    for (String source : List.of(MATHEMATICS, MATHEMATICS.replace("precision f64", ""))) {
      CompiledProgram program = CompiledProgram.of(folder, source);
      Run run = program.run("train", "--save", "w", "--json", "--quiet");
      assertThat(run.errors()).isEmpty();
      assertThat(folder.resolve("w")).hasBinaryContent(Trained.by(folder).weights());
    }
  }

  @Test
  void killedAtAnyMomentItGoesOn() throws IOException, InterruptedException {
    flowers.run("train", "--epochs", "400", "--save", "long");
    Random random = new Random(1);
    Path none = folder.resolve("none");
    for (int i = 0; i < 20; i++) {
      Process process =
          flowers.start(
              Map.of(),
              none,
              none,
              "train",
              "--epochs=400",
              "--resume",
              "--checkpoint-dir=killed",
              "--checkpoint-every-steps=10");
      process.waitFor(random.nextInt(30), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
    }
    flowers.run("train", "--epochs=400", "--resume", "killed", "--save", "again");
    assertThat(shared.resolve("again")).hasSameBinaryContentAs(shared.resolve("long"));
  }

  @Test
  void measuresAndPredictsWithSavedWeights() {
    Run trained = flowers.run("train", "--save", "saved");
    Run measured = flowers.run("eval", "--weights", "saved");
    assertThat(trained.output()).endsWith(measured.output());
    Run predicted = flowers.run("predict", "--weights", "saved", "5.1,3.5,1.4,0.2", "--json");
    try (Dlc model = Dlc.compile(shared.resolve("program.dl"), Trained.options(shared), Map.of())) {
      model.loadWeights(shared.resolve("saved"));
      Prediction prediction = model.predict(new float[] {5.1f, 3.5f, 1.4f, 0.2f});
      assertThat(predicted.output())
          .contains("\"class\":\"" + prediction.className(prediction.best().orElseThrow()) + "\"")
          .contains("\"values\":" + prediction.values().toString().replace(" ", ""));
    }
    // A table's columns are found by their names, those that are not features are left out.
    assertThat(flowers.run("predict", "--weights", "saved", "flowers.csv").output().lines())
        .hasSize(90)
        .allMatch(line -> line.startsWith("flowers.csv:"));
  }

  @Test
  void numbersAreMeasuredLikeClasses() throws IOException {
    Random random = new Random(2);
    writeNpy("x.npy", random, 50, 3);
    writeNpy("y.npy", random, 50, 2);
    CompiledProgram program = CompiledProgram.of(folder, VALUES);
    Trained expected = Trained.by(folder);
    Run run = program.run("train", "--save", "w", "--json");
    assertThat(Trained.withoutTimes(run.output())).isEqualTo(expected.log());
    assertThat(folder.resolve("w")).hasBinaryContent(expected.weights());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image: f32[1, 28, 28]                              | image    | digits(count=300)",
        "first: f32[1, 28, 28], second: f32[1, 28, 28]      | first    | digits(80, pairs=true)",
        "point: f32[2]                                      | point    | spirals(classes=5, count=700)",
        "a: f32[3]                                          | a        | random(count=50)"
      })
  void makesItsOwnData(String inputs, String used, String data) {
    CompiledProgram program =
        CompiledProgram.of(
            folder,
            """
            model Net(%s) -> f32[5] { it = %s flatten linear(5) }
            train Net {
              data %s loss cross_entropy optimizer sgd(lr=0.1) batch 20 seed 9
            }
            """
                .formatted(inputs, used, data)
                .replace("5]", data.startsWith("digits(c") ? "10]" : "5]")
                .replace("linear(5)", data.startsWith("digits(c") ? "linear(10)" : "linear(5)"));
    Trained expected = Trained.by(folder);
    assertThat(Trained.withoutTimes(program.run("train", "--json", "--save", "w").output()))
        .isEqualTo(expected.log());
    assertThat(folder.resolve("w")).hasBinaryContent(expected.weights());
  }

  @Test
  void packedDataStandForAllOther() throws IOException {
    writeFlowers(folder.resolve("flowers.csv"));
    RunOptions options = Trained.options(folder);
    Path packed = folder.resolve("packed.safetensors");
    CompiledProgram program = CompiledProgram.of(folder, TABLE.replace("schedule", "// "));
    Path source = folder.resolve("program.dl");
    try (Workbench bench = Workbench.open(ModelFile.load(source, Map.of()), options)) {
      String setting = Packing.write(packed, bench.wholeData());
      Run run =
          program.run(
              "train", "--data", packed.toString(), "--save", "w", "--quiet", "--drop-last");
      assertThat(run.errors()).isEmpty();
      String text = Files.readString(source);
      Files.writeString(
          source,
          text.replace("data csv(\"flowers.csv\", label=\"name\")", setting)
              .replace("batch 7", "batch 7 drop_last true")
              .replace("normalize auto", normalize(bench)));
    }
    assertThat(folder.resolve("w")).hasBinaryContent(Trained.by(folder).weights());
  }

  private static String normalize(Workbench bench) {
    Normalization measured = Normalization.measure(bench.data().training());
    return "normalize mean=%s, std=%s".formatted(measured.mean(), measured.std());
  }

  @Test
  void everyVersionTrainsAndOneCanBeForced() throws IOException {
    writeFlowers(folder.resolve("flowers.csv"));
    CompiledProgram program =
        CompiledProgram.of(folder, TABLE, CompiledProgram.options(Optional.empty()));
    for (String isa : List.of("v2", "v3")) {
      Run info = program.run(Map.of("DLC_ISA", isa), "info");
      assertThat(info.output()).contains("processor   x86-64-" + isa + " of x86-64-v2, ");
      Run run = program.run(Map.of("DLC_ISA", isa), "train", "--quiet", "--json");
      assertThat(run.output()).contains("\"event\":\"end\"");
    }
    Run wrong = program.run(Map.of("DLC_ISA", "v9"), "info");
    assertThat(wrong.status()).isEqualTo(1);
    assertThat(wrong.errors()).contains("error[E0903]").contains("x86-64-v3");
  }

  @Test
  void aProgramOfBf16HasCodeForMatricesAndTrainsToTheSameBits() throws IOException {
    writeFlowers(folder.resolve("flowers.csv"));
    // Sums so long that another order of their terms shows.
    String narrow =
        TABLE
            .replace("width: int = 8", "width: int = 256")
            .replace("batch 7", "precision bf16 batch 7");
    CompiledProgram program =
        CompiledProgram.of(folder, narrow, CompiledProgram.options(Optional.empty()));
    assertThat(program.run(Map.of(), "info").output()).contains(" x86-64-v4, sapphirerapids\n");
    String cpu =
        CpuBackend.host().multipliesMatrices() ? Target.SAPPHIRE_RAPIDS.cpu() : CompiledProgram.CPU;
    program.run(Map.of("DLC_ISA", cpu), "train", "--quiet", "--save", "w");
    assertThat(folder.resolve("w")).hasBinaryContent(Trained.with(folder, cpu).weights());
  }

  @Test
  void theSameInputGivesTheSameBytesAndNeedsOneLibrary() throws IOException {
    writeFlowers(folder.resolve("flowers.csv"));
    byte[] once = Files.readAllBytes(flowers.executable());
    assertThat(CompiledProgram.of(folder, TABLE).executable()).hasBinaryContent(once);
    Matcher library = Pattern.compile("[\\w./-]+\\.so[\\w.]*").matcher(flowers.strings());
    List<String> libraries = new ArrayList<>();
    while (library.find()) {
      libraries.add(library.group());
    }
    assertThat(libraries).containsOnly("libc.so.6", "/lib64/ld-linux-x86-64.so.2");
  }

  @Test
  void weightsInsideMakeAPredictor() throws IOException {
    flowers.run("train", "--save", "inside");
    writeFlowers(folder.resolve("flowers.csv"));
    byte[] weights = Files.readAllBytes(shared.resolve("inside"));
    CompiledProgram predictor =
        CompiledProgram.of(folder, TABLE, CompiledProgram.predictor(weights));
    assertThat(predictor.run("predict", "1,2,3,4").output())
        .isEqualTo(flowers.run("predict", "--weights", "inside", "1,2,3,4").output());
    assertThat(predictor.run("train").errors()).contains("unknown command 'train'");
  }

  @Test
  void helpNamesWhatCanBeSetAndWhatIsFixed() {
    assertThat(flowers.run("train", "--help").output())
        .contains("  --checkpoint-every-steps N  save it after every N steps, too\n")
        .contains("  --quiet                     print results alone\n");
    assertThat(flowers.run("--help").output())
        .contains("The param rate is a flag, --rate; it is 0.05 without it.")
        .contains("The param width is fixed: 8.");
    String slow = flowers.run("train", "--rate", "0.001", "--json", "--quiet").output();
    assertThat(slow).isNotEqualTo(flowers.run("train", "--json", "--quiet").output());
    assertThat(Trained.withoutTimes(slow))
        .isEqualTo(
            Trained.withoutTimes(flowers.run("train", "--lr=0.001", "--json", "--quiet").output()));
  }

  /** Numbers that follow from params are worked out when the program starts. */
  @Test
  void paramsThatNoShapeDependsOnAreFlags() throws IOException {
    writeFlowers(folder.resolve("flowers.csv"));
    String source =
        """
        param base: float = 0.02
        param momentum: float = 0.9
        param noise: float = 0.25
        param decay: float = 0.001
        param rounds: int = 2
        param width: int = 8
        param half: float = 0.5
        model Net(features: f32[4]) -> f32[3] {
          linear(width) relu dropout(noise) linear(3) it = it * (1.0 - half)
        }
        train Net {
          data csv("flowers.csv", label="name") split validation=0.2
          loss cross_entropy optimizer sgd(lr=base * 2.0, momentum=momentum, weight_decay=decay)
          batch 8 epochs rounds
        }
        """;
    CompiledProgram program = CompiledProgram.of(folder, source);
    assertThat(program.run("--help").output())
        .contains(
            "The param base is a flag, --base; it is 0.02 without it.",
            "The param momentum is a flag",
            "The param noise is a flag",
            "The param decay is a flag",
            "The param rounds is a flag",
            "The param width is fixed: 8.",
            "The param half is a flag");
    assertThat(program.run("train", "--help").output()).contains("--noise X", "--rounds N");
    assertThat(Trained.withoutTimes(program.run("train", "--json", "--save", "w").output()))
        .isEqualTo(Trained.by(folder).log());
    Files.writeString(
        folder.resolve("program.dl"),
        source
            .replace("= 0.02", "= 0.03")
            .replace("= 0.9", "= 0.8")
            .replace("= 0.25", "= 0.5")
            .replace("= 0.001", "= 0.01")
            .replace("= 2\n", "= 3\n")
            .replace("half: float = 0.5", "half: float = 0.25"));
    Run other =
        program.run(
            "train",
            "--json",
            "--save",
            "w",
            "--base=0.03",
            "--momentum=0.8",
            "--noise=0.5",
            "--decay=0.01",
            "--rounds=3",
            "--half=0.25");
    assertThat(Trained.withoutTimes(other.output())).isEqualTo(Trained.by(folder).log());
    assertThat(program.run("eval", "--weights", "w", "--half=0.25").output())
        .isNotEqualTo(program.run("eval", "--weights", "w").output());
    Run none = program.run("train", "--momentum=0");
    assertThat(none.status()).isEqualTo(1);
    assertThat(none.errors())
        .contains("error[E0607]: this program was compiled for momentum > 0.0")
        .contains("compile it again, with -D name=value");
  }

  private void writeCifar(String name, int records) throws IOException {
    byte[] bytes = new byte[records * 3073];
    new Random(name.hashCode()).nextBytes(bytes);
    for (int i = 0; i < records; i++) {
      bytes[i * 3073] = (byte) (i * 7 % 10);
    }
    Files.write(folder.resolve(name), bytes);
  }

  private static void writeFlowers(Path file) throws IOException {
    Random random = new Random(4);
    StringBuilder text = new StringBuilder("a,b,c,d,name\r\n");
    List<String> names = List.of("zinnia", "aster", "\"lily, white\"");
    for (int i = 0; i < 90; i++) {
      for (int c = 0; c < 4; c++) {
        text.append(Math.round(10 * (random.nextGaussian() + 3 * (i % 3))) / 10.0).append(", ");
      }
      text.append(names.get(i % 3)).append('\n');
    }
    // Quotes must begin a cell.
    Files.writeString(file, text.toString().replace(", \"", ",\""));
  }

  private void writeNpy(String name, Random random, int rows, int columns) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    dlc.runtime.file.Npy.write(
        folder.resolve(name), dlc.runtime.file.NumberArray.of(values, rows, columns));
  }
}
