// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.Span;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import dlc.runtime.file.NumberArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Counts which units of the ReLUs of a model give something other than 0 for some sample. */
final class DeadUnits {

  /** Some units are silent in healthy networks; more than this share are not. */
  private static final double MOST_SILENT = 0.5;

  private static final String NAME = "@positive";

  /** What one ReLU did: {@code positive} has a number for each element of a sample. */
  private static final class Layer {
    private final Value value;
    private final double[] positive;

    private Layer(Value value, int elements) {
      this.value = value;
      this.positive = new double[elements];
    }
  }

  /** Of so many units, so many gave nothing. */
  private record Silence(int units, int silent) {
    double share() {
      return (double) silent / units;
    }
  }

  private final List<Layer> layers = new ArrayList<>();
  private int samples;

  DeadUnits(List<Value> rectified) {
    for (Value value : rectified) {
      int batch = value.type().rank() == 0 ? 1 : value.type().dim(0);
      int elements = (int) (value.type().elements() / batch);
      layers.add(new Layer(value, elements));
    }
  }

  /** Whether {@code value} is a ReLU, or {@code max(x, 0)}. */
  static boolean isRectified(Value value) {
    if (value.type().rank() < 2) {
      return false;
    }
    return value.op() == Elementwise.RELU
        || (value.op() == Elementwise.MAX && value.operands().stream().anyMatch(DeadUnits::isZero));
  }

  private static boolean isZero(Value value) {
    return switch (value.op()) {
      case Leaf.Constant constant -> constant.isAll(0);
      case Layout.Broadcast _ -> isZero(value.operand(0));
      default -> false;
    };
  }

  void addTo(Map<String, Value> shown, Probe.Figures figures) {
    for (int i = 0; i < layers.size(); i++) {
      shown.put(NAME + i, figures.countPositive(layers.get(i).value));
    }
  }

  void count(Probe probe, int batch) {
    samples += batch;
    for (int i = 0; i < layers.size(); i++) {
      NumberArray counts = probe.read(NAME + i);
      double[] positive = layers.get(i).positive;
      for (int element = 0; element < positive.length; element++) {
        positive[element] += counts.at(element);
      }
    }
  }

  /** A warning for each place of the program at which most units are silent. */
  List<Diagnostic> warnings() {
    Map<Span, Silence> worst = new LinkedHashMap<>();
    for (Layer layer : layers) {
      worst.merge(layer.value.span(), silence(layer), (a, b) -> a.share() >= b.share() ? a : b);
    }
    List<Diagnostic> warnings = new ArrayList<>();
    worst.forEach(
        (span, silence) -> {
          if (silence.units > 1 && silence.share() > MOST_SILENT) {
            warnings.add(warning(span, silence));
          }
        });
    return warnings;
  }

  private Diagnostic warning(Span span, Silence silence) {
    String text =
        silence.silent == silence.units
            ? "a dead ReLU: its output is 0 for all of %,d samples".formatted(samples)
            : "a dying ReLU: %,d of its %,d units give 0 for all of %,d samples"
                .formatted(silence.silent, silence.units, samples);
    return Code.DEAD_RELU
        .at(span, text)
        .withLabel("no gradient gets through where the output is 0")
        .withHelp(
            "lower the learning rate, normalize the data, look at the biases before it, or use"
                + " leaky_relu or gelu");
  }

  /**
   * Units are channels, which are the first dimension of a sample or, in sequences, the last:
   * whichever has more silent ones.
   */
  private static Silence silence(Layer layer) {
    List<Integer> dims = layer.value.type().dims().subList(1, layer.value.type().rank());
    int first = dims.getFirst();
    int last = dims.getLast();
    int each = layer.positive.length / first;
    Silence byFirst =
        new Silence(
            first,
            (int)
                IntStream.range(0, first)
                    .filter(
                        unit ->
                            IntStream.range(0, each)
                                .allMatch(i -> layer.positive[unit * each + i] == 0))
                    .count());
    Silence byLast =
        new Silence(
            last,
            (int)
                IntStream.range(0, last)
                    .filter(
                        unit ->
                            IntStream.range(0, layer.positive.length / last)
                                .allMatch(i -> layer.positive[i * last + unit] == 0))
                    .count());
    return byFirst.share() >= byLast.share() ? byFirst : byLast;
  }
}
