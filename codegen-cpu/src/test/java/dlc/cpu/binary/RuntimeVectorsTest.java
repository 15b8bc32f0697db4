// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Code;
import dlc.runtime.data.RandomStream;
import dlc.runtime.data.RandomStream.Purpose;
import dlc.runtime.file.ImageFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The runtime in C and the one in Java give the same answers to the same questions. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
final class RuntimeVectorsTest {

  private static final Path SOURCES = Path.of("src/main/c").toAbsolutePath();

  @TempDir private static Path folder;

  @BeforeAll
  static void compile() throws IOException {
    List<String> objects = new ArrayList<>();
    Files.createDirectories(folder.resolve("objects"));
    PresetTool clang = PresetTool.clang();
    for (String name :
        List.of(
            "base", "number", "random", "file", "inflate", "table", "image", "png", "jpeg", "scan",
            "start", "vectors")) {
      Path source =
          name.equals("vectors")
              ? Path.of("src/test/c/vectors.c").toAbsolutePath()
              : SOURCES.resolve(name + ".c");
      String object = folder.resolve("objects/" + name + ".o").toString();
      clang.run(
          List.of(
              "-O1",
              "-nostdinc",
              "-fPIC",
              "-ffp-contract=off",
              "-I" + SOURCES,
              "--target=" + Platform.X86_64.triple(),
              "-c",
              source.toString(),
              "-o",
              object));
      objects.add(object);
    }
    List<Binary.Part> parts = new ArrayList<>();
    for (String object : objects) {
      Path path = Path.of(object);
      parts.add(
          new Binary.Part(
              String.valueOf(path.getFileName()).replace(".o", ""),
              Content.of(Files.readAllBytes(path))));
    }
    Path program = folder.resolve("vectors");
    Files.write(
        program,
        Link.executable(parts, Platform.X86_64, new Linkage.Dynamic(), Binary.Symbols.STRIPPED)
            .content()
            .toArray());
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  private static List<String> ask(List<String> questions) throws IOException {
    List<String> command = new ArrayList<>(List.of(folder.resolve("vectors").toString()));
    command.addAll(questions);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String answers = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(answers.lines()).hasSameSizeAs(questions);
    return answers.lines().toList();
  }

  @Test
  void numbersAreWrittenAlike() throws IOException {
    List<Double> numbers =
        new ArrayList<>(
            List.of(
                0.0,
                -0.0,
                1.0,
                -1.5,
                0.001,
                9.999e-4,
                0.00099995,
                1e7,
                9999999.0,
                1e21,
                123456.0,
                0.12345,
                0.99995,
                9.9995,
                2.5e-5,
                1e-5,
                0.5,
                4.9e-324,
                1.7976931348623157e308,
                2.2250738585072014e-308,
                1.0E-44,
                100.0,
                99999.5,
                2e-3,
                0.1 + 0.2,
                1.0 / 3));
    Random random = new Random(1);
    for (int i = 0; i < 400; i++) {
      numbers.add(Double.longBitsToDouble(random.nextLong()));
      numbers.add(random.nextGaussian());
      numbers.add(Math.rint(1e6 * random.nextDouble()) / 1e5);
      numbers.add((double) (float) (1e-3 * random.nextDouble()));
    }
    numbers.removeIf(number -> !Double.isFinite(number));
    List<String> answers =
        ask(
            numbers.stream()
                .map(each -> "double %x".formatted(Double.doubleToRawLongBits(each)))
                .toList());
    for (int i = 0; i < numbers.size(); i++) {
      double number = numbers.get(i);
      String expected =
          String.format(
              Locale.ROOT,
              "%s %.4f %.3e %.4g %s",
              number,
              number,
              number,
              number,
              Double.toHexString(number));
      assertThat(answers.get(i)).as("%s", number).isEqualTo(expected);
    }
  }

  @Test
  void shufflesAreTheSame() throws IOException {
    List<String> answers = ask(List.of("shuffle 42 1 100", "shuffle -7 3 17", "shuffle 1 1 1"));
    assertThat(answers).containsExactly(shuffle(42, 1, 100), shuffle(-7, 3, 17), shuffle(1, 1, 1));
  }

  private static String shuffle(int seed, int step, int count) {
    return Arrays.stream(RandomStream.permutation(Purpose.SHUFFLE, seed, step, count))
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(" "));
  }

  /** All kinds of pixels, in one pass or several, scaled and not. */
  @Test
  void imagesHaveTheSamePixels() throws IOException {
    List<String> questions = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int size : List.of(1, 3, 17, 40)) {
      for (BufferedImage image : TestImages.ofSize(size, size + size / 2)) {
        for (Path file : TestImages.write(image, folder, "image%d-".formatted(questions.size()))) {
          ImageFile read = ImageFile.read(file);
          questions.add("image %s 3 %d %d".formatted(file, read.height(), read.width()));
          expected.add(sum(read.pixels(3, read.height(), read.width())));
          questions.add("image %s 1 7 5".formatted(file));
          expected.add(sum(read.pixels(1, 7, 5)));
        }
      }
    }
    assertThat(questions).hasSizeGreaterThan(80);
    assertThat(ask(questions)).isEqualTo(expected);
  }

  private static String sum(byte[] bytes) {
    long sum = 0;
    for (byte each : bytes) {
      sum = 31 * sum + (each & 0xFF);
    }
    return Long.toString(sum);
  }

  /** The codes of messages in C are those that can be explained, under the same names. */
  @Test
  void complaintsHaveTheSameCodes() throws IOException {
    List<String> codes =
        Pattern.compile("  ([A-Z_]+) = (\\d+),")
            .matcher(Files.readString(SOURCES.resolve("base.h")))
            .results()
            .map(code -> code.group(1) + " E0" + code.group(2))
            .toList();
    assertThat(codes).hasSizeGreaterThan(10);
    assertThat(Arrays.stream(Code.values()).map(code -> code.name() + " " + code.id()))
        .containsAll(codes);
  }

  @Test
  void whatGzipMakesIsRead() throws IOException {
    Random random = new Random(2);
    List<String> questions = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int level : List.of(0, 1, 6, 9, Deflater.HUFFMAN_ONLY)) {
      for (int length : List.of(0, 1, 100, 70_000)) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
          bytes[i] = (byte) (level == 1 ? random.nextInt() : random.nextInt(7) * (i / 50));
        }
        Path file = folder.resolve("level%d-%d.gz".formatted(level, length));
        Files.write(file, compressed(bytes, level));
        questions.add("gunzip " + file);
        long sum = 0;
        for (byte each : bytes) {
          sum = 31 * sum + (each & 0xFF);
        }
        expected.add(length + " " + sum);
      }
    }
    assertThat(ask(questions)).isEqualTo(expected);
  }

  @Test
  void damagedArchivesEndInASentence() throws IOException {
    byte[] bytes = new byte[5000];
    new Random(3).nextBytes(bytes);
    Arrays.fill(bytes, 1000, 4000, (byte) 7);
    byte[] whole = compressed(bytes, 6);
    List<String> questions = new ArrayList<>();
    Random random = new Random(4);
    for (int i = 0; i < 150; i++) {
      byte[] broken =
          i % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      if (i % 2 == 1) {
        broken[10 + random.nextInt(whole.length - 10)] ^= (byte) (1 << random.nextInt(8));
      }
      Path file = folder.resolve("broken%d.gz".formatted(i));
      Files.write(file, broken);
      questions.add("gunzip " + file);
    }
    assertThat(ask(questions)).allMatch(answer -> answer.startsWith("its compressed data "));
  }

  private static byte[] compressed(byte[] bytes, int level) throws IOException {
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip =
        new GZIPOutputStream(target) {
          {
            if (level == Deflater.HUFFMAN_ONLY) {
              def.setStrategy(Deflater.HUFFMAN_ONLY);
            } else {
              def.setLevel(level);
            }
          }
        }) {
      gzip.write(bytes);
    }
    return target.toByteArray();
  }

  @Test
  void cellsAreNumbersWhereJavaSaysSo() throws IOException {
    List<String> cells =
        List.of(
            "1", "-1.5", "+.5", "5.", ".", "-", "1e5", "1e", "1e+", "1E-3", "0x1", "1.2.3", "a");
    assertThat(ask(cells.stream().map(cell -> "number " + cell).toList()))
        .isEqualTo(
            cells.stream()
                .map(
                    cell -> cell.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?") ? "1" : "0")
                .toList());
  }
}
