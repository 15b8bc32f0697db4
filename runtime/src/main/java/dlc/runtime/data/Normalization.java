// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.DType;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

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
    for (int channel = 0; channel < channels; channel++) {
      Moments moments =
          column.type().dtype() == DType.U8 && column.stride() == column.type().elements()
              ? ofBytes(training, column, channel, channels)
              : ofNumbers(training, column, channel, channels);
      mean.add(moments.mean);
      std.add(moments.variance > 0 ? Math.sqrt(moments.variance) : 1);
    }
    return new Normalization(mean, std);
  }

  private record Moments(double mean, double variance) {}

  private static Moments ofBytes(Dataset data, Column column, int channel, int channels) {
    long elements = column.type().elements();
    long size = elements / channels;
    long sum = 0;
    long squares = 0;
    for (int sample = 0; sample < data.size(); sample++) {
      long start = data.row(sample) * elements + channel * size;
      for (long i = start; i < start + size; i++) {
        int value = column.values().get(ValueLayout.JAVA_BYTE, i) & 0xFF;
        sum += value;
        squares += (long) value * value;
      }
    }
    double count = (double) data.size() * size;
    double mean = sum / count;
    return new Moments(mean / 255, (squares / count - mean * mean) / (255 * 255));
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
