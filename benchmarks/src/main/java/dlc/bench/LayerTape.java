// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.frontend.elaborate.Outline;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What passes between dlc and PyTorch for one layer: the same function of the same numbers one way,
 * what PyTorch makes of them the other way.
 */
final class LayerTape {

  private final LayerCase layer;
  private final Executable model;
  private final List<Outline.Variable> variables;
  private final String entry;

  LayerTape(LayerCase layer, DlcContender dlc) {
    this.layer = layer;
    this.model = dlc.model();
    this.variables = dlc.bench().model().variables();
    this.entry = dlc.prepare(Work.TRAIN);
  }

  /** Writes what {@code peer/layer.h} reads. */
  void write(Path file) throws IOException {
    StringBuilder head = new StringBuilder();
    List<String> parameters = new ArrayList<>(List.of(LayerCase.INPUT));
    TensorType input = model.type(entry, LayerCase.INPUT);
    head.append(line(input, input.dtype().isFloat()));
    for (Outline.Variable variable : variables) {
      head.append(line(variable.type(), variable.trained()));
      parameters.add(variable.name().substring(LayerCase.LABEL.length()).replaceAll("\\W", "_"));
    }
    TensorType upstream = model.type(entry, LayerCase.UPSTREAM);
    head.append(line(upstream.withDType(DType.F32), false));
    head.append(layer.script(parameters, true)).append(layer.script(parameters, false));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(head.toString().getBytes(StandardCharsets.UTF_8));
      out.write(TapeBytes.of(model, entry, LayerCase.INPUT));
      for (Outline.Variable variable : variables) {
        out.write(model.state(variable.name()).toArray(ValueLayout.JAVA_BYTE));
      }
      out.write(means(model.slot(entry, LayerCase.UPSTREAM)));
    }
  }

  private static String line(TensorType type, boolean wantsGradient) {
    StringBuilder line = new StringBuilder("tensor ");
    line.append(type.dtype().isFloat() ? "float" : "long");
    line.append(wantsGradient ? " grad" : " fixed");
    type.dims().forEach(dim -> line.append(' ').append(dim));
    return line.append('\n').toString();
  }

  /** The factors of the loss, which is a mean over the batch. */
  private byte[] means(MemorySegment ints) {
    int[] values = ints.toArray(ValueLayout.JAVA_INT);
    ByteBuffer buffer = TapeBytes.buffer(values.length * Float.BYTES);
    for (int value : values) {
      buffer.putFloat((float) value / layer.batch());
    }
    return buffer.array();
  }

  /**
   * The largest difference between what {@code file} holds and what dlc computes, of the output and
   * all gradients, relative to the largest element of each.
   */
  double difference(Path file) throws IOException {
    double worst = 0;
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      for (String result : results()) {
        MemorySegment ours = model.slot(entry, result);
        byte[] theirs = in.readNBytes(Math.toIntExact(ours.byteSize()));
        worst = Math.max(worst, difference(ours, MemorySegment.ofArray(theirs)));
      }
      if (in.read() >= 0) {
        throw new IllegalStateException("PyTorch gave more than dlc for " + layer.dl());
      }
    }
    return worst;
  }

  /** The output, then the gradients in the order of the tape. */
  private List<String> results() {
    List<String> names = new ArrayList<>(List.of("output"));
    if (model.type(entry, LayerCase.INPUT).dtype().isFloat()) {
      names.add("grad." + LayerCase.INPUT);
    }
    variables.stream()
        .filter(Outline.Variable::trained)
        .forEach(variable -> names.add("grad." + variable.name()));
    return names;
  }

  private static double difference(MemorySegment ours, MemorySegment theirs) {
    double largest = 0;
    double worst = 0;
    for (long i = 0; i < theirs.byteSize() / Float.BYTES; i++) {
      float expected = theirs.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES);
      float found = ours.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      largest = Math.max(largest, Math.abs(expected));
      worst = Math.max(worst, Math.abs(found - expected));
    }
    return worst == 0 ? 0 : worst / largest;
  }
}
