// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.op.Leaf;
import dlc.ir.scalar.Buffer;
import dlc.passes.Remark;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An entry point as kernel calls on memory that has no place yet.
 *
 * @param remarks what could not be made faster on the way here, and why
 */
public record LoweredGraph(
    String name,
    List<Call> calls,
    Map<String, Memory> inputs,
    Map<String, Memory> results,
    List<StateMemory> states,
    List<Remark> remarks) {

  /** Whether all state is after a run what it was before. */
  public boolean leavesState() {
    return calls.stream()
        .flatMap(call -> call.written().stream())
        .noneMatch(StateMemory.class::isInstance);
  }

  /** A tensor that needs memory; each has a name of its own in its entry point. */
  public sealed interface Memory {
    TensorType type();
  }

  /** State of the model, the same in all entry points. */
  public record StateMemory(String name, TensorType type) implements Memory {}

  /** What the caller writes before a call or reads after it. */
  public record CallerMemory(String name, TensorType type) implements Memory {}

  /** What is needed between two kernels of a call. */
  public record TemporaryMemory(int number, TensorType type) implements Memory {}

  /** Elements known at compile time. */
  public record ConstantMemory(Leaf.Constant constant) implements Memory {
    @Override
    public TensorType type() {
      return constant.type();
    }
  }

  /**
   * A kernel on the memory of its arguments.
   *
   * @param offsets where each argument begins in its memory, in bytes
   * @param source the kernel before it was scheduled
   */
  public record Call(Kernel kernel, List<Memory> arguments, List<Long> offsets, Kernel source) {
    public Call {
      arguments = List.copyOf(arguments);
      offsets = List.copyOf(offsets);
    }

    public Call(Kernel kernel, List<Memory> arguments) {
      this(kernel, arguments, Collections.nCopies(arguments.size(), 0L), kernel);
    }

    /** The memory that it writes to. */
    public Set<Memory> written() {
      Set<Buffer> buffers = kernel.written();
      Set<Memory> written = new LinkedHashSet<>();
      for (int i = 0; i < arguments.size(); i++) {
        if (buffers.contains(kernel.arguments().get(i))) {
          written.add(arguments.get(i));
        }
      }
      return written;
    }

    /** The same call, which says that it computes {@code plain}. */
    public Call scheduledFrom(Kernel plain) {
      return new Call(kernel, arguments, offsets, plain);
    }
  }

  public LoweredGraph {
    calls = List.copyOf(calls);
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
    states = List.copyOf(states);
    remarks = List.copyOf(remarks);
  }

  /** The same with other kernels, of which there is {@code more} to say. */
  public LoweredGraph withCalls(List<Call> newCalls, List<Remark> more) {
    List<Remark> all = new ArrayList<>(remarks);
    all.addAll(more);
    return new LoweredGraph(name, newCalls, inputs, results, states, all);
  }
}
