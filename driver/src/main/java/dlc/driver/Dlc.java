// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Diagnostic;
import dlc.frontend.CheckedModel;
import dlc.runtime.train.Figures;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model for Java programs to train and to use.
 *
 * <pre>
 * try (Dlc model = Dlc.compile(Path.of("digits.dl"))) {
 *   model.training().epochs(3).train();
 *   model.save(Path.of("digits.safetensors"));
 *   try (Predictor predictor = model.predictor(32)) {
 *     float[] scores = predictor.predict(pixels);
 *   }
 * }
 * </pre>
 *
 * <p>Mistakes in the program are a {@link dlc.base.CompilationFailed}, other mistakes of users a
 * {@link dlc.base.UserError}. Nothing is printed, and closing frees all memory. A model is used by
 * one thread at a time; its predictors by any number.
 */
public final class Dlc implements AutoCloseable {

  private final Workbench bench;
  private Optional<Predictor> single = Optional.empty();
  private boolean hasWeights;

  private Dlc(Workbench bench) {
    this.bench = bench;
  }

  /** Compiles the program at {@code file} as it is. */
  public static Dlc compile(Path file) {
    return compile(file, RunOptions.usual(), Map.of());
  }

  /**
   * Compiles the program at {@code file}.
   *
   * @param params new values for its params
   */
  public static Dlc compile(Path file, RunOptions options, Map<String, String> params) {
    return new Dlc(Workbench.open(ModelFile.load(file, params), options));
  }

  /** Inputs, outputs, weights and layers. */
  public CheckedModel model() {
    return bench.model();
  }

  /** What is allowed in the program, but most likely not meant. */
  public List<Diagnostic> warnings() {
    return bench.model().warnings();
  }

  /** How to train: as the program says, until more is said. */
  public TrainPlan training() {
    single.ifPresent(Predictor::close);
    single = Optional.empty();
    return new TrainPlan(this, bench);
  }

  /** Trains from the beginning, as the program says. */
  public FinalReport train() {
    return training().train();
  }

  void weightsAreThere() {
    hasWeights = true;
  }

  /** The figures of the weights at hand on the test part of the data, if it has one. */
  public Optional<Figures> evaluate() {
    requireWeights();
    return Evaluation.ofPresentWeights(bench);
  }

  /** Reads weights from a safetensors file. */
  public void loadWeights(Path file) {
    single.ifPresent(Predictor::close);
    single = Optional.empty();
    Weights.load(bench.state(), file);
    hasWeights = true;
  }

  /** Writes the weights to a safetensors file, under the names that PyTorch gives them. */
  public void save(Path file) {
    requireWeights();
    bench.save(file);
  }

  /**
   * Compiles the model to run forward with the weights at hand; to be closed.
   *
   * @param batch how many samples it takes at a time
   */
  public Predictor predictor(int batch) {
    requireWeights();
    return new Predictor(bench, batch);
  }

  /** What the model makes of one sample; all elements of its input, in row-major order. */
  public Prediction predict(float[] sample) {
    if (single.isEmpty()) {
      single = Optional.of(predictor(1));
    }
    return single.get().classify(sample);
  }

  private void requireWeights() {
    if (!hasWeights) {
      throw new IllegalStateException("the model has no weights: call train or loadWeights first");
    }
  }

  @Override
  public void close() {
    single.ifPresent(Predictor::close);
    bench.close();
  }
}
