// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.DeepStack;
import dlc.base.Diagnostic;
import dlc.base.Diagnostics;
import dlc.frontend.elaborate.Comparison;
import dlc.frontend.elaborate.Elaborator;
import dlc.frontend.elaborate.LayerRow;
import dlc.frontend.elaborate.Outline;
import dlc.frontend.elaborate.Witness;
import dlc.ir.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A model without errors: what it takes and gives, its weights, and its programs. */
public final class CheckedModel {

  private final Elaborator elaborator;
  private final Outline outline;
  private final Optional<TrainSection> train;
  private final Map<ProgramOptions, Program> programs = new ConcurrentHashMap<>();

  CheckedModel(Elaborator elaborator, Outline outline, Optional<TrainSection> train) {
    this.elaborator = elaborator;
    this.outline = outline;
    this.train = train;
  }

  public String name() {
    return outline.name();
  }

  /** The inputs, of one sample. */
  public List<Outline.Port> inputs() {
    return outline.inputs();
  }

  /** The outputs, of one sample: {@code output}, or {@code output_0} and so on. */
  public List<Outline.Port> outputs() {
    return outline.outputs();
  }

  /** Weights and buffers in the order of the text. */
  public List<Outline.Variable> variables() {
    return outline.variables();
  }

  /** What {@code dlc check} shows, layer by layer. */
  public List<LayerRow> layers() {
    return outline.layers();
  }

  /**
   * The floating-point operations of products and convolutions, of one sample forward: those of the
   * layers, and those that stand in the model itself.
   */
  public long flops() {
    return outline.flops();
  }

  /** What the loss compares with the target, where there is a loss that does. */
  public Optional<Comparison> comparison() {
    return outline.comparison();
  }

  /** What is allowed in the model, but most likely not meant. */
  public List<Diagnostic> warnings() {
    return outline.warnings();
  }

  /** How many trained numbers the model has. */
  public long weightCount() {
    return outline.variables().stream()
        .filter(Outline.Variable::trained)
        .mapToLong(each -> each.type().elements())
        .sum();
  }

  public Optional<TrainSection> train() {
    return train;
  }

  /** Tells {@code witness} what the model does with one sample in training. */
  public void trace(Witness witness) {
    DeepStack.call(
        () -> {
          elaborator.trace(outline.name(), witness);
          return true;
        });
  }

  /**
   * The entry points: {@code init} and {@code predict} always, {@code eval_step} and {@code
   * gradients} where there is a loss, {@code train_step} where there is an optimizer, too; {@code
   * accumulate_step} where a step sums batches up, {@code epoch_end} where a schedule watches
   * epochs.
   *
   * <p>Programs are kept: the next question for one with the same options takes no time.
   *
   * @throws dlc.base.CompilationFailed when the options do not fit the model
   */
  public Program program(ProgramOptions options) {
    return programs.computeIfAbsent(options, each -> DeepStack.call(() -> elaborated(each)));
  }

  private Program elaborated(ProgramOptions options) {
    Diagnostics diagnostics = new Diagnostics();
    Program program = elaborator.program(outline.name(), options, diagnostics);
    diagnostics.throwIfAny();
    return program;
  }
}
