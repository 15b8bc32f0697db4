// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.profile.Peaks;
import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How far training steps are from what the processor can do.
 *
 * <p>No program with the same arithmetic and the same kernels can take less than the least time:
 * that of each kernel's operations at the measured peak, or of its bytes from the second cache.
 */
final class LimitsBench {

  private static final List<String> USUAL =
      List.of("M1:4,32,128", "M2:4,32,128", "M3:32,128", "M4:32", "M5:32", "M6:32", "M7:16");
  private static final int SHOWN = 4;

  private final Home home;
  private final Peaks peaks;
  private final Findings findings = new Findings();

  private LimitsBench(Home home, Peaks peaks) {
    this.home = home;
    this.peaks = peaks;
  }

  /** Takes the folder {@code benchmarks}, then cases such as M1:4,32, and {@code --no-save}. */
  public static void main(String[] arguments) throws IOException {
    List<String> cases = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    boolean saves = !cases.remove("--no-save");
    try (ScratchFolder folder = ScratchFolder.named("dlc-limits")) {
      Peaks peaks = new Peaks(folder.path().resolve("peaks"));
      LimitsBench bench = new LimitsBench(new Home(Path.of(arguments[0])), peaks);
      bench.measure(cases.isEmpty() ? USUAL : cases);
      if (saves) {
        bench.findings.save(bench.home.results(), "limits");
      }
    }
  }

  private void measure(List<String> cases) {
    findings.say("Training steps on one thread beside the limits, %s, %s", Machine.cpu(), LocalDate.now());
    findings.say("");
    findings.say("| case | batch | step, µs | arithmetic at the peak, µs | least time, µs | share | the rest, µs |");
    findings.say("| --- | ---: | ---: | ---: | ---: | ---: | --- |");
    for (String text : cases) {
      for (Case each : Case.parse(text, List.of(1), home)) {
        say(each);
      }
    }
  }

  private void say(Case each) {
    Profile profile = ProfiledStep.of(each.file(), each.batch(), 1, "cpu", peaks::of);
    double arithmetic = 0;
    double least = 0;
    Map<String, Double> rest = new LinkedHashMap<>();
    for (KernelRow row : profile.kernels()) {
      double bound = least(row, profile.peak());
      arithmetic += row.flops() * 1e9 / profile.peak().flops();
      least += bound;
      rest.merge(row.name().replaceFirst("^k\\d+_", ""), row.nanos() - bound, Double::sum);
    }
    findings.say(
        "| %s | %d | %,.0f | %,.0f | %,.0f | %.0f %% | %s |",
        each.model(),
        each.batch(),
        profile.stepNanos() / 1e3,
        arithmetic / 1e3,
        least / 1e3,
        100 * least / profile.stepNanos(),
        rest.entrySet().stream()
            .sorted(Comparator.comparingDouble(entry -> -entry.getValue()))
            .limit(SHOWN)
            .map(entry -> "`%s` %,.0f".formatted(entry.getKey(), entry.getValue() / 1e3))
            .collect(Collectors.joining(", ")));
  }

  private static double least(KernelRow row, Profile.Peak peak) {
    double moving = row.bytes() * 1e9 / peak.cacheBytes();
    return Math.min(row.nanos(), Math.max(row.flops() * 1e9 / peak.flops(), moving));
  }
}
