// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What programs made by {@code dlc compile} take: bytes, time to make and to start, memory; and how
 * fast they train beside dlc itself. The model is samples/simple_cnn.dl, the images are random.
 */
final class BinaryBench {

  private static final int RECORD = 3073;
  private static final int RECORDS = 10_000;
  private static final int COMPILATIONS = 5;
  private static final int STARTS = 21;
  private static final int TURNS = 5;
  private static final Pattern SPEED = Pattern.compile("\"samples_per_second\":([\\d.]+)");

  private final Home home;
  private final Path folder;
  private final Findings findings = new Findings();

  private BinaryBench(Home home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /** Takes the folder {@code benchmarks}; measures, prints, and without --no-save keeps figures. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Home home = new Home(Path.of(arguments[0]));
    boolean saves = !List.of(arguments).contains("--no-save");
    try (ScratchFolder folder = ScratchFolder.named("dlc-binary")) {
      BinaryBench bench = new BinaryBench(home, folder.path());
      bench.measure();
      if (saves) {
        bench.findings.save(home.results(), "binary");
      }
    }
  }

  private void measure() throws IOException, InterruptedException {
    findings.say("Programs of samples/simple_cnn.dl, %s, %s", Machine.cpu(), LocalDate.now());
    findings.say("");
    findings.say("| what | measured | goal |");
    findings.say("| --- | ---: | ---: |");
    Path data = folder.resolve("cifar-10-batches-bin");
    writeImages(data.resolve("data_batch_1.bin"), RECORDS);
    Path three = compile("three", 700);
    Path one = compile("one", 300, "--cpu", "native");
    start(one, three);
    memory(one);
    speed(one);
  }

  private static void writeImages(Path file, int records) throws IOException {
    byte[] bytes = new byte[records * RECORD];
    new Random(1).nextBytes(bytes);
    for (int i = 0; i < records; i++) {
      bytes[i * RECORD] = (byte) (i % 10);
    }
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  /** The sample, and the same without a validation part, whose measuring is no step. */
  private Path compile(String name, int kilobytes, String... more)
      throws IOException, InterruptedException {
    Path source = folder.resolve("simple_cnn.dl");
    Files.writeString(
        source,
        Files.readString(home.sample("simple_cnn")).replaceAll("(?m)^ *split .*\n", ""));
    Path program = folder.resolve(name);
    List<String> command = new ArrayList<>(home.dlc());
    command.addAll(
        List.of("compile", source.toString(), "-o", program.toString(), "--data", "" + folder));
    command.addAll(List.of(more));
    Samples seconds = new Samples();
    for (int i = 0; i < COMPILATIONS; i++) {
      long begin = System.nanoTime();
      output(command);
      seconds.add((System.nanoTime() - begin) / 1e9);
    }
    String kinds = name + (more.length == 0 ? " kinds of processors" : " kind of processor");
    findings.say("| `dlc compile`, %s: median, best | %.2f s, %.2f s | 2 s |", kinds, seconds.median(), seconds.least());
    findings.say("| the program, %s | %.0f kB | %d kB |", kinds, Files.size(program) / 1e3, kilobytes);
    return program;
  }

  /** From the start of the process to its end after one step; there is nothing to measure. */
  private void start(Path... programs) throws IOException, InterruptedException {
    for (Path program : programs) {
      Samples seconds = new Samples();
      for (int i = 0; i < STARTS; i++) {
        long begin = System.nanoTime();
        output(List.of(program.toString(), "train", "--steps", "1", "--data", "" + folder));
        seconds.add((System.nanoTime() - begin) / 1e9);
      }
      findings.say(
          "| start, one step, end; %,d images mapped; %s | %.1f ms | 10 ms |",
          RECORDS,
          program.getFileName(),
          1e3 * seconds.median());
    }
  }

  /** The most that was resident at once, less the images that were mapped. */
  private void memory(Path program) throws IOException, InterruptedException {
    List<String> command =
        List.of(program.toString(), "train", "--epochs", "3", "--threads", "1", "--data", "" + folder);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    double most = 0;
    while (process.isAlive()) {
      double anonymous = field(status, "RssAnon");
      double files = field(status, "RssFile");
      most = Math.max(most, anonymous + Math.max(0, files - RECORDS * (double) RECORD / 1e3));
      Thread.sleep(5);
    }
    findings.say("| resident beside the images, batch 4 | %.1f MB | 10 MB |", most / 1e3);
  }

  private static double field(Path status, String name) {
    try (Stream<String> all = Files.lines(status)) {
      return all.filter(line -> line.startsWith(name + ":"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1.024)
          .sum();
    } catch (IOException | UncheckedIOException ended) {
      return 0;
    }
  }

  /** Training on one thread, in turns; the fastest epoch of each run. */
  private void speed(Path program) throws IOException, InterruptedException {
    Samples compiled = new Samples();
    Samples inside = new Samples();
    List<String> rest =
        List.of("--epochs", "4", "--threads", "1", "--json", "--quiet", "--data", "" + folder);
    List<String> first = new ArrayList<>(List.of(program.toString(), "train"));
    first.addAll(rest);
    List<String> second = new ArrayList<>(home.dlc());
    second.addAll(List.of("train", "" + folder.resolve("simple_cnn.dl"), "--report", "" + folder.resolve("report")));
    second.addAll(rest);
    for (int i = 0; i < TURNS; i++) {
      compiled.add(fastest(output(first)));
      inside.add(fastest(output(second)));
    }
    findings.say("| training, samples/s: program | %,.0f | |", compiled.median());
    findings.say("| training, samples/s: `dlc train` | %,.0f | |", inside.median());
    findings.say(
        "| program beside `dlc train` | %+.1f %% | at least -2 %% |",
        100 * (compiled.median() / inside.median() - 1));
  }

  private static double fastest(String log) {
    Matcher speed = SPEED.matcher(log);
    double most = 0;
    while (speed.find()) {
      most = Math.max(most, Double.parseDouble(speed.group(1)));
    }
    return most;
  }

  private String output(List<String> command) throws IOException, InterruptedException {
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + ":\n" + Files.readString(errors));
    }
    return output;
  }
}
