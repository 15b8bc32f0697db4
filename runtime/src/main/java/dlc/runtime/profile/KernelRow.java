// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.profile;

import dlc.runtime.file.Text;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The calls of a kernel in a step.
 *
 * @param name of the kernel, as {@code --emit=kernel} and {@code perf} show it
 * @param parts what was fused into it, in order
 * @param isParallel whether it runs on all threads
 * @param calls how many they are
 * @param flops the floating-point operations of all of them
 * @param bytes read and written by all of them, in each call each element once
 * @param nanos the time of all of them, each call's the median of the steps
 */
public record KernelRow(
    String name,
    List<Part> parts,
    boolean isParallel,
    int calls,
    long flops,
    long bytes,
    double nanos) {

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

  /** These calls and {@code other} ones of the same kernel. */
  KernelRow and(KernelRow other) {
    return new KernelRow(
        name,
        parts,
        isParallel,
        calls + other.calls,
        flops + other.flops,
        bytes + other.bytes,
        nanos + other.nanos);
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

  /** Whether it moves more bytes than memory gives, so that they come from caches. */
  public boolean isInCache(Profile.Peak peak) {
    return byteRate() > peak.bytes();
  }

  /** Its share of what memory gives, such as {@code 83%}, or that its data are in caches. */
  public String shareOfMemory(Profile.Peak peak) {
    return isInCache(peak) ? "in cache" : Text.of("%.0f%%", 100 * byteRate() / peak.bytes());
  }

  /**
   * The share of what the processor can do at work of this kind, by the roofline model. Bytes that
   * come from caches are compared with what those give.
   */
  public double share(Profile.Peak peak) {
    double moved = byteRate() / (isInCache(peak) ? peak.cacheBytes() : peak.bytes());
    return Math.max(flopRate() / peak.flops(), moved);
  }
}
