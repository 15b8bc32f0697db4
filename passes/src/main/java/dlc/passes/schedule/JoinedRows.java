// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.op.Comprehension;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * Makes one kernel of several that can do their work row by row, because what one of them reads of
 * another's results lies in the row that it is at.
 *
 * <p>A fold over rows adds to parts, one for each chunk of the rows, which a small kernel sums up
 * later: the chunks are the same for any number of threads.
 */
final class JoinedRows {

  /** Rows are as long as this where they can be, so that loops are worth beginning. */
  private static final long GRAIN = 128;

  /** And this where nothing is folded in them. */
  private static final long FLAT_GRAIN = 1024;

  /** How many elements of a row the second cache holds. */
  private static final long CACHE = 160_000;

  /** So many rows are enough for all threads. */
  private static final long ENOUGH_ROWS = 8;

  /** Into about so many chunks rows are cut. */
  private static final long CHUNKS = 16;

  /** The parts are written and read: they must be this much smaller than what is summed. */
  private static final long MARGIN = 8;

  /** The elements of a vector. */
  private static final int VECTOR = 16;

  private final List<Call> calls;
  private final IntSupplier temporaries;
  private final Map<Memory, String> names = new LinkedHashMap<>();
  private final Map<String, Buffer> arguments = new LinkedHashMap<>();
  private List<PlainNest> nests = new ArrayList<>();

  private JoinedRows(List<Call> calls, IntSupplier temporaries) {
    this.calls = calls;
    this.temporaries = temporaries;
  }

  /** The joined call and then those that finish sums, or nothing where rows do not fit. */
  static Optional<List<Call>> of(List<Call> calls, IntSupplier temporaries) {
    return new JoinedRows(calls, temporaries).join();
  }

  private Optional<List<Call>> join() {
    calls.forEach(call -> nests.add(renamed(call)));
    MatchRows.Matched matched = MatchRows.run(nests);
    nests = new ArrayList<>(matched.nests());
    List<LoopVar> rows = new ArrayList<>(matched.rows());
    for (int i = 0; i < nests.size(); i++) {
      if (!isFree(i)) {
        rows.retainAll(nests.get(i).loops());
      }
    }
    rows.sort(Comparator.comparingLong(row -> -stride(row)));
    rows = coarse(rows);
    List<LoopVar> chunks = new ArrayList<>(chunks(rows));
    if (PlainNest.product(rows) < ENOUGH_ROWS || !fits(rows) || !isSound(rows, chunks)) {
      return Optional.empty();
    }
    rename(rows, chunks);
    return Optional.of(write(rows, chunks));
  }

  /** The nest of {@code call}, in which each memory has the same name as in those of the others. */
  private PlainNest renamed(Call call) {
    Map<String, String> renaming = new HashMap<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      Buffer buffer = call.kernel().arguments().get(i);
      String name = names.computeIfAbsent(call.arguments().get(i), _ -> "b" + names.size());
      renaming.put(buffer.name(), name);
      arguments.putIfAbsent(name, new Buffer(name, buffer.type(), buffer.space()));
    }
    return PlainNest.of(Rewriting.renamed(call.kernel().body(), renaming));
  }

  private static List<Access> stores(PlainNest nest) {
    return Access.of(nest).stream().filter(Access::isWrite).toList();
  }

  /** Whether it folds, and nothing that is joined needs the result. */
  private boolean isFree(int own) {
    if (!nests.get(own).folds() || !new Phase(nests.get(own), List.of()).isSimple()) {
      return false;
    }
    List<Access> stores = stores(nests.get(own));
    for (int i = 0; i < nests.size(); i++) {
      if (i != own
          && Access.of(nests.get(i)).stream()
              .anyMatch(access -> stores.stream().anyMatch(access::isOf))) {
        return false;
      }
    }
    return true;
  }

  /** How far apart rows are in the largest memory. */
  private long stride(LoopVar row) {
    return nests.stream()
        .flatMap(nest -> Access.of(nest).stream())
        .sorted(Comparator.comparingLong(access -> -access.buffer().type().elements()))
        .mapToLong(access -> access.stride(row))
        .filter(stride -> stride > 0)
        .findFirst()
        .orElse(0);
  }

  /** The outer ones of {@code rows}, so that what is within them is of some size. */
  private List<LoopVar> coarse(List<LoopVar> rows) {
    long most = nests.stream().mapToLong(nest -> nest.elements() * nest.turns()).max().orElse(0);
    List<LoopVar> outer = new ArrayList<>(rows);
    while (!outer.isEmpty()) {
      long wanted = Math.ceilDiv(grain(rows), most / PlainNest.product(outer));
      if (wanted <= 1) {
        break;
      }
      LoopVar last = outer.removeLast();
      int inner = divisor(last.extent(), wanted);
      if (inner < last.extent()) {
        outer.add(cut(last, last.extent() / inner).getFirst());
        break;
      }
    }
    return outer;
  }

  private long grain(List<LoopVar> rows) {
    boolean isFolded =
        nests.stream().anyMatch(nest -> nest.folds() && !new Phase(nest, rows).foldsRows());
    return isFolded ? GRAIN : FLAT_GRAIN;
  }

  /** The least divisor of {@code number} that is not less than {@code least}, or the number. */
  private static int divisor(int number, long least) {
    for (int divisor = 2; divisor < number; divisor++) {
      if (divisor >= least && number % divisor == 0) {
        return divisor;
      }
    }
    return number;
  }

  /** Makes two loops of one, the outer of {@code turns}. */
  private List<LoopVar> cut(LoopVar loop, int turns) {
    LoopVar outer = new LoopVar(loop.name() + "o", turns);
    LoopVar inner = new LoopVar(loop.name() + "i", loop.extent() / turns);
    List<LoopVar> parts = List.of(outer, inner);
    nests.replaceAll(nest -> MatchRows.replaced(nest, loop, parts));
    return parts;
  }

  /** Takes out of {@code rows} those that count chunks: all where nothing is folded over rows. */
  private List<LoopVar> chunks(List<LoopVar> rows) {
    int needed = 0;
    boolean isFolded = false;
    for (PlainNest nest : nests) {
      if (new Phase(nest, rows).foldsRows()) {
        isFolded = true;
        for (int i = 0; i < rows.size(); i++) {
          needed = nest.loops().contains(rows.get(i)) ? Math.max(needed, i + 1) : needed;
        }
      }
    }
    if (!isFolded) {
      return List.copyOf(rows);
    }
    List<LoopVar> chunks = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      long product = PlainNest.product(chunks);
      if (i >= needed && product >= CHUNKS) {
        break;
      }
      LoopVar row = rows.get(i);
      int turns = divisor(row.extent(), Math.ceilDiv(CHUNKS, product));
      if (i >= needed && turns < row.extent()) {
        List<LoopVar> parts = cut(row, turns);
        rows.remove(i);
        rows.addAll(i, parts);
        row = parts.getFirst();
      }
      chunks.add(row);
    }
    return chunks;
  }

  /** Whether a row stays in the second cache, and is walked in vectors. */
  private boolean fits(List<LoopVar> rows) {
    Map<String, Long> elements = new HashMap<>();
    for (PlainNest nest : nests) {
      Phase phase = new Phase(nest, rows);
      if (!isWide(phase)) {
        return false;
      }
      for (Access access : Access.of(nest)) {
        long own = PlainNest.product(rows.stream().filter(row -> access.stride(row) > 0).toList());
        elements.merge(access.buffer().name(), access.buffer().type().elements() / own, Math::max);
      }
    }
    return elements.values().stream().mapToLong(Long::longValue).sum() <= CACHE;
  }

  private static boolean isWide(Phase phase) {
    List<Stmt> all = new ArrayList<>(phase.nest().step());
    all.addAll(phase.nest().after());
    return (phase.loops().isEmpty() && phase.reduced().isEmpty())
        || isWide(phase.loops(), all)
        || isWide(phase.reduced(), phase.nest().step());
  }

  /** Whether some loop is long enough for vectors, and memory lies along it. */
  private static boolean isWide(List<LoopVar> loops, List<Stmt> body) {
    Collapse.Collapsed collapsed = Collapse.run(loops, body);
    List<Access> accesses = Access.of(collapsed.body());
    return collapsed.loops().stream()
        .anyMatch(
            loop ->
                loop.extent() >= VECTOR
                    && accesses.stream().allMatch(access -> access.isAlong(loop)));
  }

  /** Whether each row is by itself, and all folds over rows can be made in parts. */
  private boolean isSound(List<LoopVar> rows, List<LoopVar> chunks) {
    Map<String, List<Access>> accesses = new LinkedHashMap<>();
    Set<String> written = new LinkedHashSet<>();
    for (int i = 0; i < nests.size(); i++) {
      Phase phase = new Phase(nests.get(i), rows);
      if (phase.foldsRows() && !canFinish(i, phase, chunks)) {
        return false;
      }
      List<Access> own =
          phase.foldsRows() ? Access.of(phase.nest().step()) : Access.of(phase.nest());
      for (Access access : own) {
        accesses.computeIfAbsent(access.buffer().name(), _ -> new ArrayList<>()).add(access);
        if (access.isWrite()) {
          written.add(access.buffer().name());
        }
      }
    }
    return written.stream()
        .allMatch(name -> isByRows(rows, accesses.getOrDefault(name, List.of())));
  }

  private static boolean isByRows(List<LoopVar> rows, List<Access> accesses) {
    Access first = accesses.getFirst();
    return accesses.stream()
        .allMatch(
            access ->
                RowDigits.hold(rows, access)
                    && rows.stream().allMatch(row -> access.stride(row) == first.stride(row)));
  }

  /** Whether what is done with the result of a fold can wait until all rows are done. */
  private boolean canFinish(int own, Phase phase, List<LoopVar> chunks) {
    PlainNest nest = phase.nest();
    long parts = PlainNest.product(chunks) * PlainNest.product(phase.loops());
    if (parts * MARGIN > nest.elements() * nest.turns()) {
      return false;
    }
    List<Access> after = Access.of(nest.after());
    for (int i = own + 1; i < nests.size(); i++) {
      for (Access access : Access.of(nests.get(i))) {
        if (after.stream()
            .anyMatch(each -> each.isOf(access) && (each.isWrite() || access.isWrite()))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Gives all loops short names. */
  private void rename(List<LoopVar> rows, List<LoopVar> chunks) {
    Set<LoopVar> loops = new LinkedHashSet<>(rows);
    for (PlainNest nest : nests) {
      loops.addAll(nest.loops());
      loops.addAll(nest.reduced());
    }
    Map<LoopVar, LoopVar> named = new LinkedHashMap<>();
    loops.forEach(loop -> named.put(loop, new LoopVar("d" + named.size(), loop.extent())));
    nests.replaceAll(nest -> MatchRows.renamed(nest, named));
    rows.replaceAll(named::get);
    chunks.replaceAll(named::get);
  }

  private List<Call> write(List<LoopVar> rows, List<LoopVar> chunks) {
    List<Stmt> before = new ArrayList<>();
    List<PlainNest> inRow = new ArrayList<>();
    List<Call> finishing = new ArrayList<>();
    Map<Buffer, Memory> used = new LinkedHashMap<>();
    names.forEach((memory, name) -> used.put(arguments.get(name), memory));
    List<Kernel.Part> made = new ArrayList<>();
    for (int i = 0; i < nests.size(); i++) {
      Kernel kernel = calls.get(i).kernel();
      made.addAll(kernel.parts());
      Phase phase = new Phase(nests.get(i), rows);
      if (!phase.foldsRows()) {
        inRow.add(phase.inRow().numbered(i));
        continue;
      }
      List<LoopVar> places = new ArrayList<>(chunks);
      places.addAll(phase.loops());
      Buffer acc = ((Stmt.Declare) phase.nest().before().getFirst()).buffer();
      TensorType type =
          new TensorType(acc.type().dtype(), places.stream().map(LoopVar::extent).toList());
      Buffer part = Buffer.global("part" + i, type);
      used.put(part, new TemporaryMemory(temporaries.getAsInt(), type));
      List<Index> at = Comprehension.indices(places);
      before.addAll(phase.clear(part, at));
      inRow.add(phase.add(part, at).numbered(i));
      finishing.add(call(kernel.name(), kernel.parts(), used, phase.finish(part, at, chunks)));
    }
    List<LoopVar> within = rows.stream().filter(row -> !chunks.contains(row)).toList();
    List<Stmt> body = new ArrayList<>(before);
    List<Stmt> row =
        MergePhases.run(inRow).stream().flatMap(nest -> nest.statements().stream()).toList();
    body.addAll(Rewriting.nest(within, LoopKind.SERIAL, row));
    List<Stmt> all = Rewriting.nest(chunks, LoopKind.SERIAL, body);
    List<Call> written = new ArrayList<>();
    written.add(call(calls.getLast().kernel().name() + "_rows", made, used, all));
    written.addAll(finishing);
    return written;
  }

  private static Call call(
      String name, List<Kernel.Part> parts, Map<Buffer, Memory> memories, List<Stmt> body) {
    Map<Buffer, Memory> used = new LinkedHashMap<>(memories);
    Set<String> needed = Set.copyOf(Rewriting.buffers(body));
    used.keySet().removeIf(buffer -> !needed.contains(buffer.name()));
    Kernel kernel = new Kernel(name, List.copyOf(used.keySet()), body, parts);
    return new Call(kernel, List.copyOf(used.values()));
  }
}
