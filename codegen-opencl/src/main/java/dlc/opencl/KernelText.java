// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One kernel as functions in OpenCL C.
 *
 * <p>Loops that follow each other become a function each, since between work-groups there is no
 * other way to wait. Work-items share the turns of a parallel loop; a lanes loop becomes vectors;
 * conditions that differ between lanes become masks.
 */
final class KernelText {

  /** Which turns of a parallel loop a work-item runs. */
  enum Sharing {
    /** Turns that follow each other, since a processor's core reads on where it has read. */
    IN_RUNS,
    /** Turns far from each other, so that items beside each other read beside each other. */
    IN_TURN
  }

  /** What the line starts with that begins a function. */
  static final String HEAD = "static void ";

  /**
   * Where it is pasted, the compiler knows that what items share begins where vectors may. What is
   * pasted says {@code restrict} nowhere: Clang leaves marks for that which oclgrind does not take.
   */
  private static final String PASTED = "__attribute__((always_inline))\n";

  private final StringBuilder text = new StringBuilder();
  private final Map<String, Operand> locals = new HashMap<>();
  private final Map<LoopVar, Index> unrolled = new HashMap<>();
  private final IndexText indices;
  private final ScalarText scalars;
  private final MemoryText memory;
  private final Kernel kernel;
  private final boolean shares;
  private final boolean isOfGroups;
  private final Sharing sharing;
  private final Set<String> aligned;
  private final Set<String> written;
  private int depth = 1;
  private @Nullable LoopVar lane;
  private @Nullable LoopVar item;
  private Condition guards = Condition.ALWAYS;

  private KernelText(
      Kernel kernel, Helpers helpers, Sharing sharing, Set<String> aligned, Part part) {
    this.sharing = sharing;
    this.aligned = Set.copyOf(aligned);
    this.written = kernel.written().stream().map(Buffer::name).collect(Collectors.toSet());
    NarrowText narrow = new NarrowText(helpers);
    scalars = new ScalarText(this, helpers, narrow);
    indices = new IndexText(scalars::of);
    memory = new MemoryText(this, scalars, helpers, narrow);
    this.kernel = kernel;
    this.shares = part.turns > 1;
    this.isOfGroups = part.items > 0;
  }

  /**
   * A function of a kernel's buffers.
   *
   * @param function its name
   * @param turns how many turns its outermost loop makes, which work-items share
   * @param items how many items a group must have, each turn being one group's; 0 where any number
   * @param shared the buffers that they share, which follow the kernel's as arguments
   */
  record Part(String function, List<Stmt> body, int turns, int items, List<Buffer> shared) {
    Part {
      body = List.copyOf(body);
      shared = List.copyOf(shared);
    }

    /** A part for as many items as one likes. */
    Part(String function, List<Stmt> body, int turns) {
      this(function, body, turns, 0, List.of());
    }

    /** What is launched has memory for what items share, since functions may have none. */
    String declarations(String indent) {
      return shared.stream()
          .map(
              buffer ->
                  "%s__local %s %s[%d] __attribute__((aligned(16)));\n"
                      .formatted(
                          indent,
                          Operand.inMemory(buffer.type().dtype()),
                          buffer,
                          buffer.type().elements()))
          .collect(Collectors.joining());
    }

    /** How much memory that is. */
    long sharedBytes() {
      return shared.stream().mapToLong(buffer -> (buffer.type().bytes() + 15) / 16 * 16).sum();
    }

    /** What stands before the name of what is launched. */
    String head() {
      return items == 0
          ? "__kernel void"
          : "__kernel __attribute__((reqd_work_group_size(%d, 1, 1)))\nvoid".formatted(items);
    }
  }

  /** The functions that make up {@code kernel}, in the order in which they are to run. */
  static List<Part> parts(Kernel kernel) {
    List<Part> parts = new ArrayList<>();
    if (kernel.body().stream().allMatch(KernelText::isParallel)) {
      for (Stmt loop : kernel.body()) {
        String name = kernel.name() + (parts.isEmpty() ? "" : "_" + parts.size());
        parts.add(part(name, (Stmt.For) loop));
      }
      return parts;
    }
    // Statements that need each other's registers stay together.
    return List.of(new Part(kernel.name(), kernel.body(), 1));
  }

  private static Part part(String name, Stmt.For loop) {
    List<Buffer> shared = new ArrayList<>();
    int items = 0;
    for (Stmt statement : loop.body()) {
      if (statement instanceof Stmt.Declare(Buffer buffer) && buffer.space() == Space.SHARED) {
        shared.add(buffer);
      }
      if (statement instanceof Stmt.For(LoopVar counter, LoopKind kind, var _)
          && kind == LoopKind.ITEMS) {
        items = counter.extent();
      }
    }
    return new Part(name, List.of(loop), loop.counter().extent(), items, shared);
  }

  private static boolean isParallel(Stmt statement) {
    return statement instanceof Stmt.For(var _, LoopKind kind, var _) && kind == LoopKind.PARALLEL;
  }

  /**
   * The text of all functions of {@code kernel}.
   *
   * @param aligned the names of those of its buffers that begin at a multiple of 16 bytes
   */
  static String write(Kernel kernel, Helpers helpers, Sharing sharing, Set<String> aligned) {
    return parts(kernel).stream()
        .map(part -> new KernelText(kernel, helpers, sharing, aligned, part).function(part))
        .collect(Collectors.joining());
  }

  /** What {@code kernel} takes for {@code buffer}. */
  static String pointerType(Kernel kernel, Buffer buffer) {
    return "__global %s%s *"
        .formatted(
            kernel.written().contains(buffer) ? "" : "const ",
            Operand.inMemory(buffer.type().dtype()));
  }

  private String function(Part part) {
    block(part.body());
    String alone = isOfGroups ? "" : "restrict ";
    String arguments =
        Stream.concat(
                kernel.arguments().stream()
                    .map(buffer -> pointerType(kernel, buffer) + alone + buffer),
                part.shared.stream()
                    .map(
                        buffer ->
                            "__local %s *%s%s"
                                .formatted(Operand.inMemory(buffer.type().dtype()), alone, buffer)))
            .collect(Collectors.joining(", "));
    return "%s%s%s(%s) {\n%s}\n\n"
        .formatted(isOfGroups ? PASTED : "", HEAD, part.function(), arguments, text);
  }

  private void line(String line) {
    text.append("  ".repeat(depth)).append(line).append('\n');
  }

  private void block(List<Stmt> statements) {
    statements.forEach(this::statement);
  }

  /** The statements in braces where they name something, so that names end with them. */
  private void scope(List<Stmt> statements) {
    boolean names =
        statements.stream()
            .anyMatch(each -> each instanceof Stmt.Let || each instanceof Stmt.Declare);
    if (!names) {
      block(statements);
      return;
    }
    braces("{", statements);
  }

  private void braces(String head, List<Stmt> statements) {
    line(head);
    depth++;
    block(statements);
    depth--;
    line("}");
  }

  private void statement(Stmt statement) {
    switch (statement) {
      case Stmt.For loop -> loop(loop);
      case Stmt.If(Condition when, List<Stmt> body) -> branch(resolved(when), body);
      case Stmt.Let let -> let(let);
      case Stmt.Store store -> line(memory.store(store));
      case Stmt.Declare(Buffer buffer) -> declare(buffer);
    }
  }

  /** What items share is an argument. */
  private void declare(Buffer buffer) {
    if (buffer.space() == Space.REGISTER) {
      line(memory.declare(buffer, buffer.name()));
    }
  }

  private void let(Stmt.Let let) {
    Operand value = scalars.of(let.value());
    line("const %s %s = %s;".formatted(value.cType(), let.name(), value.text()));
    locals.put(let.name(), new Operand(let.name(), value.type(), value.lanes()));
  }

  private void loop(Stmt.For loop) {
    LoopVar counter = loop.counter();
    switch (loop.kind()) {
      case SERIAL -> {
        String i = indices.enter(counter);
        if (item != null) {
          // The sums of an item: written out, what they read of shared memory is asked for early.
          line("#pragma unroll");
        }
        braces(
            "for (int %s = 0; %s < %d; %s++) {".formatted(i, i, counter.extent(), i), loop.body());
        indices.leave(counter);
      }
      case PARALLEL -> share(loop);
      case ITEMS -> items(loop);
      case MATRIX -> throw new IllegalStateException("no device has registers of matrices");
      case UNROLLED -> {
        for (int i = 0; i < counter.extent(); i++) {
          unrolled.put(counter, Index.of(i));
          scope(loop.body());
        }
        unrolled.remove(counter);
      }
      case LANES -> {
        LoopVar outer = lane;
        lane = counter;
        scope(loop.body());
        lane = outer;
      }
    }
  }

  /** All items are done with one such loop before any begins the next. */
  private void items(Stmt.For loop) {
    item = loop.counter();
    String i = indices.enter(item);
    line("{");
    depth++;
    line("const int %s = get_local_id(0);".formatted(i));
    block(loop.body());
    depth--;
    line("}");
    line("barrier(CLK_LOCAL_MEM_FENCE);");
    indices.leave(item);
    item = null;
  }

  private void share(Stmt.For loop) {
    if (isOfGroups) {
      String g = indices.enter(loop.counter());
      braces(
          "for (int %s = get_group_id(0); %s < %d; %s += get_num_groups(0)) {"
              .formatted(g, g, loop.counter().extent(), g),
          loop.body());
      indices.leave(loop.counter());
      return;
    }
    if (!shares) {
      loop(new Stmt.For(loop.counter(), LoopKind.SERIAL, loop.body()));
      return;
    }
    String i = indices.enter(loop.counter());
    int extent = loop.counter().extent();
    line("const long items = get_global_size(0), item = get_global_id(0);");
    switch (sharing) {
      case IN_RUNS -> {
        line("const int end = (int)(%dL * (item + 1) / items);".formatted(extent));
        braces(
            "for (int %s = (int)(%dL * item / items); %s < end; %s++) {".formatted(i, extent, i, i),
            loop.body());
      }
      case IN_TURN -> {
        line("for (long at = item; at < %d; at += items) {".formatted(extent));
        depth++;
        line("const int %s = (int)at;".formatted(i));
        block(loop.body());
        depth--;
        line("}");
      }
    }
    indices.leave(loop.counter());
  }

  private void branch(Condition when, List<Stmt> body) {
    if (when.always()) {
      scope(body);
    } else if (lane != null && when.dependsOn(lane)) {
      Condition outer = guards;
      guards = outer.and(when);
      scope(body);
      guards = outer;
    } else {
      braces("if (%s) {".formatted(condition(when).text()), body);
    }
  }

  /** Whether a kernel's items have registers that live from one loop of them to the next. */
  boolean isOfGroups() {
    return isOfGroups;
  }

  /** Whether the first element of {@code buffer} may be that of a vector. */
  boolean isAligned(Buffer buffer) {
    return buffer.space() == Space.SHARED || (isOfGroups && aligned.contains(buffer.name()));
  }

  /** The counter of the loop of items around the current statement, if there is one. */
  @Nullable LoopVar item() {
    return item;
  }

  /** The counter of the lanes loop around the current statement, if there is one. */
  @Nullable LoopVar lane() {
    return lane;
  }

  /** What must hold, by lane, for the current statement to have an effect. */
  Condition guards() {
    return guards;
  }

  /** The lanes in which the current statement has an effect, and {@code when} holds. */
  LaneMask lanes(Condition when) {
    if (lane == null) {
      throw new IllegalStateException("there are no lanes");
    }
    return LaneMask.of(resolved(guards.and(when)), lane, this::condition);
  }

  /** Whether the kernel writes to {@code buffer}. */
  boolean writes(Buffer buffer) {
    return written.contains(buffer.name());
  }

  /** The element, or vector of elements, that {@code load} reads. */
  Operand load(Scalar.Load load) {
    return memory.load(load);
  }

  /** What a let named. */
  Operand local(Scalar.Local local) {
    Operand operand = locals.get(local.name());
    if (operand == null) {
      throw new IllegalStateException("no let names " + local.name());
    }
    return operand;
  }

  /** {@code index} as an int, or as a vector of them where it differs between lanes. */
  Operand position(Index index) {
    return indices.of(resolved(index), lane);
  }

  /** Whether {@code when} holds, in lanes where it differs between them. */
  Operand condition(Condition unresolved) {
    Operand all = null;
    for (Condition.Test test : resolved(unresolved).tests()) {
      all = both(all, test(test));
    }
    return all == null ? Operand.literal(1, DType.BOOL) : all;
  }

  /** Both conditions; nothing is the condition that always holds. */
  private @Nullable Operand both(@Nullable Operand x, @Nullable Operand y) {
    if (x == null || y == null) {
      return x == null ? y : x;
    }
    int lanes = Math.max(x.lanes(), y.lanes());
    String operator = lanes == 1 ? "&&" : "&";
    String text = "(%s %s %s)".formatted(x.splat(lanes).text(), operator, y.splat(lanes).text());
    return new Operand(text, DType.BOOL, lanes);
  }

  private Operand test(Condition.Test test) {
    Operand at = position(test.index());
    String text =
        switch (test) {
          case Condition.InRange(var _, int low, int high) -> {
            // One unsigned comparison tests both ends.
            String shifted =
                low == 0
                    ? at.text()
                    : "(%s - %s)".formatted(at.text(), Operand.literal(low, DType.I32).text());
            String type = Operand.vector("uint", at.lanes());
            yield "(as_%s(%s) < (%s)(%sU))"
                .formatted(type, shifted, type, Integer.toUnsignedString(high - low));
          }
          case Condition.Divisible(var _, int divisor) ->
              "(%s %% %d == 0)".formatted(at.text(), divisor);
        };
    return new Operand(text, DType.BOOL, at.lanes());
  }

  /** {@code index} with the counters of unrolled loops filled in. */
  Index resolved(Index index) {
    return unrolled.isEmpty()
        ? index
        : index.substitute(loop -> unrolled.getOrDefault(loop, loop.index()));
  }

  /** {@code when} with the counters of unrolled loops filled in. */
  Condition resolved(Condition when) {
    return when.map(this::resolved);
  }
}
