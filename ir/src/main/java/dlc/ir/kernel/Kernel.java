// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.base.Span;
import dlc.ir.scalar.Buffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A loop nest over buffers.
 *
 * <p>Different arguments never overlap, unless neither is written. The span is the place in the
 * {@code .dl} text of the last value that the kernel makes.
 */
public record Kernel(String name, List<Buffer> arguments, List<Stmt> body, Span span) {

  public Kernel {
    arguments = List.copyOf(arguments);
    body = List.copyOf(body);
  }

  /** The same kernel with another body, and with {@code more} arguments at the end. */
  public Kernel with(List<Stmt> newBody) {
    return new Kernel(name, arguments, newBody, span);
  }

  /** The arguments that some statement writes, in the order of the first stores. */
  public Set<Buffer> written() {
    Set<Buffer> written = new LinkedHashSet<>();
    collect(body, written);
    written.retainAll(arguments);
    return written;
  }

  private static void collect(List<Stmt> statements, Set<Buffer> written) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> collect(loop.body(), written);
        case Stmt.If branch -> collect(branch.body(), written);
        case Stmt.Store store -> written.add(store.buffer());
        case Stmt.Let _, Stmt.Declare _ -> {}
      }
    }
  }

  @Override
  public String toString() {
    return KernelPrinter.print(this);
  }
}
