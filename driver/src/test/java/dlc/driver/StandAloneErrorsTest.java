// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.driver.CompiledProgram.Run;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong, a compiled program says it in a sentence and ends with status 1. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class StandAloneErrorsTest {

  private static final int RECORD = 3073;

  @TempDir private static Path folder;
  private static CompiledProgram images = new CompiledProgram(Path.of(""));
  private static CompiledProgram table = new CompiledProgram(Path.of(""));

  @BeforeAll
  static void compile() throws IOException {
    Path first = Files.createDirectories(folder.resolve("images"));
    Files.write(first.resolve("data_batch_1.bin"), new byte[8 * RECORD]);
    images =
        CompiledProgram.of(
            first,
            """
            model Net(image: f32[3, 32, 32]) -> f32[10] { flatten linear(10) }
            train Net { data cifar10(".") loss cross_entropy optimizer sgd(lr=0.1) batch 4 }
            """);
    Path second = Files.createDirectories(folder.resolve("table"));
    Files.writeString(second.resolve("t.csv"), "a,b,c\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n9,1,x\n");
    table =
        CompiledProgram.of(
            second,
            """
            model Net(features: f32[2]) -> f32[2] { linear(2) }
            train Net { data csv("t.csv", label="c") loss cross_entropy optimizer sgd(lr=0.1) batch 2 }
            """);
  }

  private static void complains(CompiledProgram program, String sentence, String... arguments) {
    Run run = program.run(arguments);
    assertThat(run.errors()).contains("error[E0").contains(sentence);
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void aboutFlags() {
    complains(table, "unknown command 'trian'", "trian");
    complains(table, "unknown option '--epoch'", "train", "--epoch", "3");
    complains(table, "did you mean --epochs?", "train", "--epoch", "3");
    complains(table, "--epochs needs a value", "train", "--epochs");
    complains(table, "--epochs is 'x', an int was expected", "train", "--epochs", "x");
    complains(table, "--epochs is 0, it must be at least 1", "train", "--epochs=0");
    complains(table, "--epochs is given twice", "train", "--epochs=1", "--epochs=2");
    complains(table, "--lr is 'fast', a number was expected", "train", "--lr", "fast");
    complains(table, "--lr is 'nan', a number was expected", "train", "--lr", "nan");
    complains(table, "--threads is 0", "train", "--threads", "0");
    complains(table, "--json takes no value", "train", "--json=1");
    complains(table, "--resume is given without --checkpoint-dir", "train", "--resume");
    complains(table, "the option --weights W is missing", "eval");
    complains(table, "no INPUT is given", "predict", "--weights", "w");
    complains(table, "the folder nowhere of --data", "train", "--data", "nowhere");
  }

  @Test
  void aboutPlacesToWrite() throws IOException {
    complains(table, "there is no folder no", "train", "--save", "no/w");
    complains(table, "it is a folder", "train", "--save", ".");
    Files.writeString(folder.resolve("table/file"), "");
    complains(table, "cannot write file/r", "train", "--report", "file/r");
  }

  @Test
  void aboutImages() throws IOException {
    Path data = Files.createDirectories(folder.resolve("broken"));
    Path batch = data.resolve("data_batch_1.bin");
    String at = data.toString();
    complains(images, "cannot find data_batch_1.bin in " + at, "train", "--data", at);
    Files.write(batch, new byte[RECORD - 1]);
    complains(images, "it has 3,072 bytes, a multiple of the 3,073", "train", "--data", at);
    Files.write(batch, new byte[0]);
    complains(images, "it has 0 bytes", "train", "--data", at);
    byte[] wrong = new byte[2 * RECORD];
    wrong[RECORD] = 10;
    Files.write(batch, wrong);
    complains(images, "record 1: the label is 10, 0 to 9", "train", "--data", at);
    Files.write(batch, new byte[7 * RECORD]);
    complains(images, "asked for a batch of 3 samples", "train", "--data", at);
    assertThat(images.run("train", "--data", at, "--drop-last").status()).isZero();
    Files.delete(batch);
    byte[] compressed = compressed(new byte[8 * RECORD]);
    Path archive = data.resolve("data_batch_1.bin.gz");
    Files.write(archive, compressed);
    assertThat(images.run("train", "--data", at).status()).isZero();
    Files.write(archive, Arrays.copyOf(compressed, compressed.length / 2));
    complains(images, "its compressed data stop in the middle", "train", "--data", at);
  }

  private static byte[] compressed(byte[] bytes) throws IOException {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(target)) {
      gzip.write(bytes);
    }
    return target.toByteArray();
  }

  @Test
  void aboutTables() throws IOException {
    tableComplains("a,b,c\n1,2,x\n1,x,y\n5,3,y\n", "t.csv:3:3: 'x' is not a number");
    tableComplains("a,b,c\n1,,x\n3,4,y\n", "t.csv:2:3: the cell in column 'b' is blank");
    tableComplains("a,b,c\n1,2\n", "t.csv:2:3: this row has 2 cells, the first one has 3");
    tableComplains("a,b,c\n1,2,\"x\n", "t.csv:2:5: this quote has no end");
    tableComplains("a,b,d\n1,2,x\n", "it has no column 'c'");
    tableComplains("a,b,c\n", "holds no samples");
    tableComplains("a,b,e,c\n1,2,3,x\n1,2,3,y\n", "a sample is f32[3]");
    tableComplains(
        "a,b,c\n1,2,x\n1,2,y\n1,2,z\n1,3,z\n2,2,z\n", "the label 2 is none of the model's");
    tableComplains("a,b,c\n1,2,x\0\n", "this is not text");
  }

  private void tableComplains(String text, String sentence) throws IOException {
    Path data = Files.createDirectories(folder.resolve("other"));
    Files.writeString(data.resolve("t.csv"), text);
    complains(table, sentence, "train", "--data", data.toString());
  }

  @Test
  void aboutWeights() throws IOException {
    Path files = folder.resolve("table");
    Files.write(files.resolve("empty"), new byte[0]);
    complains(table, "it is empty", "train", "--init", "empty");
    complains(table, "cannot find gone", "train", "--init", "gone");
    Files.writeString(files.resolve("text"), "these are no weights at all");
    complains(table, "this is not a safetensors file", "eval", "--weights", "text");
    assertThat(images.run("train", "--save", "../table/other").status()).isZero();
    complains(
        table, "linear_0.weight is f32[10, 3072], not f32[2, 2]", "eval", "--weights", "other");
    assertThat(table.run("train", "--save", "mine").status()).isZero();
    byte[] whole = Files.readAllBytes(files.resolve("mine"));
    Files.write(files.resolve("cut"), Arrays.copyOf(whole, whole.length - 4));
    complains(table, "shape and place of 'linear_0.bias' do not agree", "train", "--init", "cut");
    Files.writeString(files.resolve("t.bmp"), "BM");
    complains(table, "files of this kind", "predict", "--weights", "mine", "t.bmp");
    complains(
        table, "it has 3 numbers, the model's input", "predict", "--weights", "mine", "1,2,3");
    complains(
        table, "1, big,2: ' big' is not a number", "predict", "--weights", "mine", "1, big,2");
    complains(table, "'big' is not a number", "predict", "--weights", "mine", "big,2");
    complains(table, "cannot find big,2.csv", "predict", "--weights", "mine", "big,2.csv");
  }

  @Test
  void aboutCheckpoints() throws IOException {
    Path run = folder.resolve("table/run");
    table.run("train", "--epochs", "3", "--checkpoint-dir", "run");
    Path newest = run.resolve("step-000000006.safetensors");
    byte[] whole = Files.readAllBytes(newest);
    Files.write(newest, new byte[0]);
    Run resumed = table.run("train", "--epochs", "4", "--resume", "--checkpoint-dir", "run");
    assertThat(resumed.errors())
        .contains("it is empty; the checkpoint before it is taken")
        .contains("going on from run/step-000000004.safetensors");
    assertThat(resumed.status()).isZero();
    whole[whole.length - 1] ^= 1;
    Files.write(run.resolve("step-000000099.safetensors"), whole);
    assertThat(table.run("train", "--resume", "--checkpoint-dir", "run").errors())
        .contains("its checksum is not that of its content");
    complains(
        table,
        "seed: 0 in the checkpoint, 5 now",
        "train",
        "--resume",
        "--checkpoint-dir",
        "run",
        "--seed",
        "5");
    complains(
        table,
        "--resume a and --checkpoint-dir b are two folders",
        "train",
        "--resume",
        "a",
        "--checkpoint-dir",
        "b");
    complains(
        table,
        "--resume needs a folder, and " + newest + " is a file",
        "train",
        "--resume",
        newest.toString());
    String[] resuming = {"train", "--resume", run.toString()};
    String between = " in the checkpoint, ";
    complains(images, "step-000000008.safetensors: it was made by another model or run:", resuming);
    complains(images, "\n    batch: 2" + between + "4 now\n", resuming);
    complains(images, "linear_0.weight: f32[2, 2]" + between + "f32[10, 3072] now", resuming);
    complains(images, "go on with the program and options that made it", resuming);
  }
}
