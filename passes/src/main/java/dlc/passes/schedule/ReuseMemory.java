// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Keeps what one part of a kernel makes for another in the memory of a result that is written over
 * it, element by element, when it is no longer needed.
 *
 * <pre>
 * t[p, i] = exp(x[p, i])       =>   y[p, i] = exp(x[p, i])
 * y[p, i] = t[p, i] / s[p]          y[p, i] = y[p, i] / s[p]
 * </pre>
 */
final class ReuseMemory {

  private final List<List<Access>> parts;

  private ReuseMemory(Kernel kernel) {
    List<List<Stmt>> segments = new ArrayList<>();
    collect(kernel.body(), segments);
    this.parts = segments.stream().map(Access::of).toList();
  }

  /** The call with less memory; {@code isLocal} tells which memory no other call touches. */
  static Call run(Call call, Predicate<Memory> isLocal) {
    Kernel kernel = call.kernel();
    for (int i = 0; i < call.arguments().size(); i++) {
      if (call.arguments().get(i) instanceof TemporaryMemory
          && isLocal.test(call.arguments().get(i))) {
        Buffer local = kernel.arguments().get(i);
        Optional<Buffer> result = new ReuseMemory(kernel).result(local, kernel.written());
        if (result.isPresent()) {
          return run(without(call, i, result.get()), isLocal);
        }
      }
    }
    return call;
  }

  private static Call without(Call call, int local, Buffer result) {
    Kernel kernel = call.kernel();
    List<Buffer> buffers = new ArrayList<>(kernel.arguments());
    List<Memory> memories = new ArrayList<>(call.arguments());
    Buffer gone = buffers.remove(local);
    memories.remove(local);
    List<Stmt> body = Rewriting.renamed(kernel.body(), Map.of(gone.name(), result.name()));
    return new Call(kernel.with(buffers, body), memories);
  }

  /** The parts of the kernel in order: nests, none of which has another beside it in a loop. */
  private static void collect(List<Stmt> block, List<List<Stmt>> segments) {
    for (List<Stmt> segment : Segments.of(block)) {
      PlainNest.Descent descent = PlainNest.Descent.of(segment);
      if (descent.loops().isEmpty() || Segments.of(descent.body()).size() == 1) {
        segments.add(segment);
      } else {
        collect(descent.body(), segments);
      }
    }
  }

  private Optional<Buffer> result(Buffer local, Iterable<Buffer> written) {
    for (Buffer result : written) {
      if (!result.equals(local)
          && result.type().dtype() == local.type().dtype()
          && result.type().elements() == local.type().elements()
          && isOverwritten(local, result)) {
        return Optional.of(result);
      }
    }
    return Optional.empty();
  }

  /** Whether the last part that touches {@code local} alone touches {@code result}, in place. */
  private boolean isOverwritten(Buffer local, Buffer result) {
    int last = last(local);
    if (last < 0 || last != last(result)) {
      return false;
    }
    List<Index> places = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      for (Access access : parts.get(i)) {
        boolean isResult = access.buffer().name().equals(result.name());
        boolean isLocal = access.buffer().name().equals(local.name());
        if ((isResult && (i < last || !access.isWrite()))
            || (isLocal && i == last && access.isWrite())) {
          return false;
        }
        if (i == last && (isResult || isLocal)) {
          places.add(access.place());
        }
      }
    }
    return places.stream().distinct().count() == 1;
  }

  private int last(Buffer buffer) {
    int last = -1;
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).stream().anyMatch(access -> access.buffer().name().equals(buffer.name()))) {
        last = i;
      }
    }
    return last;
  }
}
