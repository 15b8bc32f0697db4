// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Mean and standard deviation of each channel, that is of each index of a sample's first dimension.
 */
public record Normalization(List<Double> mean, List<Double> std) {

  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** Measures the first input of {@code training}; a channel that never varies gets std 1. */
  public static Normalization measure(Dataset training) {
    Column column = training.inputs().getFirst();
    List<Integer> dims = column.type().dims();
    int channels = dims.isEmpty() ? 1 : dims.getFirst();
    List<Double> mean = new ArrayList<>();
    List<Double> std = new ArrayList<>();
    boolean isBytes =
        column.type().dtype() == DType.U8 && column.stride() == column.type().elements();
    List<Moments> all =
        isBytes ? ofBytes(training, column, channels) : ofNumbers(training, column, channels);
    for (Moments moments : all) {
      mean.add(moments.mean);
      std.add(moments.variance > 0 ? Math.sqrt(moments.variance) : 1);
    }
    return new Normalization(mean, std);
  }

  private record Moments(double mean, double variance) {}

  /** Sums of whole numbers, which are the same in any order: images are decoded in parallel. */
  private static List<Moments> ofBytes(Dataset data, Column column, int channels) {
    long[] sums =
        IntStream.range(0, data.size())
            .parallel()
            .mapToObj(sample -> sums(column.row(data.row(sample)), channels))
            .reduce(new long[2 * channels], Normalization::plus);
    double count = (double) data.size() * column.type().elements() / channels;
    List<Moments> moments = new ArrayList<>();
    for (int channel = 0; channel < channels; channel++) {
      double mean = sums[2 * channel] / count;
      double variance = sums[2 * channel + 1] / count - mean * mean;
      moments.add(new Moments(mean / 255, variance / (255 * 255)));
    }
    return moments;
  }

  /** For each channel of a row the sum of its values, and that of their squares. */
  private static long[] sums(MemorySegment row, int channels) {
    long[] sums = new long[2 * channels];
    long size = row.byteSize() / channels;
    for (long i = 0; i < row.byteSize(); i++) {
      int channel = (int) (i / size);
      int value = row.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
      sums[2 * channel] += value;
      sums[2 * channel + 1] += (long) value * value;
    }
    return sums;
  }

  private static long[] plus(long[] a, long[] b) {
    long[] sum = new long[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  private static List<Moments> ofNumbers(Dataset data, Column column, int channels) {
    return IntStream.range(0, channels)
        .mapToObj(channel -> ofNumbers(data, column, channel, channels))
        .toList();
  }

  private static Moments ofNumbers(Dataset data, Column column, int channel, int channels) {
    long elements = column.type().elements();
    long size = elements / channels;
    double count = 0;
    double mean = 0;
    double deviation = 0;
    for (int sample = 0; sample < data.size(); sample++) {
      long start = data.row(sample) * elements + channel * size;
      for (long i = start; i < start + size; i++) {
        count++;
        double value = column.at(i);
        double before = value - mean;
        mean += before / count;
        deviation += before * (value - mean);
      }
    }
    return new Moments(mean, deviation / count);
  }
}
