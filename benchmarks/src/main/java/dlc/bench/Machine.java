// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What Linux says of this machine. */
final class Machine {

  private static final Path CPU = Path.of("/proc/cpuinfo");
  private static final Path LOAD = Path.of("/proc/loadavg");

  private Machine() {}

  /** The processor's name, family and model: the name alone says little of a virtual one. */
  static String cpu() {
    String name = field("model name").orElse("unknown").replaceAll("\\((R|TM)\\)", "");
    return field("cpu family")
        .flatMap(family -> field("model").map(model -> name + " " + family + "." + model))
        .orElse(name);
  }

  /** Whether the processor has this feature. */
  static boolean has(String feature) {
    return field("flags")
        .filter(all -> Arrays.asList(all.split(" ")).contains(feature))
        .isPresent();
  }

  /** The largest resident size that a process had so far, in kB; 0 when it has ended. */
  static long peakMemory(long pid) {
    return lines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  /** How many processes wanted to run, on average over 1, 5 and 15 minutes. */
  static String load() {
    return lines(LOAD).stream()
        .findFirst()
        .map(line -> line.replaceFirst("(\\S+ \\S+ \\S+).*", "$1"))
        .orElse("unknown");
  }

  private static Optional<String> field(String name) {
    return lines(CPU).stream()
        .filter(line -> line.matches(name + "\\s*:.*"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException _) {
      return List.of();
    }
  }
}
