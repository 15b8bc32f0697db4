// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.Workbench;
import dlc.driver.profile.Peaks;
import dlc.driver.profile.Profiler;
import dlc.driver.profile.StepClock;
import dlc.report.profile.ChromeTrace;
import dlc.report.profile.ProfileJson;
import dlc.report.profile.ProfilePage;
import dlc.runtime.file.AtomicFile;
import dlc.runtime.file.Text;
import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc profile}. */
@Command(
    name = "profile",
    description = "Shows where the time of a training step of FILE goes, kernel by kernel.",
    footer = {
      "",
      "FLOP/s and bytes are compared with what this machine was measured to do, which is measured",
      "once and kept. A kernel that moves more than memory gives has its data in the caches.",
      "",
      "Examples:",
      "  dlc profile samples/digits.dl",
      "  dlc profile samples/simple_cnn.dl --data ~/data --threads 1 -o profile.html"
    })
final class ProfileCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "How many steps to measure (default: about a second of them).")
  private Optional<Integer> steps;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PAGE",
      description = "Write a page with a flame graph and a roofline plot.")
  private Optional<Path> page;

  @Option(
      names = "--trace",
      paramLabel = "FILE",
      description = "Write the last steps for chrome://tracing or Perfetto.")
  private Optional<Path> trace;

  @Option(names = "--json", description = "Print a JSON document instead of the table.")
  private boolean isJson;

  @Override
  public Integer call() {
    if (steps.isPresent() && steps.get() < 1) {
      throw new UserError(
          Code.BAD_OPTION, "--steps is %d, it must be at least 1".formatted(steps.get()));
    }
    page.ifPresent(AtomicFile::requireWritable);
    trace.ifPresent(AtomicFile::requireWritable);
    Profile profile = profile();
    output.out().print(isJson ? ProfileJson.of(profile) + "\n" : table(profile));
    output.out().flush();
    page.ifPresent(path -> write(path, ProfilePage.of(profile)));
    trace.ifPresent(path -> write(path, ChromeTrace.of(profile).toString()));
    return 0;
  }

  private Profile profile() {
    StepClock clock = new StepClock("train_step");
    try (Workbench bench = run.open(code -> code.observedBy(code.observation().timedBy(clock)))) {
      bench.section();
      Peaks peaks = new Peaks(CacheFolder.peaks());
      OptionalInt count = steps.map(OptionalInt::of).orElse(OptionalInt.empty());
      return peaks.corrected(Profiler.run(bench, clock, count, peaks.of(bench)), bench);
    }
  }

  private void write(Path path, String text) {
    AtomicFile.write(path, text.getBytes(StandardCharsets.UTF_8));
    output.note("wrote " + path);
  }

  private static String table(Profile profile) {
    Profile.Peak peak = profile.peak();
    StringBuilder text =
        new StringBuilder(
            Text.of(
                "%s, %s: %s a step of %d samples, %,.0f samples/s (median of %,d steps, %s, %s)\n",
                profile.model(),
                profile.entry(),
                time(profile.stepNanos()),
                profile.batch(),
                profile.samplesPerSecond(),
                profile.steps(),
                profile.threads() == 1 ? "1 thread" : profile.threads() + " threads",
                profile.cpu()));
    text.append(
        Text.of(
            "this machine: %.1f GFLOP/s, %.1f GB/s from memory, %.1f GB/s from the second cache\n\n",
            peak.flops() * 1e-9, peak.bytes() * 1e-9, peak.cacheBytes() * 1e-9));
    Table table = new Table(1);
    table.row(
        "kernel",
        "calls",
        "time",
        "of step",
        "GFLOP/s",
        "of peak",
        "kB",
        "GB/s",
        "of memory",
        "threads");
    List<KernelRow> sorted = profile.slowestFirst();
    double whole = sorted.stream().mapToDouble(KernelRow::nanos).sum();
    sorted.forEach(row -> table.row(cells(row, profile, whole)));
    List<String> lines = table.toString().lines().toList();
    text.append(lines.getFirst()).append('\n');
    for (int i = 0; i < sorted.size(); i++) {
      text.append(lines.get(i + 1)).append('\n').append(origin(sorted.get(i)));
    }
    return text.toString();
  }

  private static String[] cells(KernelRow row, Profile profile, double whole) {
    Profile.Peak peak = profile.peak();
    return new String[] {
      row.name(),
      Text.of("%,d", row.calls()),
      time(row.nanos()),
      Text.of("%.1f%%", 100 * row.nanos() / whole),
      Text.of("%.1f", row.flopRate() * 1e-9),
      Text.of("%.0f%%", 100 * row.flopRate() / peak.flops()),
      Text.of("%,.1f", row.bytes() * 1e-3),
      Text.of("%.1f", row.byteRate() * 1e-9),
      row.shareOfMemory(peak),
      row.isParallel() ? Integer.toString(profile.threads()) : "1"
    };
  }

  /** What was fused into a kernel and where it comes from: a line for each line of the program. */
  private static String origin(KernelRow row) {
    StringBuilder text = new StringBuilder("    " + String.join(" + ", row.ops()) + "\n");
    for (KernelRow.Part place : row.places()) {
      text.append("    %s: %s\n".formatted(place.place(), place.text()));
    }
    return text.toString();
  }

  private static String time(double nanos) {
    if (nanos < 1e3) {
      return Text.of("%.0f ns", nanos);
    }
    return nanos < 1e6 ? Text.of("%.2f µs", nanos * 1e-3) : Text.of("%.2f ms", nanos * 1e-6);
  }
}
