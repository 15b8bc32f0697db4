// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Space;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Lets a kernel and the one that reads what it makes work sample by sample, so that this stays in
 * the caches and needs no memory for all samples: a convolution, the padded copy of its images
 * before it, and the pooling after it.
 *
 * <pre>
 * parallel p < 512 { x[p / 16, p % 16, …] = … }       =>   parallel n < 32 {
 * parallel p < 64 { y[p / 2, …] = … x[p / 2, …] … }          shared x: f32[16, …]
 *                                                            serial t < 16 { x[t, …] = … }
 *                                                            serial t < 2 { y[n, …] = … x[…] … }
 *                                                          }
 * </pre>
 *
 * <p>Where one of them works on some samples at a time, so do both.
 */
final class JoinSamples {

  /** Memory of fewer elements stays in the second cache anyway. */
  private static final long LARGE = 100_000;

  /** So many turns keep all threads busy. */
  private static final int ENOUGH = 8;

  private final LoweredGraph graph;
  private final Target target;
  private final Map<Memory, Integer> users = new HashMap<>();

  private JoinSamples(LoweredGraph graph, List<Call> calls, Target target) {
    this.graph = graph;
    this.target = target;
    for (Call call : calls) {
      Set.copyOf(call.arguments()).forEach(memory -> users.merge(memory, 1, Integer::sum));
    }
  }

  /** The scheduled {@code calls} of {@code graph}, of which some are joined. */
  static List<Call> run(LoweredGraph graph, List<Call> calls, Target target) {
    JoinSamples joining = new JoinSamples(graph, calls, target);
    List<Call> joined = new ArrayList<>();
    for (Call call : calls) {
      Call last = call;
      while (!joined.isEmpty()) {
        Optional<Call> both = joining.join(joined.getLast(), last);
        if (both.isEmpty()) {
          break;
        }
        last = both.get();
        joined.removeLast();
      }
      joined.add(last);
    }
    return joined;
  }

  private Optional<Call> join(Call first, Call second) {
    Set<Memory> passed = first.written();
    passed.retainAll(second.arguments());
    Set<Memory> back = second.written();
    back.retainAll(first.arguments());
    if (passed.size() != 1 || !back.isEmpty() || (hasMatrices(first) && hasMatrices(second))) {
      return Optional.empty();
    }
    Memory memory = passed.iterator().next();
    int turns = turns(memory.type(), List.of(first, second));
    List<Buffer> before = kept(first.kernel().body());
    List<Buffer> others = new ArrayList<>(before);
    others.addAll(kept(second.kernel().body()));
    return fits(memory, turns, others)
        ? new JoinedSamples(memory, turns, before.size()).of(first, second)
        : Optional.empty();
  }

  /** Into how many turns, of some samples each, the work of all {@code calls} can be cut. */
  private static int turns(TensorType type, List<Call> calls) {
    BigInteger turns = BigInteger.valueOf(type.rank() == 0 ? 1 : type.dim(0));
    for (Call call : calls) {
      int extent =
          call.kernel().body().getFirst() instanceof Stmt.For loop ? loop.counter().extent() : 1;
      turns = turns.gcd(BigInteger.valueOf(extent));
    }
    return turns.intValueExact();
  }

  /** What kernels keep for a sample that are joined already. */
  static List<Buffer> kept(List<Stmt> body) {
    return declared(Space.SHARED, body).toList();
  }

  private static Stream<Buffer> declared(Space space, List<Stmt> body) {
    return body.stream()
        .flatMap(
            statement ->
                switch (statement) {
                  case Stmt.For loop -> declared(space, loop.body());
                  case Stmt.If branch -> declared(space, branch.body());
                  case Stmt.Declare(Buffer buffer) when buffer.space() == space ->
                      Stream.of(buffer);
                  case Stmt.Let _, Stmt.Store _, Stmt.Declare _ -> Stream.empty();
                });
  }

  /** A kernel says once how large its matrices are. */
  private static boolean hasMatrices(Call call) {
    return declared(Space.MATRIX, call.kernel().body()).findAny().isPresent();
  }

  /**
   * Whether {@code memory} is for two calls alone, large, and small for each of many {@code turns},
   * beside the {@code others} that are kept.
   */
  private boolean fits(Memory memory, int turns, List<Buffer> others) {
    TensorType type = memory.type();
    return memory instanceof TemporaryMemory
        && users.getOrDefault(memory, 0) == 2
        && !graph.results().containsValue(memory)
        && type.elements() >= LARGE
        && turns >= ENOUGH
        && bytes(others) + type.bytes() / turns <= target.sharedBytes();
  }

  private static long bytes(List<Buffer> buffers) {
    return buffers.stream().mapToLong(buffer -> buffer.type().bytes()).sum();
  }
}
