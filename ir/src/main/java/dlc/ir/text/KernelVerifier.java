// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import dlc.ir.DType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Reach;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.ScalarPrinter;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks what schedules and backends rely on in kernel IR. These things are checked:
 *
 * <ul>
 *   <li>each buffer that is read or written is an argument or a register declared before, under a
 *       shape of as many elements of the same type; names of arguments differ;
 *   <li>an index has a coordinate for each dimension; where no condition guards the access, each
 *       coordinate lies inside its dimension for all values of the loop counters;
 *   <li>indices use counters of enclosing loops alone, and locals are defined before their use;
 *   <li>the operands of a function, the branches of a choice, and a stored value and its buffer are
 *       of one type, and a test is a bool;
 *   <li>a parallel loop stands in no other loop, and in a loop of lanes stand only unrolled ones;
 *       loops of items, all of as many turns, stand in a parallel loop and serial ones alone, and
 *       buffers that items share are declared in the parallel loop;
 *   <li>loops of matrices hold another one or one store alone, and registers of matrices are used
 *       in them alone;
 *   <li>a call has a place for each argument, aligned for its type; what is used of it lies inside
 *       of its block of memory, and if it is written, overlaps no other.
 * </ul>
 */
public final class KernelVerifier {

  private final Kernel kernel;
  private final List<String> problems = new ArrayList<>();
  private final List<Stmt.For> loops = new ArrayList<>();
  private int guards;
  private int items;

  /** What a block may name. */
  private record Scope(Map<String, Buffer> buffers, Map<String, DType> locals) {
    Scope nested() {
      return new Scope(new HashMap<>(buffers), new HashMap<>(locals));
    }
  }

  private KernelVerifier(Kernel kernel) {
    this.kernel = kernel;
  }

  /**
   * Returns when all kernels and calls of {@code program} are sound.
   *
   * @throws IllegalStateException when they are not, with all problems
   */
  public static void verify(KernelProgram program) {
    List<String> problems = new ArrayList<>();
    program.kernels().forEach(kernel -> problems.addAll(problems(kernel)));
    program
        .entries()
        .forEach(entry -> entry.calls().forEach(call -> check(call, program, problems)));
    if (!problems.isEmpty()) {
      throw new IllegalStateException(
          "%s is broken:%n  %s".formatted(program.name(), String.join("\n  ", problems)));
    }
  }

  /** What is wrong with {@code kernel}; nothing when it is sound. */
  public static List<String> problems(Kernel kernel) {
    KernelVerifier verifier = new KernelVerifier(kernel);
    Scope scope = new Scope(new HashMap<>(), new HashMap<>());
    for (Buffer argument : kernel.arguments()) {
      verifier.require(argument.space() == Space.GLOBAL, "the argument %s is no memory", argument);
      verifier.declare(argument, scope);
    }
    verifier.block(kernel.body(), scope);
    return verifier.problems;
  }

  private static void check(KernelProgram.Call call, KernelProgram program, List<String> problems) {
    Kernel kernel = call.kernel();
    if (call.arguments().size() != kernel.arguments().size()) {
      problems.add(
          "@%s is called with %d arguments".formatted(kernel.name(), call.arguments().size()));
      return;
    }
    Set<Buffer> written = kernel.written();
    Map<String, Long> reach = Reach.of(kernel);
    for (int i = 0; i < call.arguments().size(); i++) {
      KernelProgram.Place place = call.arguments().get(i);
      Buffer buffer = kernel.arguments().get(i);
      boolean inside =
          switch (place.region()) {
            case STATE -> place.offset() + bytes(buffer, reach) <= program.stateBytes();
            case WORK -> place.offset() + bytes(buffer, reach) <= program.workBytes();
            case CONSTANT -> !written.contains(buffer);
          };
      if (!inside || place.offset() < 0) {
        problems.add("@%s: %s does not lie in %s".formatted(kernel.name(), buffer, place));
      }
      boolean isMemory = place.region() != KernelProgram.Region.CONSTANT;
      if (isMemory && place.offset() % buffer.type().dtype().bytes() != 0) {
        problems.add("@%s: %s is not aligned at %s".formatted(kernel.name(), buffer, place));
      }
      for (int j = 0; isMemory && j < i; j++) {
        Buffer other = kernel.arguments().get(j);
        KernelProgram.Place its = call.arguments().get(j);
        boolean overlap =
            its.region() == place.region()
                && its.offset() < place.offset() + bytes(buffer, reach)
                && place.offset() < its.offset() + bytes(other, reach);
        if (overlap && (written.contains(buffer) || written.contains(other))) {
          problems.add("@%s: %s and %s overlap".formatted(kernel.name(), other, buffer));
        }
      }
    }
  }

  private static long bytes(Buffer argument, Map<String, Long> reach) {
    return reach.getOrDefault(argument.name(), 0L) * argument.type().dtype().bytes();
  }

  private void require(boolean holds, String format, Object... arguments) {
    if (!holds) {
      problems.add("@" + kernel.name() + ": " + format.formatted(arguments));
    }
  }

  private void declare(Buffer buffer, Scope scope) {
    require(
        scope.buffers().putIfAbsent(buffer.name(), buffer) == null,
        "two buffers are called %s",
        buffer);
  }

  private void block(List<Stmt> statements, Scope scope) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> {
          checkNesting(loop);
          loops.add(loop);
          block(loop.body(), scope.nested());
          loops.removeLast();
        }
        case Stmt.If(Condition when, List<Stmt> body) -> {
          condition(when, scope);
          guards++;
          block(body, scope.nested());
          guards--;
        }
        case Stmt.Let let -> {
          scalar(let.value(), scope);
          require(
              scope.locals().putIfAbsent(let.name(), let.value().type()) == null,
              "%s is defined twice",
              let.name());
        }
        case Stmt.Store(Buffer buffer, List<Index> at, Scalar value) -> {
          scalar(value, scope);
          access(buffer, at, Condition.ALWAYS, scope);
          require(
              value.type() == buffer.type().dtype().computed(),
              "%s is stored in %s",
              value.type(),
              buffer);
        }
        case Stmt.Declare(Buffer buffer) -> {
          require(buffer.space() != Space.GLOBAL, "%s is declared but no register", buffer);
          require(
              buffer.space() != Space.SHARED || isInGroup(),
              "%s is shared outside of a group",
              buffer);
          declare(buffer, scope);
        }
      }
    }
  }

  private void checkNesting(Stmt.For loop) {
    LoopVar counter = loop.counter();
    require(counter.extent() >= 1, "the loop %s has no iteration", counter);
    require(
        loops.stream().noneMatch(outer -> outer.counter().name().equals(counter.name())),
        "the loop %s stands in one of that name",
        counter);
    require(
        loop.kind() != LoopKind.PARALLEL || loops.isEmpty(),
        "the parallel loop %s is not outermost",
        counter);
    require(
        loop.kind() != LoopKind.ITEMS
            || (guards == 0
                && !loops.isEmpty()
                && loops.getFirst().kind() == LoopKind.PARALLEL
                && loops.stream().skip(1).allMatch(outer -> outer.kind() == LoopKind.SERIAL)
                && items(loop)),
        "the loop of items %s does not stand in a group of so many",
        counter);
    require(
        loop.kind() == LoopKind.UNROLLED
            || loops.stream().noneMatch(outer -> outer.kind() == LoopKind.LANES),
        "the %s loop %s stands in a loop of lanes",
        loop.kind(),
        counter);
    require(
        loop.kind() != LoopKind.MATRIX || isInstruction(loop.body()),
        "the loop of a matrix %s is no instruction",
        counter);
  }

  /** Whether {@code body} is one store, or a loop of a matrix. */
  private static boolean isInstruction(List<Stmt> body) {
    return body.size() == 1
        && (body.getFirst() instanceof Stmt.Store
            || (body.getFirst() instanceof Stmt.For inner && inner.kind() == LoopKind.MATRIX));
  }

  /** Whether what stands here is in a parallel loop and nothing else. */
  private boolean isInGroup() {
    return loops.size() == 1 && loops.getFirst().kind() == LoopKind.PARALLEL;
  }

  /** Whether {@code loop} has as many turns as the first loop of items had. */
  private boolean items(Stmt.For loop) {
    items = items == 0 ? loop.counter().extent() : items;
    return items == loop.counter().extent();
  }

  private void access(Buffer buffer, List<Index> at, Condition when, Scope scope) {
    Buffer declared = scope.buffers().get(buffer.name());
    require(
        buffer.space() != Space.MATRIX
            || (!loops.isEmpty() && loops.getLast().kind() == LoopKind.MATRIX),
        "the matrix %s is used outside of its loops",
        buffer);
    require(declared != null, "the buffer %s is not declared", buffer);
    require(
        declared == null
            || (declared.type().elements() == buffer.type().elements()
                && declared.type().dtype() == buffer.type().dtype()
                && declared.space() == buffer.space()),
        "%s is used as %s",
        buffer,
        buffer.type());
    require(at.size() == buffer.type().rank(), "%s%s has the wrong rank", buffer, at);
    condition(when, scope);
    boolean isGuarded = guards > 0 || !when.always();
    for (int axis = 0; axis < Math.min(at.size(), buffer.type().rank()); axis++) {
      Index index = at.get(axis);
      index(index, scope);
      require(
          isGuarded || (index.min() >= 0 && index.max() < buffer.type().dim(axis)),
          "%s%s: %s goes from %d to %d in a dimension of %d",
          buffer,
          at,
          index,
          index.min(),
          index.max(),
          buffer.type().dim(axis));
    }
  }

  private void condition(Condition when, Scope scope) {
    when.tests().forEach(test -> index(test.index(), scope));
  }

  private void index(Index index, Scope scope) {
    for (Index.Term term : index.terms()) {
      switch (term.atom()) {
        case LoopVar loop ->
            require(
                loops.stream().anyMatch(outer -> outer.counter().equals(loop)),
                "%s counts no enclosing loop",
                loop);
        case Index.Quotient quotient -> index(quotient.dividend(), scope);
        case Index.Remainder remainder -> index(remainder.dividend(), scope);
        case Index.Dynamic dynamic -> scalar(dynamic.value(), scope);
      }
    }
  }

  private void scalar(Scalar scalar, Scope scope) {
    scalar.parts().forEach(part -> scalar(part, scope));
    switch (scalar) {
      case Scalar.Arg arg -> require(false, "the argument #%d has no value", arg.index());
      case Scalar.Local(String name, DType type) ->
          require(scope.locals().get(name) == type, "the local %s: %s is not defined", name, type);
      case Scalar.Load(Buffer buffer, List<Index> at, Condition when, double _) ->
          access(buffer, at, when, scope);
      case Scalar.Binary(var _, Scalar x, Scalar y) ->
          require(x.type() == y.type(), "two types in %s", ScalarPrinter.print(scalar));
      case Scalar.Fma(Scalar x, Scalar y, Scalar z) ->
          require(
              z.type().isFloat() && x.type() == z.type() && y.type() == z.type(),
              "wrong types in %s",
              ScalarPrinter.print(scalar));
      case Scalar.Select(Scalar test, Scalar x, Scalar y) ->
          require(
              test.type() == DType.BOOL && x.type() == y.type(),
              "wrong types in %s",
              ScalarPrinter.print(scalar));
      case Scalar.Holds holds -> condition(holds.when(), scope);
      case Scalar.Position position -> index(position.index(), scope);
      case Scalar.Uniform uniform -> index(uniform.element(), scope);
      case Scalar.Literal _, Scalar.Unary _, Scalar.Cast _ -> {}
    }
  }
}
