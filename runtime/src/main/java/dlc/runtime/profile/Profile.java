// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.profile;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the time of an entry point goes, kernel by kernel in the order of their calls.
 *
 * @param model the name of the model
 * @param program the file it is in
 * @param entry the entry point
 * @param batch the samples in a step
 * @param threads that compute
 * @param cpu what the code is made for
 * @param steps how many were measured
 * @param stepNanos the median time of a step, from the first kernel to the end of the last
 * @param peak what the processor can do
 * @param kernels one for each call of a kernel
 * @param stamps of the last steps: when each kernel began, and the last one ended, in nanoseconds
 *     of some clock
 */
public record Profile(
    String model,
    String program,
    String entry,
    int batch,
    int threads,
    String cpu,
    int steps,
    double stepNanos,
    Peak peak,
    List<KernelRow> kernels,
    List<List<Long>> stamps) {

  public Profile {
    kernels = List.copyOf(kernels);
    stamps = stamps.stream().map(List::copyOf).toList();
  }

  /**
   * What the processor can do on the threads of the run.
   *
   * @param flops a second
   * @param bytes read from memory in a second
   * @param cacheBytes read from the second cache in a second
   */
  public record Peak(double flops, double bytes, double cacheBytes) {

    /** The better of two measurements: whatever else the processor does makes it seem worse. */
    public Peak or(Peak other) {
      return new Peak(
          Math.max(flops, other.flops),
          Math.max(bytes, other.bytes),
          Math.max(cacheBytes, other.cacheBytes));
    }

    /** The same of a processor that was seen doing {@code seen} operations a second. */
    public Peak atLeast(double seen) {
      return new Peak(Math.max(flops, seen), bytes, cacheBytes);
    }
  }

  /**
   * The calls of each kernel together, in the order of their first ones: a scan calls its kernels
   * once for each step. A kernel that several lines of the program share is listed for each.
   */
  public List<KernelRow> byKernel() {
    Map<List<Object>, KernelRow> rows = new LinkedHashMap<>();
    for (KernelRow call : kernels) {
      rows.merge(List.of(call.name(), call.places()), call, KernelRow::and);
    }
    return List.copyOf(rows.values());
  }

  /** {@link #byKernel}, those that take longest first. */
  public List<KernelRow> slowestFirst() {
    return byKernel().stream()
        .sorted(Comparator.comparingDouble((KernelRow row) -> -row.nanos()))
        .toList();
  }

  /** The most operations a second of any kernel. */
  public double fastest() {
    return byKernel().stream().mapToDouble(KernelRow::flopRate).max().orElse(0);
  }

  /** The same beside another peak. */
  public Profile beside(Peak other) {
    return new Profile(
        model, program, entry, batch, threads, cpu, steps, stepNanos, other, kernels, stamps);
  }

  /** The samples of a second. */
  public double samplesPerSecond() {
    return batch * 1e9 / stepNanos;
  }
}
