// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.UserError;
import dlc.frontend.ProgramOptions;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.data.Column;
import dlc.runtime.data.Sources;
import dlc.runtime.train.Task;
import java.util.ArrayList;
import java.util.List;

/** Predicts on files and numbers as a user names them, with the weights that the bench has. */
public final class SamplePredictor {

  private static final int LARGEST_BATCH = 64;
  private static final String ENTRY = "predict";

  private final Workbench bench;
  private final ProgramOptions options;
  private final Tasks.Link link;
  private final List<String> classes;

  private SamplePredictor(Workbench bench, Tasks.Link link, List<String> classes) {
    this.bench = bench;
    this.options = bench.normalized();
    this.link = link;
    this.classes = classes;
  }

  public static SamplePredictor of(Workbench bench) {
    return new SamplePredictor(bench, link(bench), classes(bench, bench.task()));
  }

  /** What makes probabilities of the output, if anything does. */
  static Tasks.Link link(Workbench bench) {
    Task task = bench.task();
    // Outputs that are classes at many places are given as they are.
    boolean plain = task instanceof Task.Classes && bench.output().type().rank() != 1;
    return plain ? Tasks.Link.NONE : Tasks.link(bench.model().comparison());
  }

  /** What the classes are called, where they are and where that is known. */
  static List<String> classes(Workbench bench, Task task) {
    if (!(task instanceof Task.Classes)) {
      return List.of();
    }
    try {
      return Sources.classNames(bench.source(), bench.paths());
    } catch (UserError _) {
      return List.of(); // the data are not at hand: classes are numbers
    }
  }

  /** Reads {@code input}, a file or numbers, and predicts on all of its samples. */
  public List<Prediction> predict(String input) {
    return predict(new SampleReader(bench).read(input));
  }

  public List<Prediction> predict(Samples samples) {
    int batch = Math.min(samples.size(), LARGEST_BATCH);
    Executable model = bench.session().specialized(options.withBatch(batch));
    List<Prediction> predictions = new ArrayList<>();
    for (int start = 0; start < samples.size(); start += batch) {
      int count = Math.min(batch, samples.size() - start);
      fill(model, samples, start, count);
      model.run(ENTRY);
      model.fetch(ENTRY, bench.output().name());
      for (int i = 0; i < count; i++) {
        predictions.add(prediction(model, samples.names().get(start + i), i));
      }
    }
    return predictions;
  }

  private void fill(Executable model, Samples samples, int start, int count) {
    List<String> inputs = List.copyOf(bench.inputs().keySet());
    for (int c = 0; c < inputs.size(); c++) {
      TensorType type = model.type(ENTRY, inputs.get(c));
      for (int i = 0; i < count; i++) {
        samples
            .columns()
            .get(c)
            .copyRow(start + i, model.slot(ENTRY, inputs.get(c)), type.dtype(), i);
      }
    }
  }

  private Prediction prediction(Executable model, String name, int row) {
    String output = bench.output().name();
    TensorType type = model.type(ENTRY, output);
    TensorType one = TensorType.of(type.dtype(), type.dims().subList(1, type.rank()));
    Column column = new Column(output, one, model.slot(ENTRY, output));
    List<Double> values = new ArrayList<>();
    for (long i = 0; i < one.elements(); i++) {
      values.add(column.at(row * one.elements() + i));
    }
    return Prediction.of(name, values, link, classes);
  }
}
