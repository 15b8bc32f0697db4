// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * How fast training goes on images that have to be decoded: the tutorial's network on a folder of
 * PNG or JPEG files of 32×32 pixels, and on the same images as they lie in memory.
 *
 * <p>In the first epoch files are decoded while the network is trained; then they are in memory. The
 * time of the first epoch counts the compilation of the network, too, as it does for the images in
 * memory.
 */
final class DataBench {

  private static final int IMAGES = 20_000;
  private static final int SIDE = 32;
  private static final int CLASSES = 10;
  private static final int EPOCHS = 3;
  private static final double GOAL = 10_000;
  private static final Pattern SPEED = Pattern.compile("\"samples_per_second\":([\\d.]+)");

  private final Home home;
  private final Path folder;
  private final Findings findings = new Findings();

  private DataBench(Home home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /** Takes the folder {@code benchmarks}; measures, prints, and without --no-save keeps figures. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Home home = new Home(Path.of(arguments[0]));
    boolean saves = !List.of(arguments).contains("--no-save");
    try (ScratchFolder folder = ScratchFolder.named("dlc-data")) {
      DataBench bench = new DataBench(home, folder.path());
      bench.measure();
      if (saves) {
        bench.findings.save(home.results(), "data");
      }
    }
  }

  private void measure() throws IOException, InterruptedException {
    for (String format : List.of("png", "jpg")) {
      draw(format);
    }
    findings.say(
        "The tutorial's network, batch 32, on %,d images of %d×%d, %s, %d processors, %s",
        IMAGES, SIDE, SIDE, Machine.cpu(), Runtime.getRuntime().availableProcessors(),
        LocalDate.now());
    findings.say("");
    findings.say("| data | samples/s: first epoch | later epochs, best | goal |");
    findings.say("| --- | ---: | ---: | ---: |");
    for (String format : List.of("png", "jpg")) {
      speeds(format + " files", "image_folder(\"%s\")".formatted(format));
    }
    dlc("data", "pack", program("image_folder(\"png\")").toString(), "-o", "packed.safetensors");
    speeds(
        "the same in memory",
        "safetensors(\"packed.safetensors\", image=\"train.image\", y=\"train.y\")");
  }

  /** Smooth pictures with some noise: what compresses neither well nor badly. */
  private void draw(String format) throws IOException {
    for (int label = 0; label < CLASSES; label++) {
      Files.createDirectories(place(format, label));
    }
    IntStream.range(0, IMAGES).parallel().forEach(number -> draw(format, number));
  }

  private Path place(String format, int label) {
    return folder.resolve(format).resolve("class-" + label);
  }

  private void draw(String format, int number) {
    Random random = new Random(number);
    int label = number % CLASSES;
    int brightness = random.nextInt(160);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int value = brightness + (x * label + y) % 64 + random.nextInt(8);
        image.setRGB(x, y, value << 16 | value * 3 / 4 << 8 | 255 - value);
      }
    }
    try {
      Path file = place(format, label).resolve(number + "." + format);
      ImageIO.write(image, format, file.toFile());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Path program(String source) throws IOException {
    String text = Files.readString(home.model("M2")).replaceFirst("data +random", "data " + source);
    return Files.writeString(folder.resolve("data.dl"), text);
  }

  private void speeds(String name, String source) throws IOException, InterruptedException {
    String said =
        dlc(
            "train",
            program(source).toString(),
            "--epochs",
            Integer.toString(EPOCHS),
            "--json",
            "--no-report");
    List<Double> speeds = new ArrayList<>();
    for (Matcher each = SPEED.matcher(said); each.find(); ) {
      speeds.add(Double.parseDouble(each.group(1)));
    }
    double later = speeds.subList(1, speeds.size()).stream().mapToDouble(each -> each).max().orElse(0);
    findings.say("| %s | %,.0f | %,.0f | %,.0f |", name, speeds.getFirst(), later, GOAL);
  }

  private String dlc(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(home.dlc());
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("'%s' failed".formatted(String.join(" ", words)));
    }
    return said;
  }
}
