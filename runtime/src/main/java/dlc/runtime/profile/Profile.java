// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.profile;

import java.util.List;

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
  public record Peak(double flops, double bytes, double cacheBytes) {}

  /** The samples of a second. */
  public double samplesPerSecond() {
    return batch * 1e9 / stepNanos;
  }
}
