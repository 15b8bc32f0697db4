// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.frontend.CheckedModel;
import dlc.ir.TensorType;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.StopFlag;
import dlc.runtime.train.TrainListener;
import dlc.runtime.train.Weights;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A model for Java programs to train and to use.
 *
 * <pre>
 * try (Dlc model = Dlc.load(Path.of("digits.dl"))) {
 *   model.train();
 *   model.save(Path.of("digits.safetensors"));
 *   Prediction prediction = model.predict(pixels);
 * }
 * </pre>
 *
 * <p>Mistakes in the program are a {@link dlc.base.CompilationFailed}, other mistakes of users a
 * {@link dlc.base.UserError}. A model is used by one thread at a time.
 */
public final class Dlc implements AutoCloseable {

  private final Workbench bench;
  private Optional<Predictor> predictor = Optional.empty();
  private boolean hasWeights;

  private Dlc(Workbench bench) {
    this.bench = bench;
  }

  /** Compiles the program at {@code file} as it is. */
  public static Dlc load(Path file) {
    return load(file, RunOptions.usual(), Map.of());
  }

  /**
   * Compiles the program at {@code file}.
   *
   * @param params new values for its params
   */
  public static Dlc load(Path file, RunOptions options, Map<String, String> params) {
    return new Dlc(Workbench.open(ModelFile.load(file, params), options));
  }

  /** Inputs, outputs, weights and layers. */
  public CheckedModel model() {
    return bench.model();
  }

  /** Trains from the beginning, as the program says. */
  public FinalReport train() {
    return train(TrainLimits.NONE, TrainListener.NONE, new StopFlag());
  }

  /** Trains from the beginning until all is done or {@code stop} is requested. */
  public FinalReport train(TrainLimits limits, TrainListener listener, StopFlag stop) {
    FinalReport report = Training.of(bench, limits, _ -> {}).run(listener, stop);
    hasWeights = true;
    return report;
  }

  /** Reads weights from a safetensors file. */
  public void loadWeights(Path file) {
    Weights.load(bench.state(), file);
    hasWeights = true;
  }

  /** Writes the weights to a safetensors file, under the names that PyTorch gives them. */
  public void save(Path file) {
    requireWeights();
    bench.save(file);
  }

  /** What the model makes of one sample; all elements of its input, in row-major order. */
  public Prediction predict(float[] sample) {
    requireWeights();
    Map<String, TensorType> inputs = bench.inputs();
    if (inputs.size() != 1) {
      throw new IllegalArgumentException("the model has the inputs " + inputs.keySet());
    }
    TensorType type = inputs.values().iterator().next();
    if (sample.length != type.elements()) {
      throw new IllegalArgumentException(
          "%d elements for an input of type %s".formatted(sample.length, type));
    }
    TensorType stored = type.withDType(dlc.ir.DType.F32);
    return predictor().predict(Samples.of("sample", stored, sample)).getFirst();
  }

  private Predictor predictor() {
    if (predictor.isEmpty()) {
      predictor = Optional.of(Predictor.of(bench));
    }
    return predictor.get();
  }

  private void requireWeights() {
    if (!hasWeights) {
      throw new IllegalStateException("the model has no weights: call train or loadWeights first");
    }
  }

  @Override
  public void close() {
    bench.close();
  }
}
