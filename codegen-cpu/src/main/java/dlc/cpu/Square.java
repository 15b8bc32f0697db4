// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * As many vectors as a vector has lanes, of elements that lie side by side in memory the other way:
 *
 * <pre>
 * unrolled i < 16 { lanes l < 16 { y[16 * i + l] = x[i + 1000 * l] } }
 * </pre>
 *
 * <p>Read row by row, and turned in registers, it needs no gathers.
 *
 * @param row counts the vectors that are stored
 * @param lane the lanes in which they are stored
 * @param lets what is computed for an element
 * @param store where it goes
 */
record Square(LoopVar row, LoopVar lane, List<Stmt.Let> lets, Stmt.Store store) {

  /** Nothing where {@code loop} is not such a square. */
  static Optional<Square> of(Stmt.For loop) {
    if (loop.kind() != LoopKind.UNROLLED
        || loop.body().size() != 1
        || !(loop.body().getFirst() instanceof Stmt.For lanes)
        || lanes.kind() != LoopKind.LANES
        || lanes.counter().extent() != loop.counter().extent()
        || Integer.bitCount(loop.counter().extent()) != 1
        || !(lanes.body().getLast() instanceof Stmt.Store store)) {
      return Optional.empty();
    }
    List<Stmt.Let> lets = new ArrayList<>();
    for (Stmt statement : lanes.body().subList(0, lanes.body().size() - 1)) {
      if (!(statement instanceof Stmt.Let let)) {
        return Optional.empty();
      }
      lets.add(let);
    }
    Square square = new Square(loop.counter(), lanes.counter(), lets, store);
    return square.isTurned() ? Optional.of(square) : Optional.empty();
  }

  /** Whether all that is read lies along the rows, and what is written along the lanes. */
  private boolean isTurned() {
    if (store.buffer().space() == Space.REGISTER || step(place(store), lane) != 1) {
      return false;
    }
    List<Scalar.Load> loads = new ArrayList<>();
    lets.forEach(let -> collect(let.value(), loads));
    collect(store.value(), loads);
    return loads.stream().anyMatch(load -> step(place(load), row) == 1)
        && loads.stream().allMatch(this::isAlongRows);
  }

  private boolean isAlongRows(Scalar.Load load) {
    int step = step(place(load), row);
    return load.buffer().space() != Space.REGISTER && (step == 0 || step == 1);
  }

  /** How far apart two turns are in memory, or -1 where that differs. */
  static int step(Index place, LoopVar loop) {
    return place.isIrregularIn(loop) ? -1 : place.stride(loop);
  }

  private static Index place(Stmt.Store store) {
    return Index.linear(store.at(), store.buffer().type().dims());
  }

  static Index place(Scalar.Load load) {
    return Index.linear(load.at(), load.buffer().type().dims());
  }

  static void collect(Scalar scalar, List<Scalar.Load> loads) {
    if (scalar instanceof Scalar.Load load) {
      loads.add(load);
    }
    scalar.parts().forEach(part -> collect(part, loads));
  }

  /**
   * The columns of a rectangle whose rows are {@code rows}, one after the other in as many vectors:
   * half of the rows are interleaved with the other half, as often as doubling makes all of one.
   */
  static List<Operand> turned(FunctionText text, List<Operand> rows) {
    int count = rows.size();
    List<Operand> turned = rows;
    for (int done = 1; done < count; done *= 2) {
      List<Operand> next = new ArrayList<>();
      for (int i = 0; i < count / 2; i++) {
        Operand x = turned.get(i);
        Operand y = turned.get(i + count / 2);
        next.add(interleaved(text, x, y, 0));
        next.add(interleaved(text, x, y, x.lanes() / 2));
      }
      turned = next;
    }
    return turned;
  }

  /** Elements of {@code x} and {@code y} in turn, from number {@code from}. */
  private static Operand interleaved(FunctionText text, Operand x, Operand y, int from) {
    int lanes = x.lanes();
    String places =
        IntStream.range(0, lanes)
            .mapToObj(i -> "i32 " + (from + i / 2 + i % 2 * lanes))
            .collect(Collectors.joining(", "));
    String vector =
        text.value(
            "shufflevector %s, %s, <%d x i32> <%s>".formatted(x.typed(), y.typed(), lanes, places));
    return new Operand(vector, x.type(), lanes);
  }

  /** The {@code count} elements of {@code vector} from number {@code from}. */
  static Operand part(FunctionText text, Operand vector, int from, int count) {
    if (count == vector.lanes()) {
      return vector;
    }
    String places =
        IntStream.range(from, from + count)
            .mapToObj(i -> "i32 " + i)
            .collect(Collectors.joining(", "));
    String part =
        text.value(
            "shufflevector %s, %s poison, <%d x i32> <%s>"
                .formatted(vector.typed(), vector.llvmType(), count, places));
    return new Operand(part, vector.type(), count);
  }
}
