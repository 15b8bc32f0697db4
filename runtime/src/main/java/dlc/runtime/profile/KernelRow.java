// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.profile;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One call of a kernel in a step.
 *
 * @param name of the kernel, as {@code --emit=kernel} and {@code perf} show it
 * @param parts what was fused into it, in order
 * @param isParallel whether it runs on all threads
 * @param flops the floating-point operations of a call
 * @param bytes read and written by a call, each element once
 * @param nanos the median time of a call
 */
public record KernelRow(
    String name, List<Part> parts, boolean isParallel, long flops, long bytes, double nanos) {

  public KernelRow {
    parts = List.copyOf(parts);
  }

  /**
   * A value that the kernel computes.
   *
   * @param op the mnemonic of what is computed
   * @param file where it comes from; empty where no text says so
   * @param line in that file, from 1
   * @param text of that line
   */
  public record Part(String op, String file, int line, String text) {

    /** {@code model.dl:12}, or nothing. */
    public String place() {
      return file.isEmpty() ? "" : file + ":" + line;
    }
  }

  /** The ops in order, an op that follows itself once. */
  public List<String> ops() {
    return List.copyOf(new LinkedHashSet<>(parts.stream().map(Part::op).toList()));
  }

  /** The places that the parts come from, each once. */
  public Set<Part> places() {
    Set<Part> places = new LinkedHashSet<>();
    for (Part part : parts) {
      if (!part.file().isEmpty()) {
        places.add(new Part("", part.file(), part.line(), part.text()));
      }
    }
    return places;
  }

  /** Operations a second. */
  public double flopRate() {
    return flops * 1e9 / nanos;
  }

  /** Bytes a second. */
  public double byteRate() {
    return bytes * 1e9 / nanos;
  }

  /** Operations for each byte. */
  public double intensity() {
    return (double) flops / Math.max(1, bytes);
  }

  /**
   * The share of what the processor can do at work of this kind, by the roofline model. More bytes
   * than memory gives come from the caches, and are compared with what those give.
   */
  public double share(Profile.Peak peak) {
    boolean fromMemory = byteRate() <= peak.bytes();
    double moved = byteRate() / (fromMemory ? peak.bytes() : peak.cacheBytes());
    return Math.max(flopRate() / peak.flops(), moved);
  }
}
