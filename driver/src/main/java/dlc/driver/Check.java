// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.frontend.CheckedModel;
import dlc.frontend.elaborate.Outline;
import dlc.ir.Program;
import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import java.util.List;

/**
 * What a model is made of and what it takes, found out without running it.
 *
 * @param batch the samples in a step
 * @param stateBytes the memory of weights, buffers and optimizer state
 * @param workBytes the memory of inputs, results and all in between, of all steps of a run
 */
public record Check(CheckedModel model, int batch, long stateBytes, long workBytes) {

  /** The model with programs for {@code batch} samples. */
  public static Check of(CheckedModel model, int batch) {
    return of(model, batch, Compiler.of(Processor.likeHost()));
  }

  /** As {@link #of(CheckedModel, int)}, by the figures of {@code compiler}. */
  public static Check of(CheckedModel model, int batch, Compiler compiler) {
    Program program = model.program(Workbench.arriving(model, batch));
    List<String> entries =
        program.entry("train_step").isPresent()
            ? List.of("train_step", "eval_step")
            : List.of("predict");
    // The entry points do not depend on each other; two cores make them in half the time.
    List<KernelProgram> programs =
        entries.parallelStream().map(entry -> compiler.compile(program, List.of(entry))).toList();
    long work = programs.stream().mapToLong(KernelProgram::workBytes).sum();
    long state = programs.stream().mapToLong(KernelProgram::stateBytes).max().orElse(0);
    return new Check(model, batch, state, work);
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
    return model.layers().stream().mapToLong(layer -> layer.flops()).sum();
  }
}
