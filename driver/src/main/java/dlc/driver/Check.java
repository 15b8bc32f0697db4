// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.frontend.CheckedModel;
import dlc.frontend.elaborate.Outline;
import dlc.ir.TensorType;
import java.util.OptionalLong;

/**
 * What a model is made of and what it takes, found out without running it.
 *
 * @param batch the samples in a step
 * @param piece how many of them are computed at once
 * @param stateBytes the memory of weights, buffers and optimizer state
 * @param workBytes the memory of inputs, results and all in between, of all steps of a run
 */
public record Check(CheckedModel model, int batch, int piece, long stateBytes, long workBytes) {

  /** A compiler for processors like this one, for estimates. */
  public static final Compiler COMPILER = Compiler.of(Processor.likeHost());

  /** The model with programs for {@code batch} samples. */
  public static Check of(CheckedModel model, int batch) {
    return of(model, batch, COMPILER);
  }

  /** As {@link #of(CheckedModel, int)}, by the figures of {@code compiler}. */
  public static Check of(CheckedModel model, int batch, Compiler compiler) {
    return of(model, batch, compiler, OptionalLong.empty());
  }

  /** As {@link #of(CheckedModel, int, Compiler)}, within {@code most} bytes. */
  public static Check of(CheckedModel model, int batch, Compiler compiler, OptionalLong most) {
    MemoryPlan plan =
        MemoryPlan.of(model, Workbench.arriving(model, batch), Tails.NONE, compiler, most);
    return new Check(
        model, batch, Math.min(batch, plan.piece()), plan.stateBytes(), plan.workBytes());
  }

  /** All that a run takes at most, data and compiler apart. */
  public long peakBytes() {
    return stateBytes + workBytes;
  }

  /** The memory of the weights and buffers. */
  public long weightBytes() {
    return model.variables().stream()
        .map(Outline.Variable::type)
        .mapToLong(TensorType::bytes)
        .sum();
  }

  /** The floating-point operations of one sample forward. */
  public long flops() {
    return model.flops();
  }
}
