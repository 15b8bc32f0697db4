// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.ConstantMemory;
import dlc.passes.lower.LoweredGraph.Memory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The kernels of an entry point that are scheduled already: networks repeat their layers.
 *
 * <p>One that got other arguments than it had, such as copies, is not among them.
 */
final class KnownSchedules {

  /**
   * All that a schedule depends on.
   *
   * @param readers of the memory of each argument
   * @param constants those of the arguments that are known
   */
  private record Question(
      List<Buffer> arguments, List<Stmt> body, List<Integer> readers, List<Memory> constants) {

    static Question of(Call call, Staging staging) {
      Kernel kernel = call.kernel();
      return new Question(
          kernel.arguments(),
          kernel.body(),
          call.arguments().stream().map(memory -> staging.readers(call, memory)).toList(),
          call.arguments().stream().filter(ConstantMemory.class::isInstance).toList());
    }
  }

  private final Map<Question, Call> answers = new HashMap<>();
  private final Staging staging;

  KnownSchedules(Staging staging) {
    this.staging = staging;
  }

  /** What {@code call} becomes: by {@code schedule}, unless the same was asked before. */
  Call of(Call call, UnaryOperator<Call> schedule) {
    Question question = Question.of(call, staging);
    Call known = answers.get(question);
    if (known == null) {
      known = schedule.apply(call);
      if (call.kernel().arguments().containsAll(known.kernel().arguments())) {
        answers.put(question, known);
      }
      return known;
    }
    List<Memory> arguments =
        known.kernel().arguments().stream()
            .map(buffer -> call.arguments().get(call.kernel().arguments().indexOf(buffer)))
            .toList();
    Kernel kernel = call.kernel().with(known.kernel().arguments(), known.kernel().body());
    return new Call(kernel, arguments, known.offsets(), call.kernel());
  }
}
