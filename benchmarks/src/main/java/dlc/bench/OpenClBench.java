// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.RunOptions;
import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.nio.file.Path;
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

  /** Below this a kernel of the device is all launching. */
  private static final double LEAST_NANOS = 2_000;

  private final Path models;
  private final String device;
  private int slow;
  private int all;

  private OpenClBench(Path models, String device) {
    this.models = models;
    this.device = device;
  }

  /** Takes the folder {@code benchmarks}, then cases such as M2:32 and {@code --device NAME}. */
  public static void main(String[] arguments) {
    List<String> cases = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
    int named = cases.indexOf("--device");
    String device = "opencl";
    if (named >= 0) {
      device = cases.get(named + 1);
      cases.subList(named, named + 2).clear();
    }
    OpenClBench bench = new OpenClBench(Path.of(arguments[0], "models"), device);
    for (String each : cases.isEmpty() ? USUAL : cases) {
      bench.compare(each);
    }
    say("%d of %d kernels take more than %.0f times as long", bench.slow, bench.all, MOST);
  }

  private static void say(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }

  private void compare(String name) {
    String[] words = name.split(":", -1);
    int batch = Integer.parseInt(words[1]);
    Profile llvm = profile(words[0], batch, "cpu");
    Profile opencl = profile(words[0], batch, device);
    say("%n## %s, batch %d: %s on the device, %s by LLVM on %d threads", words[0], batch,
        time(opencl.stepNanos()), time(llvm.stepNanos()), llvm.threads());
    say("%n| kernel | device | LLVM | ratio | |%n| --- | ---: | ---: | ---: | --- |");
    List<Group> expected = groups(llvm);
    List<Group> actual = groups(opencl);
    for (int i = 0; i < actual.size(); i++) {
      double ratio = actual.get(i).nanos / expected.get(i).nanos;
      boolean isSlow = ratio > MOST && actual.get(i).nanos > LEAST_NANOS;
      slow += isSlow ? 1 : 0;
      all++;
      say("| %s | %s | %s | %.2f | %s |", actual.get(i).name, time(actual.get(i).nanos),
          time(expected.get(i).nanos), ratio, isSlow ? "slow" : "");
    }
  }

  /** A kernel with the copies of its operands that were made for it. */
  private record Group(String name, double nanos) {}

  private static List<Group> groups(Profile profile) {
    List<Group> groups = new ArrayList<>();
    double staging = 0;
    for (KernelRow row : profile.kernels()) {
      if (row.name().endsWith("_stage")) {
        staging += row.nanos();
      } else {
        groups.add(new Group(row.name().replaceFirst("^k\\d+_", ""), row.nanos() + staging));
        staging = 0;
      }
    }
    return groups;
  }

  private Profile profile(String model, int batch, String name) {
    return ProfiledStep.of(
        models.resolve(model + ".dl"),
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
