// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.ConstantMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Lets the memory of a call begin where the kernel begins to use it, so that kernels that differ in
 * the part of memory alone, as the steps of a recurrence do, are one.
 *
 * <pre>
 * call k(b), where k does b[d0, 7] = b[d0, 6]   =>   call k(b + 6), where k does b[d0, 1] = b[d0, 0]
 * </pre>
 */
final class Rebase {

  /** How a kernel sees an argument and the first place that it uses in each dimension. */
  private static final class View {
    private final TensorType type;
    private final int[] first;
    private boolean isOnlyOne = true;

    View(Buffer buffer) {
      type = buffer.type();
      first = new int[type.rank()];
      Arrays.fill(first, Integer.MAX_VALUE);
    }

    void meet(Buffer buffer, List<Index> at) {
      if (!buffer.type().equals(type)) {
        isOnlyOne = false;
        return;
      }
      for (int axis = 0; axis < first.length; axis++) {
        first[axis] = Math.min(first[axis], at.get(axis).min());
      }
    }

    boolean moves() {
      return isOnlyOne && offset() > 0;
    }

    /** In elements. */
    long offset() {
      long offset = 0;
      for (int axis = 0; axis < first.length; axis++) {
        offset += (long) Math.max(0, first[axis]) * type.strides().get(axis);
      }
      return offset;
    }

    List<Index> moved(List<Index> at) {
      List<Index> moved = new ArrayList<>();
      for (int axis = 0; axis < first.length; axis++) {
        moved.add(at.get(axis).plus(-Math.max(0, first[axis])));
      }
      return moved;
    }
  }

  private Rebase() {}

  static Call run(Call call) {
    Kernel kernel = call.kernel();
    Map<String, View> views = new HashMap<>();
    visit(
        kernel.body(),
        (buffer, at) ->
            views.computeIfAbsent(buffer.name(), _ -> new View(buffer)).meet(buffer, at));
    for (int i = 0; i < kernel.arguments().size(); i++) {
      // The place of a constant is its number.
      if (call.arguments().get(i) instanceof ConstantMemory) {
        views.remove(kernel.arguments().get(i).name());
      }
    }
    views.values().removeIf(view -> !view.moves());
    if (views.isEmpty()) {
      return call;
    }
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < kernel.arguments().size(); i++) {
      Buffer argument = kernel.arguments().get(i);
      View view = views.get(argument.name());
      long moved = view == null ? 0 : view.offset() * argument.type().dtype().bytes();
      offsets.add(call.offsets().get(i) + moved);
    }
    return new Call(
        kernel.with(move(kernel.body(), views)), call.arguments(), offsets, call.source());
  }

  private static void visit(List<Stmt> body, BiConsumer<Buffer, List<Index>> visitor) {
    BiConsumer<Buffer, List<Index>> global =
        (buffer, at) -> {
          if (buffer.space() == Space.GLOBAL) {
            visitor.accept(buffer, at);
          }
        };
    for (Stmt statement : body) {
      switch (statement) {
        case Stmt.For loop -> visit(loop.body(), visitor);
        case Stmt.If branch -> visit(branch.body(), visitor);
        case Stmt.Store store -> global.accept(store.buffer(), store.at());
        case Stmt.Let _, Stmt.Declare _ -> {}
      }
    }
    Rewriting.visitScalars(
        body.stream()
            .filter(each -> !(each instanceof Stmt.For || each instanceof Stmt.If))
            .toList(),
        scalar -> {
          if (scalar instanceof Scalar.Load load) {
            global.accept(load.buffer(), load.at());
          }
        });
  }

  private static List<Stmt> move(List<Stmt> body, Map<String, View> views) {
    return Rewriting.mapScalars(moveStores(body, views), scalar -> move(scalar, views));
  }

  private static Scalar move(Scalar scalar, Map<String, View> views) {
    return scalar instanceof Scalar.Load(Buffer buffer, var at, var when, double otherwise)
            && buffer.space() == Space.GLOBAL
            && views.containsKey(buffer.name())
        ? new Scalar.Load(buffer, views.get(buffer.name()).moved(at), when, otherwise)
        : scalar;
  }

  private static List<Stmt> moveStores(List<Stmt> body, Map<String, View> views) {
    return body.stream()
        .<Stmt>map(
            statement ->
                switch (statement) {
                  case Stmt.For(var counter, var kind, var inner) ->
                      new Stmt.For(counter, kind, moveStores(inner, views));
                  case Stmt.If(var when, var inner) -> new Stmt.If(when, moveStores(inner, views));
                  case Stmt.Store(var buffer, var at, var value)
                      when buffer.space() == Space.GLOBAL && views.containsKey(buffer.name()) ->
                      new Stmt.Store(buffer, views.get(buffer.name()).moved(at), value);
                  case Stmt.Store _, Stmt.Let _, Stmt.Declare _ -> statement;
                })
        .toList();
  }
}
