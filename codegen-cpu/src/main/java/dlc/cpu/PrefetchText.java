// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks the caches for what a tile reads after its sum, before it begins to sum.
 *
 * <pre>
 * register acc: f32[8, 1, 2, 16]
 *                                                      // here: the lines of b
 * serial r0 { … }
 * unrolled i { unrolled j { lanes l { y[…] = acc[i, 0, j, l] * b[…] } } }
 * </pre>
 *
 * <p>Rows of a tile are far apart, so that no processor foresees them: it would wait for each. What
 * is written, too, such as weights and their momentum, is asked for as its only owner: another
 * processor that has read it lets go of it meanwhile.
 */
final class PrefetchText {

  /** Buffers of fewer elements are near by anyway. */
  private static final int LARGE = 4096;

  /** A sum of fewer turns is done before a line has come. */
  private static final int LONG = 4;

  private final KernelText kernel;
  private final MemoryText memory;
  private final Set<String> written;

  /**
   * @param written what the kernel writes to
   */
  PrefetchText(KernelText kernel, MemoryText memory, Set<Buffer> written) {
    this.kernel = kernel;
    this.memory = memory;
    this.written = written.stream().map(Buffer::name).collect(Collectors.toSet());
  }

  /** Whether statement number {@code at} of {@code block} is the sum of a tile, and a long one. */
  static boolean isSum(List<Stmt> block, int at) {
    return block.getFirst() instanceof Stmt.Declare && turns(block.get(at)) >= LONG;
  }

  private static long turns(Stmt statement) {
    return statement instanceof Stmt.For loop && loop.kind() == LoopKind.SERIAL
        ? loop.counter().extent() * turns(loop.body().getFirst())
        : 1;
  }

  /** Asks for the vectors that {@code statements} read where they surely read them. */
  void ask(List<Stmt> statements) {
    statements.forEach(this::statement);
  }

  private void statement(Stmt statement) {
    switch (statement) {
      case Stmt.For loop when loop.kind() == LoopKind.UNROLLED ->
          kernel.turns(loop.counter(), loop.counter().extent(), () -> ask(loop.body()));
      case Stmt.For loop when loop.kind() == LoopKind.LANES ->
          kernel.turns(loop.counter(), 1, () -> vectors(loop.body()));
      case Stmt.If branch -> kernel.branch(branch.when(), () -> ask(branch.body()));
      case Stmt.For _, Stmt.Let _, Stmt.Store _, Stmt.Declare _ -> {}
    }
  }

  private void vectors(List<Stmt> body) {
    for (Stmt statement : body) {
      switch (statement) {
        case Stmt.Let let -> loads(let.value());
        case Stmt.Store store -> loads(store.value());
        case Stmt.For _, Stmt.If _, Stmt.Declare _ -> {}
      }
    }
  }

  private void loads(Scalar value) {
    if (value instanceof Scalar.Load load && load.when().always() && isLarge(load.buffer())) {
      memory.prefetch(load, written.contains(load.buffer().name()));
    }
    value.parts().forEach(this::loads);
  }

  private static boolean isLarge(Buffer buffer) {
    return buffer.space() == Space.GLOBAL && buffer.type().elements() >= LARGE;
  }
}
