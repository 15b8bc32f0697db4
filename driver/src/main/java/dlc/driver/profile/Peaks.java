// SPDX-License-Identifier: Apache-2.0
package dlc.driver.profile;

import dlc.base.UserError;
import dlc.cpu.CpuBackend;
import dlc.cpu.Peak;
import dlc.driver.Workbench;
import dlc.ir.kernel.Target;
import dlc.opencl.device.Measurement;
import dlc.runtime.file.AtomicFile;
import dlc.runtime.file.Text;
import dlc.runtime.profile.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this machine can do at most, measured once and kept in a file.
 *
 * <p>A line is {@code CPU VECTOR THREADS FLOPS MEMORY CACHE}: what the code is made for, the bytes
 * of its vectors, the threads, and a second's operations and bytes from memory and from the second
 * cache. The file may be deleted at any time, and lines that make no sense count for nothing.
 *
 * @param file where they are kept
 */
public record Peaks(Path file) {

  /**
   * The peak of what {@code bench} computes on. That of an OpenCL device is measured each time, and
   * what passes its caches is not told from what passes its memory.
   */
  public Profile.Peak of(Workbench bench) {
    if (bench.otherDevice().isEmpty()) {
      return of(bench.processor(), bench.threads());
    }
    Measurement measured = Measurement.of(bench.otherDevice().get());
    double bytes = measured.gigabytes() * 1e9;
    return new Profile.Peak(measured.gigaflops() * 1e9, bytes, bytes);
  }

  /** The peak of {@code target} on {@code threads}: measured where the file has none. */
  private Profile.Peak of(Target target, int threads) {
    String key = "%s %d %d ".formatted(target.cpu(), target.vectorBytes(), threads);
    return known(key).orElseGet(() -> measured(key, target, threads));
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(file);
    } catch (IOException _) {
      return List.of();
    }
  }

  private Optional<Profile.Peak> known(String key) {
    for (String line : lines()) {
      if (line.startsWith(key)) {
        String[] figures = line.substring(key.length()).split(" ", -1);
        try {
          Profile.Peak peak =
              new Profile.Peak(
                  Double.parseDouble(figures[0]),
                  Double.parseDouble(figures[1]),
                  Double.parseDouble(figures[2]));
          if (figures.length == 3 && peak.flops() > 0 && peak.bytes() > 0) {
            return Optional.of(peak);
          }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException _) {
          // A damaged line: it is measured again.
        }
      }
    }
    return Optional.empty();
  }

  private Profile.Peak measured(String key, Target target, int threads) {
    Peak peak;
    try (CpuBackend backend = new CpuBackend(target, threads)) {
      peak = backend.measurePeak();
    }
    List<String> lines = new ArrayList<>(lines());
    lines.removeIf(line -> line.startsWith(key));
    lines.add(key + Text.of("%.4e %.4e %.4e", peak.flops(), peak.bytes(), peak.cacheBytes()));
    keep(String.join("\n", lines) + "\n");
    return new Profile.Peak(peak.flops(), peak.bytes(), peak.cacheBytes());
  }

  /** Writes the file where that is possible; it only saves time. */
  private void keep(String text) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | UserError _) {
      // The folder is read-only, or full.
    }
  }
}
