// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.RunOptions;
import dlc.opencl.device.OpenCl;
import dlc.runtime.profile.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Every kernel of training steps on an OpenCL device beside the same kernel made by LLVM on the
 * processor. Where the device is that processor, as with PoCL, each should take at most three times
 * as long.
 */
final class OpenClBench {

  private static final List<String> USUAL =
      List.of("M1:32", "M2:32", "M2:128", "M3:32", "M4:32", "M5:32", "M6:32", "M7:16");
  private static final double MOST = 3;

  /** Below this a kernel of the device is hardly more than its launch. */
  private static final double LEAST_NANOS = 2_000;

  /** What takes LLVM less is nearly all launching on a device. */
  private static final double NOTHING_NANOS = 500;

  private final Home home;
  private final String device;
  private final Findings findings = new Findings();
  private int slow;
  private int all;

  private OpenClBench(Home home, String device) {
    this.home = home;
    this.device = device;
  }

  /**
   * Takes the folder {@code benchmarks}, then cases such as M2:32, {@code --device NAME}, and
   * {@code --no-save}.
   */
  public static void main(String[] arguments) throws IOException {
    List<String> cases = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    boolean saves = !cases.remove("--no-save");
    int named = cases.indexOf("--device");
    String device = "opencl";
    if (named >= 0) {
      device = cases.get(named + 1);
      cases.subList(named, named + 2).clear();
    }
    OpenClBench bench = new OpenClBench(new Home(Path.of(arguments[0])), device);
    bench.compare(cases.isEmpty() ? USUAL : cases);
    if (saves) {
      bench.findings.save(bench.home.results(), "opencl " + RunOptions.usual().threads());
    }
  }

  private void compare(List<String> cases) {
    findings.say("Kernels of training steps on %s beside those of LLVM, %s, %d processors, %s",
        OpenCl.named(device).name(), Machine.cpu(), Runtime.getRuntime().availableProcessors(),
        LocalDate.now());
    cases.forEach(this::compare);
    findings.say("");
    findings.say("%d of %d kernels take more than %.0f times as long", slow, all, MOST);
  }

  private void compare(String name) {
    String[] words = name.split(":", -1);
    int batch = Integer.parseInt(words[1]);
    Profile llvm = profile(words[0], batch, "cpu");
    Profile opencl = profile(words[0], batch, device);
    findings.say("");
    findings.say("## %s, batch %d: %s on the device, %s by LLVM on %d threads", words[0], batch,
        time(opencl.stepNanos()), time(llvm.stepNanos()), llvm.threads());
    List<KernelPairs.Pair> pairs = KernelPairs.of(opencl, llvm);
    double launch = launch(pairs);
    findings.say("");
    findings.say("| kernel | device | LLVM | ratio | |");
    findings.say("| --- | ---: | ---: | ---: | --- |");
    for (KernelPairs.Pair pair : pairs) {
      double ratio = pair.first() / pair.second();
      boolean isSlow =
          pair.first() > LEAST_NANOS * pair.calls()
              && pair.first() - launch * pair.calls() > MOST * pair.second();
      slow += isSlow ? 1 : 0;
      all++;
      String title = pair.calls() == 1 ? pair.name() : pair.name() + ", " + pair.calls() + " times";
      findings.say("| %s | %s | %s | %.2f | %s |", title, time(pair.first()), time(pair.second()), ratio,
          isSlow ? "slow" : "");
    }
  }

  /**
   * What a launch takes: the median of what kernels that are almost nothing for LLVM take longer on the device.
   */
  private double launch(List<KernelPairs.Pair> pairs) {
    double[] more =
        pairs.stream().filter(pair -> pair.second() < NOTHING_NANOS * pair.calls())
            .mapToDouble(pair -> (pair.first() - pair.second()) / pair.calls()).sorted().toArray();
    double launch = more.length == 0 ? 0 : Math.max(0, more[more.length / 2]);
    findings.say("");
    findings.say("Of each call on the device %s are its launch.", time(launch));
    return launch;
  }

  private Profile profile(String model, int batch, String name) {
    return ProfiledStep.of(
        home.model(model),
        batch,
        RunOptions.usual().threads(),
        name,
        _ -> new Profile.Peak(1, 1, 1));
  }

  private static String time(double nanos) {
    return nanos < 1e6
        ? String.format(Locale.ROOT, "%.1f µs", nanos / 1e3)
        : String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
  }
}
