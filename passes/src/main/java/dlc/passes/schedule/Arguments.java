// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Scalar;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The memory that a call gets for each buffer of its kernel, while that is scheduled. */
final class Arguments {

  private final Call call;
  private final Map<Buffer, Memory> memories = new LinkedHashMap<>();

  Arguments(Call call) {
    this.call = call;
    for (int i = 0; i < call.arguments().size(); i++) {
      add(call.kernel().arguments().get(i), call.arguments().get(i));
    }
  }

  void add(Buffer buffer, Memory memory) {
    memories.put(buffer, memory);
  }

  /** The memory of the buffer that {@code view} is a view of. */
  Memory of(Buffer view) {
    return memories.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(view.name()))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  /** How {@code operand} is read from a copy in {@code shape}, a buffer called {@code name}. */
  Scalar.Load stage(StagedOperand operand, Staging.Shape shape, String name, Staging staging) {
    Staging.Staged staged = staging.stage(operand, of(operand.load().buffer()), shape, name);
    add(staged.load().buffer(), staged.memory());
    return staged.load();
  }

  /** The call with {@code body}, and the arguments that it uses. */
  Call with(List<Stmt> body) {
    List<String> used = Rewriting.buffers(body);
    memories.keySet().removeIf(buffer -> !used.contains(buffer.name()));
    Kernel kernel = call.kernel().with(List.copyOf(memories.keySet()), body);
    return new Call(kernel, List.copyOf(memories.values()));
  }
}
