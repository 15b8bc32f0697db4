// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Space;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lets a kernel and the one that reads what it makes work sample by sample, so that this stays in
 * the caches and needs no memory for all samples: a convolution and the pooling after it.
 *
 * <pre>
 * parallel p < 512 { x[p / 16, p % 16, …] = … }       =>   parallel n < 32 {
 * parallel p < 64 { y[p / 2, …] = … x[p / 2, …] … }          shared x: f32[16, …]
 *                                                            serial t < 16 { x[t, …] = … }
 *                                                            serial t < 2 { y[n, …] = … x[…] … }
 *                                                          }
 * </pre>
 */
final class JoinSamples {

  /** Memory of fewer elements stays in the second cache anyway. */
  private static final long LARGE = 100_000;

  /** So many samples keep all threads busy. */
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
      Optional<Call> both =
          joined.isEmpty() ? Optional.empty() : joining.join(joined.getLast(), call);
      both.ifPresent(_ -> joined.removeLast());
      joined.add(both.orElse(call));
    }
    return joined;
  }

  private Optional<Call> join(Call first, Call second) {
    Set<Memory> passed = first.written();
    passed.retainAll(second.arguments());
    Set<Memory> back = second.written();
    back.retainAll(first.arguments());
    if (passed.size() != 1 || !back.isEmpty()) {
      return Optional.empty();
    }
    Memory memory = passed.iterator().next();
    List<Buffer> before = kept(first.kernel().body());
    return fits(memory, before)
            && !JoinRows.readsPlaces(first.kernel())
            && !JoinRows.readsPlaces(second.kernel())
        ? new Joined(memory, before.size()).of(List.of(first, second))
        : Optional.empty();
  }

  /** What kernels keep for a sample that are joined already. */
  private static List<Buffer> kept(List<Stmt> body) {
    return body.stream()
        .flatMap(
            statement ->
                switch (statement) {
                  case Stmt.For loop -> kept(loop.body()).stream();
                  case Stmt.Declare(Buffer buffer) when buffer.space() == Space.SHARED ->
                      Stream.of(buffer);
                  case Stmt.If _, Stmt.Let _, Stmt.Store _, Stmt.Declare _ -> Stream.empty();
                })
        .toList();
  }

  /**
   * Whether {@code memory} is for two calls alone, large, and small for each of many samples,
   * beside what is kept {@code before}.
   */
  private boolean fits(Memory memory, List<Buffer> before) {
    TensorType type = memory.type();
    return memory instanceof TemporaryMemory
        && users.getOrDefault(memory, 0) == 2
        && !graph.results().containsValue(memory)
        && type.elements() >= LARGE
        && type.dim(0) >= ENOUGH
        && bytes(before) + type.bytes() / type.dim(0) <= target.sharedBytes();
  }

  private static long bytes(List<Buffer> buffers) {
    return buffers.stream().mapToLong(buffer -> buffer.type().bytes()).sum();
  }

  /** Calls as one kernel, which keeps what is in {@code memory} for one sample at a time. */
  private static final class Joined {

    private static final String KEPT = "kept";

    private final Memory memory;
    private final LoopVar sample;
    private final Buffer kept;
    private final Map<Buffer, Memory> arguments = new LinkedHashMap<>();
    private final List<Long> offsets = new ArrayList<>();

    /**
     * @param before how much is kept otherwise, under other names
     */
    Joined(Memory memory, int before) {
      this.memory = memory;
      this.sample = new LoopVar("n", memory.type().dim(0));
      int elements = Math.toIntExact(memory.type().elements() / sample.extent());
      String name = before == 0 ? KEPT : KEPT + (before + 1);
      this.kept = Buffer.shared(name, TensorType.of(memory.type().dtype(), elements));
    }

    /** The call, unless one of {@code calls} does not work sample by sample. */
    Optional<Call> of(List<Call> calls) {
      List<Stmt> body = new ArrayList<>(List.of(new Stmt.Declare(kept)));
      List<Kernel.Part> parts = new ArrayList<>();
      for (Call call : calls) {
        Optional<List<Stmt>> phase = phase(call);
        if (phase.isEmpty()) {
          return Optional.empty();
        }
        body.addAll(phase.get());
        parts.addAll(call.kernel().parts());
      }
      String name =
          calls.stream().map(call -> call.kernel().name()).collect(Collectors.joining("_"));
      List<Buffer> buffers = List.copyOf(arguments.keySet());
      Stmt loop = new Stmt.For(sample, LoopKind.PARALLEL, body);
      Kernel kernel = new Kernel(name, buffers, List.of(loop), parts);
      return Optional.of(
          new Call(kernel, List.copyOf(arguments.values()), offsets, source(name, parts, calls)));
    }

    /** What {@code call} does for one sample. */
    private Optional<List<Stmt>> phase(Call call) {
      Kernel kernel = call.kernel();
      if (!(kernel.body().size() == 1
          && kernel.body().getFirst() instanceof Stmt.For(LoopVar all, LoopKind kind, var body)
          && kind == LoopKind.PARALLEL
          && all.extent() % sample.extent() == 0)) {
        return Optional.empty();
      }
      Map<String, String> names = new HashMap<>();
      for (int i = 0; i < call.arguments().size(); i++) {
        String name = kernel.arguments().get(i).name();
        if (!call.arguments().get(i).equals(memory)) {
          names.put(name, "b" + arguments.size());
          arguments.put(
              Buffer.global("b" + arguments.size(), kernel.arguments().get(i).type()),
              call.arguments().get(i));
          offsets.add(call.offsets().get(i));
        } else if (call.offsets().get(i) == 0) {
          names.put(name, kept.name());
        } else {
          return Optional.empty();
        }
      }
      LoopVar turn = new LoopVar(unused(body), all.extent() / sample.extent());
      Index place = sample.index().times(turn.extent()).plus(turn.index());
      List<Stmt> moved = Rewriting.renamed(Rewriting.substitute(body, Map.of(all, place)), names);
      return Access.of(moved).stream().allMatch(this::isOfSample)
          ? Optional.of(
              Rewriting.nest(
                  List.of(turn),
                  LoopKind.SERIAL,
                  Rewriting.mapAccesses(moved, access -> isKept(access) ? within(access) : access)))
          : Optional.empty();
    }

    /** A name that no loop in {@code body} has. */
    private static String unused(List<Stmt> body) {
      Set<String> used = new HashSet<>();
      collectLoops(body, used);
      String name = "t";
      while (used.contains(name)) {
        name += "t";
      }
      return name;
    }

    private static void collectLoops(List<Stmt> statements, Set<String> names) {
      for (Stmt statement : statements) {
        switch (statement) {
          case Stmt.For loop -> {
            names.add(loop.counter().name());
            collectLoops(loop.body(), names);
          }
          case Stmt.If branch -> collectLoops(branch.body(), names);
          case Stmt.Let _, Stmt.Store _, Stmt.Declare _ -> {}
        }
      }
    }

    private boolean isKept(Access access) {
      return access.buffer().name().equals(kept.name());
    }

    /** Whether {@code access} is of other memory, or of the sample's part. */
    private boolean isOfSample(Access access) {
      if (!isKept(access)) {
        return true;
      }
      TensorType view = access.buffer().type();
      if (view.rank() > 1 && view.dim(0) == sample.extent()) {
        return access.at().getFirst().equals(sample.index());
      }
      Index place = within(access).at().getFirst();
      return !place.dependsOn(sample) && place.min() >= 0 && place.max() < kept.type().elements();
    }

    private Access within(Access access) {
      Index place = Index.linear(access.at(), access.buffer().type().dims());
      Index first = sample.index().times(Math.toIntExact(kept.type().elements()));
      return new Access(kept, List.of(place.minus(first)), access.isWrite());
    }

    /** The plain kernels, one after the other. */
    private Kernel source(String name, List<Kernel.Part> parts, List<Call> calls) {
      List<Buffer> buffers = new ArrayList<>();
      List<Stmt> body = new ArrayList<>();
      for (Call call : calls) {
        String passed = call.kernel().arguments().get(call.arguments().indexOf(memory)).name();
        Map<String, String> names = new HashMap<>();
        for (Buffer buffer : call.source().arguments()) {
          String own = buffer.name().equals(passed) ? kept.name() : "b" + buffers.size();
          names.put(buffer.name(), own);
          if (!own.equals(kept.name())) {
            buffers.add(Buffer.global(own, buffer.type()));
          }
        }
        Buffer whole = Buffer.shared(kept.name(), memory.type());
        body.addAll(
            Rewriting.mapAccesses(
                Rewriting.renamed(call.source().body(), names),
                access ->
                    isKept(access) ? new Access(whole, access.at(), access.isWrite()) : access));
      }
      return new Kernel(name, buffers, body, parts);
    }
  }
}
