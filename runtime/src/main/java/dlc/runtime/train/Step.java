// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An entry point for one batch size, with the places of its inputs and results looked up. */
final class Step {

  /** Where the program takes a column of the data. */
  private record Place(MemorySegment memory, DType dtype) {}

  /** Where the program takes the scalars that steer training. */
  private record Steering(MemorySegment seed, MemorySegment step, Place lr) {}

  private final Executable executable;
  private final String entry;
  private final int batch;
  private final List<Place> places = new ArrayList<>();
  private final Optional<Steering> steering;
  private final Place loss;
  private final Column outputs;

  /** The step in which a model learns. */
  static Step train(Executable executable, int batch, String output, Dataset dataset) {
    String entry = "train_step";
    Steering steering =
        new Steering(
            executable.slot(entry, "seed"),
            executable.slot(entry, "step"),
            new Place(executable.slot(entry, "lr"), executable.type(entry, "lr").dtype()));
    return new Step(executable, entry, batch, output, dataset, Optional.of(steering));
  }

  /** The step in which a model is measured. */
  static Step eval(Executable executable, int batch, String output, Dataset dataset) {
    return new Step(executable, "eval_step", batch, output, dataset, Optional.empty());
  }

  private Step(
      Executable executable,
      String entry,
      int batch,
      String output,
      Dataset dataset,
      Optional<Steering> steering) {
    this.executable = executable;
    this.entry = entry;
    this.batch = batch;
    this.steering = steering;
    for (Column column : columns(dataset)) {
      TensorType type = executable.type(entry, column.name());
      if (type.elements() != batch * column.type().elements()) {
        throw new IllegalStateException(
            "%s takes %s as %s, the data have %s per sample and %d samples"
                .formatted(entry, column.name(), type, column.type(), batch));
      }
      places.add(new Place(executable.slot(entry, column.name()), type.dtype()));
    }
    this.loss = new Place(executable.slot(entry, "loss"), executable.type(entry, "loss").dtype());
    TensorType type = executable.type(entry, output);
    TensorType perSample = TensorType.of(type.dtype(), type.dims().subList(1, type.rank()));
    this.outputs = new Column(output, perSample, executable.slot(entry, output));
  }

  /** Sets the scalars that steer a training step. */
  void steer(int seed, long step, double lr) {
    Steering slots = steering.orElseThrow();
    slots.seed.set(JAVA_INT, 0, seed);
    slots.step.set(JAVA_INT, 0, (int) step);
    if (slots.lr.dtype == DType.F64) {
      slots.lr.memory.set(JAVA_DOUBLE, 0, lr);
    } else {
      slots.lr.memory.set(JAVA_FLOAT, 0, (float) lr);
    }
  }

  /** Runs on the samples {@code order[start]} and following of {@code dataset}; gives the loss. */
  double run(Dataset dataset, int[] order, int start) {
    List<Column> columns = columns(dataset);
    for (int c = 0; c < places.size(); c++) {
      Place place = places.get(c);
      Column column = columns.get(c);
      for (int i = 0; i < batch; i++) {
        column.copyRow(dataset.row(order[start + i]), place.memory, place.dtype, i);
      }
    }
    executable.run(entry);
    return loss.dtype == DType.F64
        ? loss.memory.get(JAVA_DOUBLE, 0)
        : loss.memory.get(JAVA_FLOAT, 0);
  }

  /** The outputs of the last run, a row for each sample. */
  Column outputs() {
    return outputs;
  }

  Executable executable() {
    return executable;
  }

  private static List<Column> columns(Dataset dataset) {
    List<Column> columns = new ArrayList<>(dataset.inputs());
    dataset.target().ifPresent(columns::add);
    return columns;
  }
}
