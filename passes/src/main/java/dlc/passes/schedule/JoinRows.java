// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Scalar;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.ConstantMemory;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Lets kernels that walk the same memory do it together, row by row, so that it is brought to the
 * first caches once.
 *
 * <pre>
 * for all p: m[p] = sum of x[p, …]         =>   for all p: m[p] = sum of x[p, …]
 * for all p: y[p, …] = x[p, …] - m[p]                      y[p, …] = x[p, …] - m[p]
 * for all j: s[j] = sum of y[…, j]                         part[p / 64, j] += y[p, j]
 *                                               for all j: s[j] = sum of part[…, j]
 * </pre>
 *
 * <p>So a normalisation is one walk forward and one backward.
 */
final class JoinRows {

  /** Memory of fewer elements stays in the second cache anyway. */
  private static final long LARGE = 32_768;

  /** How many kernels apart those are that are joined. */
  private static final int REACH = 6;

  /**
   * A call, or several that are joined.
   *
   * @param sources the calls as they were
   * @param calls what is called instead: the first one does all but finish
   * @param isPlain whether it is walked as it is written, not in tiles of its own
   */
  private record Item(
      List<Call> sources,
      List<Call> calls,
      Set<Memory> touched,
      Set<Memory> written,
      boolean isPlain) {

    static Item of(Call call) {
      List<Call> calls = List.of(call);
      return new Item(calls, calls, touched(calls), written(calls), canJoin(call));
    }

    static Item joined(List<Call> sources, List<Call> calls) {
      return new Item(sources, calls, touched(calls), written(calls), true);
    }

    boolean conflicts(Item other) {
      return meet(written, other.touched) || meet(touched, other.written);
    }

    /** Whether what finishes sums, after all rows, meets {@code other}. */
    boolean finishConflicts(Item other) {
      List<Call> finishing = calls.subList(1, calls.size());
      return meet(written(finishing), other.touched) || meet(touched(finishing), other.written);
    }

    private static boolean meet(Set<Memory> some, Set<Memory> others) {
      return some.stream().anyMatch(others::contains);
    }

    private static Set<Memory> touched(List<Call> calls) {
      Set<Memory> touched = new HashSet<>();
      for (Call call : calls) {
        touched.addAll(call.arguments());
      }
      touched.removeIf(ConstantMemory.class::isInstance);
      return touched;
    }

    private static Set<Memory> written(List<Call> calls) {
      Set<Memory> written = new HashSet<>();
      for (Call call : calls) {
        Set<Buffer> buffers = call.kernel().written();
        for (int i = 0; i < call.arguments().size(); i++) {
          if (buffers.contains(call.kernel().arguments().get(i))) {
            written.add(call.arguments().get(i));
          }
        }
      }
      return written;
    }
  }

  /** Two items, each itself and not one that is equal: to compare calls would take long. */
  private record Pair(Item first, Item second) {
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(@Nullable Object other) {
      return other instanceof Pair pair && first == pair.first && second == pair.second;
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(first) + System.identityHashCode(second);
    }
  }

  private final List<Item> items = new ArrayList<>();

  /** Those that were tried and do not fit. */
  private final Set<Pair> apart = new HashSet<>();

  private int temporaries;

  private JoinRows() {}

  static LoweredGraph run(LoweredGraph graph) {
    JoinRows joining = new JoinRows();
    for (Call call : graph.calls()) {
      joining.items.add(Item.of(call));
      for (Memory memory : call.arguments()) {
        if (memory instanceof TemporaryMemory temporary) {
          joining.temporaries = Math.max(joining.temporaries, temporary.number() + 1);
        }
      }
    }
    boolean joined = true;
    while (joined) {
      joined = joining.joinAll();
    }
    return graph.withCalls(joining.calls(), List.of());
  }

  private List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      List<Call> own = items.get(i).calls();
      if (items.get(i).sources().size() == 1) {
        calls.addAll(own);
        continue;
      }
      List<Call> finishing = own.subList(1, own.size());
      Set<Memory> elsewhere = Item.touched(finishing);
      for (int j = 0; j < items.size(); j++) {
        if (j != i) {
          elsewhere.addAll(items.get(j).touched());
        }
      }
      calls.add(ReuseMemory.run(own.getFirst(), memory -> !elsewhere.contains(memory)));
      calls.addAll(finishing);
    }
    return calls;
  }

  private boolean joinAll() {
    boolean any = false;
    for (int i = 1; i < items.size(); i++) {
      for (int j = i - 1; j >= Math.max(0, i - REACH); j--) {
        if (join(j, i)) {
          any = true;
          i--;
          break;
        }
      }
    }
    return any;
  }

  /** Joins two items where one can move to the other. */
  private boolean join(int earlier, int later) {
    Item first = items.get(earlier);
    Item second = items.get(later);
    if (!first.isPlain
        || !second.isPlain
        || !isShared(first, second)
        || apart.contains(new Pair(first, second))) {
      return false;
    }
    List<Item> between = items.subList(earlier + 1, later);
    boolean isUp = between.stream().noneMatch(second::conflicts);
    boolean isDown = between.stream().noneMatch(first::conflicts);
    if (first.finishConflicts(second) || !(isUp || isDown)) {
      return false;
    }
    List<Call> sources = new ArrayList<>(first.sources());
    sources.addAll(second.sources());
    Optional<List<Call>> calls = JoinedRows.of(sources, () -> temporaries++);
    if (calls.isEmpty()) {
      apart.add(new Pair(first, second));
    }
    calls.ifPresent(
        joined -> {
          items.set(isUp ? earlier : later, Item.joined(sources, joined));
          items.remove(isUp ? later : earlier);
        });
    return calls.isPresent();
  }

  private static boolean isShared(Item first, Item second) {
    return first.touched().stream()
        .anyMatch(memory -> memory.type().elements() >= LARGE && second.touched().contains(memory));
  }

  private static boolean canJoin(Call call) {
    Kernel kernel = call.kernel();
    PlainNest nest = PlainNest.of(kernel);
    return !ScheduleScatter.fits(kernel)
        && !readsPlaces(kernel)
        && ScheduleContraction.product(nest).isEmpty()
        && !ScheduleTiles.fits(call, nest);
  }

  /** Whether places in memory are read from memory. */
  private static boolean readsPlaces(Kernel kernel) {
    boolean[] found = {false};
    UnaryOperator<Scalar> note =
        scalar -> {
          found[0] = true;
          return scalar;
        };
    Rewriting.visitIndices(
        kernel.body(),
        index -> index.mapDynamic(note),
        when -> when.map(index -> index.mapDynamic(note)));
    return found[0];
  }
}
