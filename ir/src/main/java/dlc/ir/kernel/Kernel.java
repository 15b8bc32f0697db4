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
 * <p>Different arguments never overlap, unless neither is written.
 *
 * @param parts what it computes, in order
 */
public record Kernel(String name, List<Buffer> arguments, List<Stmt> body, List<Part> parts) {

  /**
   * A value that a kernel computes.
   *
   * @param op the mnemonic of what is computed
   * @param span the place in the {@code .dl} text that it comes from
   */
  public record Part(String op, Span span) {}

  public Kernel {
    arguments = List.copyOf(arguments);
    body = List.copyOf(body);
    parts = List.copyOf(parts);
  }

  /** A kernel that computes one thing, which has its name. */
  public Kernel(String name, List<Buffer> arguments, List<Stmt> body, Span span) {
    this(name, arguments, body, List.of(new Part(name, span)));
  }

  /** The place in the {@code .dl} text of the last value that the kernel makes. */
  public Span span() {
    return parts.isEmpty() ? Span.NONE : parts.getLast().span();
  }

  /** The same kernel with another body. */
  public Kernel with(List<Stmt> newBody) {
    return with(arguments, newBody);
  }

  /** The same kernel with other arguments and another body. */
  public Kernel with(List<Buffer> newArguments, List<Stmt> newBody) {
    return new Kernel(name, newArguments, newBody, parts);
  }

  /** The same kernel called {@code newName}. */
  public Kernel named(String newName) {
    return new Kernel(newName, arguments, body, parts);
  }

  /** The arguments that some statement writes, under whatever shape, in their order. */
  public Set<Buffer> written() {
    Set<String> names = new LinkedHashSet<>();
    collect(body, names);
    Set<Buffer> written = new LinkedHashSet<>(arguments);
    written.removeIf(buffer -> !names.contains(buffer.name()));
    return written;
  }

  private static void collect(List<Stmt> statements, Set<String> written) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> collect(loop.body(), written);
        case Stmt.If branch -> collect(branch.body(), written);
        case Stmt.Store store -> written.add(store.buffer().name());
        case Stmt.Let _, Stmt.Declare _ -> {}
      }
    }
  }

  @Override
  public String toString() {
    return KernelPrinter.print(this);
  }
}
