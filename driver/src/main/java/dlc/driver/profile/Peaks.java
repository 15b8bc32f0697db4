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

  /**
   * {@code profile} beside a peak that no kernel of it exceeds. One that does shows that the
   * machine was busy when the peak was measured: it is measured again, and the better of both is
   * kept.
   */
  public Profile corrected(Profile profile, Workbench bench) {
    Profile.Peak peak = profile.peak();
    if (profile.fastest() <= peak.flops()) {
      return profile;
    }
    if (bench.otherDevice().isEmpty()) {
      peak = peak.or(measured(bench.processor(), bench.threads()));
      keep(bench.processor(), bench.threads(), peak);
    }
    return profile.beside(peak.atLeast(profile.fastest()));
  }

  /** The peak of {@code target} on {@code threads}: measured where the file has none. */
  private Profile.Peak of(Target target, int threads) {
    Optional<Profile.Peak> known = known(key(target, threads));
    if (known.isPresent()) {
      return known.get();
    }
    Profile.Peak peak = measured(target, threads);
    keep(target, threads, peak);
    return peak;
  }

  private static String key(Target target, int threads) {
    return "%s %d %d ".formatted(target.cpu(), target.vectorBytes(), threads);
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

  private static Profile.Peak measured(Target target, int threads) {
    try (CpuBackend backend = new CpuBackend(target, threads)) {
      Peak peak = backend.measurePeak();
      return new Profile.Peak(peak.flops(), peak.bytes(), peak.cacheBytes());
    }
  }

  /** Writes the file where that is possible; it only saves time. */
  private void keep(Target target, int threads, Profile.Peak peak) {
    String key = key(target, threads);
    List<String> lines = new ArrayList<>(lines());
    lines.removeIf(line -> line.startsWith(key));
    lines.add(key + Text.of("%.4e %.4e %.4e", peak.flops(), peak.bytes(), peak.cacheBytes()));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      String text = String.join("\n", lines) + "\n";
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | UserError _) {
      // The folder is read-only, or full.
    }
  }
}
