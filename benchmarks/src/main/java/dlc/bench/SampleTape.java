// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.Workbench;
import dlc.frontend.TrainSection;
import dlc.ir.DType;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.Loaded;
import dlc.runtime.data.Normalization;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes the data of a sample, normalized as it says, for {@code train_peer.cpp} to train on. */
final class SampleTape {

  private final OutputStream out;
  private final Loaded data;

  private SampleTape(OutputStream out, Loaded data) {
    this.out = out;
    this.data = data;
  }

  static void write(Path path, Workbench bench, int epochs) throws IOException {
    Loaded data = bench.data();
    TrainSection section = bench.section();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 20)) {
      new SampleTape(out, data).write(bench.batch(), epochs, section);
    }
  }

  private void write(int batch, int epochs, TrainSection section) throws IOException {
    Dataset training = data.training();
    int tests = data.test().orElseThrow().size();
    line("%d %d %d %d".formatted(training.size(), tests, batch, epochs));
    boolean floatTarget = section.loss().orElse("").startsWith("bce");
    for (Column input : training.inputs()) {
      line("input " + type(input, isFloat(input, training)));
    }
    if (training.target().isPresent()) {
      Column target = training.target().get();
      line("target " + type(target, floatTarget || target.type().dtype().isFloat()));
    }
    line("");
    Optional<Normalization> normalization = section.normalize().map(each -> measured(each));
    for (int i = 0; i < training.inputs().size(); i++) {
      int index = i;
      boolean isFloat = isFloat(training.inputs().get(i), training);
      for (Dataset part : parts()) {
        rows(part, part.inputs().get(index), isFloat, i == 0 ? normalization : Optional.empty());
      }
    }
    for (Dataset part : parts()) {
      if (part.target().isPresent()) {
        Column target = part.target().get();
        boolean isFloat = floatTarget || target.type().dtype().isFloat();
        rows(part, target, isFloat, Optional.empty());
      }
    }
  }

  private List<Dataset> parts() {
    return List.of(data.training(), data.test().orElseThrow());
  }

  /** Bytes are brightness, but in texts they are tokens. */
  private static boolean isFloat(Column input, Dataset dataset) {
    return dataset.vocabulary().isEmpty() && input.type().dtype() != DType.I32;
  }

  private Normalization measured(TrainSection.Normalize normalize) {
    return normalize.measured()
        ? Normalization.measure(data.training())
        : new Normalization(normalize.mean(), normalize.std());
  }

  private static String type(Column column, boolean isFloat) {
    String dims = column.type().dims().stream().map(dim -> " " + dim).collect(Collectors.joining());
    return (isFloat ? "f32" : "i64") + dims;
  }

  private void rows(
      Dataset part, Column column, boolean isFloat, Optional<Normalization> normalization)
      throws IOException {
    int elements = (int) column.type().elements();
    int bytes = isFloat ? Float.BYTES : Long.BYTES;
    ByteBuffer row = ByteBuffer.allocate(elements * bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int sample = 0; sample < part.size(); sample++) {
      row.clear();
      long start = (long) part.row(sample) * elements;
      for (int i = 0; i < elements; i++) {
        if (isFloat) {
          row.putFloat((float) normal(column.asFloat(start + i), i, elements, normalization));
        } else {
          row.putLong((long) column.at(start + i));
        }
      }
      out.write(row.array());
    }
  }

  private static double normal(
      double value, int element, int elements, Optional<Normalization> normalization) {
    if (normalization.isEmpty()) {
      return value;
    }
    List<Double> means = normalization.get().mean();
    int channel = element / (elements / means.size());
    return (value - means.get(channel)) / normalization.get().std().get(channel);
  }

  private void line(String text) throws IOException {
    out.write((text + "\n").getBytes(StandardCharsets.US_ASCII));
  }
}
