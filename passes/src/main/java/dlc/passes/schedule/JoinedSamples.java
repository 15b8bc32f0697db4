// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Two calls as one kernel, which keeps what the first makes for the second for some samples at a
 * time.
 */
final class JoinedSamples {

  private static final String KEPT = "kept";

  private final Memory memory;
  private final LoopVar turn;

  /** How many samples a turn is of. */
  private final int samples;

  /** How much the first call keeps otherwise. */
  private final int before;

  private final Buffer kept;
  private final Map<Buffer, Memory> arguments = new LinkedHashMap<>();
  private final List<Long> offsets = new ArrayList<>();

  /**
   * @param memory where the first call leaves what the second reads
   * @param turns into how many parts its samples are cut
   * @param before how much the first call keeps otherwise
   */
  JoinedSamples(Memory memory, int turns, int before) {
    this.memory = memory;
    this.turn = new LoopVar("n", turns);
    this.samples = memory.type().dim(0) / turns;
    int elements = Math.toIntExact(memory.type().elements() / turns);
    this.before = before;
    this.kept = Buffer.shared(name(before), TensorType.of(memory.type().dtype(), elements));
  }

  /** What is kept is numbered, but for the first. */
  private static String name(int number) {
    return number == 0 ? KEPT : KEPT + (number + 1);
  }

  /** The names of what {@code second} keeps already, after those of the others. */
  private Map<String, String> renamed(Call second) {
    Map<String, String> names = new HashMap<>();
    for (Buffer buffer : JoinSamples.kept(second.kernel().body())) {
      names.put(buffer.name(), name(before + 1 + names.size()));
    }
    return names;
  }

  /** The call, unless one of the two does not work turn by turn. */
  Optional<Call> of(Call first, Call second) {
    Map<String, String> renamed = renamed(second);
    Optional<List<Stmt>> made = phase(first, Map.of());
    Optional<List<Stmt>> used = phase(second, renamed);
    if (made.isEmpty() || used.isEmpty()) {
      return Optional.empty();
    }
    List<Stmt> body = new ArrayList<>(List.of(new Stmt.Declare(kept)));
    body.addAll(made.get());
    body.addAll(used.get());
    List<Kernel.Part> parts = new ArrayList<>(first.kernel().parts());
    parts.addAll(second.kernel().parts());
    String name = first.kernel().name() + "_" + second.kernel().name();
    List<Buffer> buffers = List.copyOf(arguments.keySet());
    Stmt loop = new Stmt.For(turn, LoopKind.PARALLEL, body);
    Kernel kernel = new Kernel(name, buffers, List.of(loop), parts);
    List<Stmt> source = new ArrayList<>();
    List<Buffer> sources = new ArrayList<>();
    addSource(first, Map.of(), sources, source);
    addSource(second, renamed, sources, source);
    return Optional.of(
        new Call(
            kernel,
            List.copyOf(arguments.values()),
            offsets,
            new Kernel(name, sources, source, parts)));
  }

  /** What {@code call} does in a turn, if it can do its samples in any order. */
  private Optional<List<Stmt>> phase(Call call, Map<String, String> renamed) {
    Kernel kernel = call.kernel();
    if (!(kernel.body().size() == 1
        && kernel.body().getFirst() instanceof Stmt.For(LoopVar all, LoopKind kind, var body)
        && (kind == LoopKind.PARALLEL
            || (kind == LoopKind.SERIAL && call.written().equals(Set.of(memory))))
        && all.extent() % turn.extent() == 0)) {
      return Optional.empty();
    }
    Map<String, String> names = new HashMap<>(renamed);
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
    LoopVar within = new LoopVar(unused(body), all.extent() / turn.extent());
    Index place = turn.index().times(within.extent()).plus(within.index());
    List<Stmt> moved = Rewriting.renamed(Rewriting.substitute(body, Map.of(all, place)), names);
    return areOfTurn(moved)
        ? Optional.of(
            Rewriting.nest(
                List.of(within),
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

  /** Whether all accesses of {@code statements} are of other memory, or of the turn's samples. */
  private boolean areOfTurn(List<Stmt> statements) {
    return statements.stream()
        .allMatch(
            statement ->
                switch (statement) {
                  case Stmt.For loop -> areOfTurn(loop.body());
                  case Stmt.If(Condition when, var body) ->
                      areOfTurn(Rewriting.substitute(body, when.narrowed()));
                  case Stmt.Let _, Stmt.Store _, Stmt.Declare _ ->
                      Access.of(List.of(statement)).stream().allMatch(this::isOfTurn);
                });
  }

  private boolean isOfTurn(Access access) {
    if (!isKept(access)) {
      return true;
    }
    TensorType view = access.buffer().type();
    if (view.rank() > 1 && view.dim(0) == turn.extent() * samples) {
      Index sample = access.at().getFirst();
      return isInTurn(sample.minus(turn.index().times(samples)), samples);
    }
    return isInTurn(within(access).at().getFirst(), kept.type().dim(0));
  }

  private boolean isInTurn(Index place, int end) {
    return !place.dependsOn(turn) && place.min() >= 0 && place.max() < end;
  }

  private boolean isKept(Access access) {
    return access.buffer().name().equals(kept.name());
  }

  private Access within(Access access) {
    Index place = Index.linear(access.at(), access.buffer().type().dims());
    Index first = turn.index().times(kept.type().dim(0));
    return new Access(kept, List.of(place.minus(first)), access.isWrite());
  }

  /** Adds the plain kernel of {@code call} to those in {@code body}. */
  private void addSource(
      Call call, Map<String, String> renamed, List<Buffer> buffers, List<Stmt> body) {
    String passed = call.kernel().arguments().get(call.arguments().indexOf(memory)).name();
    Map<String, String> names = new HashMap<>(renamed);
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
            access -> isKept(access) ? new Access(whole, access.at(), access.isWrite()) : access));
  }
}
