// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** An entry point for one batch size, with the places of its inputs and results looked up. */
final class Step {

  /** The entry point in which a model learns. */
  static final String TRAIN = "train_step";

  /** The entry point that only sums gradients up. */
  static final String ACCUMULATE = "accumulate_step";

  /** The entry point in which a model is measured. */
  static final String EVAL = "eval_step";

  private static final String LOSS = "loss";
  private static final String RATE = "lr";

  /** Where the program takes a column of the data. */
  private record Place(MemorySegment memory, DType dtype) {}

  private final Executable executable;
  private final String entry;
  private final int batch;
  private final List<Place> places = new ArrayList<>();
  private final Steering steering;
  private final Place loss;
  private final Column outputs;
  private final Optional<MemorySegment> rate;
  private int begun;
  private int room;

  Step(Executable executable, String entry, int batch, String output, Dataset dataset) {
    this.executable = executable;
    this.entry = entry;
    this.batch = batch;
    this.steering = Steering.of(executable, entry);
    for (Column column : columns(dataset)) {
      TensorType type = executable.type(entry, column.name());
      if (type.elements() != batch * column.type().elements()) {
        throw new IllegalStateException(
            "%s takes %s as %s, the data have %s per sample and %d samples"
                .formatted(entry, column.name(), type, column.type(), batch));
      }
      places.add(new Place(executable.slot(entry, column.name()), type.dtype()));
    }
    this.loss = new Place(executable.slot(entry, LOSS), executable.type(entry, LOSS).dtype());
    TensorType type = executable.type(entry, output);
    TensorType perSample = TensorType.of(type.dtype(), type.dims().subList(1, type.rank()));
    this.outputs = new Column(output, perSample, executable.slot(entry, output));
    this.rate = executable.result(entry, RATE);
  }

  /** What steers the step. */
  Steering steering() {
    return steering;
  }

  /** Runs on the samples {@code order[start]} and following of {@code dataset}; gives the loss. */
  double run(Dataset dataset, int[] order, int start) {
    start(dataset, order, start);
    executable.fetch(entry, LOSS);
    return loss();
  }

  /**
   * What a run gave.
   *
   * @param rate the learning rate that was in force, where the program changes it
   * @param outputs a row for each sample; valid until the next run or the next that is recalled
   */
  record Outcome(double loss, OptionalDouble rate, Column outputs) {}

  /** The same without waiting for the end; gives the number of the run, to recall it by. */
  int begin(Dataset dataset, int[] order, int start) {
    start(dataset, order, start);
    List<String> names = new ArrayList<>(List.of(LOSS, outputs.name()));
    rate.ifPresent(_ -> names.add(RATE));
    room = 1 + executable.keep(entry, names);
    return begun++;
  }

  /** How many runs can be begun before the first of them is recalled. */
  int room() {
    return room;
  }

  /** Waits for the end of the run with that number. */
  Outcome recall(int run) {
    executable.recall(entry, begun - 1 - run);
    OptionalDouble inForce =
        rate.isPresent()
            ? OptionalDouble.of(rate.get().get(JAVA_DOUBLE, 0))
            : OptionalDouble.empty();
    return new Outcome(loss(), inForce, outputs);
  }

  private void start(Dataset dataset, int[] order, int start) {
    List<Column> columns = columns(dataset);
    for (int c = 0; c < places.size(); c++) {
      Place place = places.get(c);
      Column column = columns.get(c);
      for (int i = 0; i < batch; i++) {
        column.copyRow(dataset.row(order[start + i]), place.memory, place.dtype, i);
      }
    }
    executable.run(entry);
  }

  private double loss() {
    return loss.dtype == DType.F64
        ? loss.memory.get(JAVA_DOUBLE, 0)
        : loss.memory.get(JAVA_FLOAT, 0);
  }

  /** The outputs of the last run, a row for each sample. */
  Column outputs() {
    executable.fetch(entry, outputs.name());
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
