// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.scalar.ScalarPrinter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Kernel IR as text, such as {@code *.dlk} files hold. */
public final class KernelPrinter {

  private final StringBuilder text = new StringBuilder();

  private KernelPrinter() {}

  public static String print(Kernel kernel) {
    KernelPrinter printer = new KernelPrinter();
    String arguments =
        kernel.arguments().stream()
            .map(buffer -> buffer.name() + ": " + buffer.type())
            .collect(Collectors.joining(", "));
    printer.text.append("kernel @%s(%s) {\n".formatted(kernel.name(), arguments));
    printer.block(kernel.body(), 1);
    return printer.text.append("}\n").toString();
  }

  /** The whole program: each kernel, and the calls of each entry point. */
  public static String print(KernelProgram program) {
    StringBuilder all = new StringBuilder();
    program.kernels().forEach(kernel -> all.append(print(kernel)).append('\n'));
    for (KernelProgram.Entry entry : program.entries()) {
      all.append("entry @%s {\n".formatted(entry.name()));
      int number = 0;
      for (KernelProgram.Call call : entry.calls()) {
        if (number++ == entry.prepared() && entry.prepared() > 0) {
          all.append("  // again, while the state stays:\n");
        }
        String arguments =
            call.arguments().stream().map(Object::toString).collect(Collectors.joining(", "));
        all.append("  call @%s(%s)\n".formatted(call.kernel().name(), arguments));
      }
      all.append("}\n");
    }
    return all.append(
            "// state %d bytes, work %d bytes\n"
                .formatted(program.stateBytes(), program.workBytes()))
        .toString();
  }

  private void block(List<Stmt> statements, int depth) {
    statements.forEach(statement -> print(statement, depth));
  }

  private void print(Stmt statement, int depth) {
    String indent = "  ".repeat(depth);
    switch (statement) {
      case Stmt.For(var counter, var kind, var body) -> {
        text.append("%s%s %s < %d {\n".formatted(indent, kind, counter.name(), counter.extent()));
        block(body, depth + 1);
        text.append(indent).append("}\n");
      }
      case Stmt.If(var when, var body) -> {
        text.append("%sif %s {\n".formatted(indent, when));
        block(body, depth + 1);
        text.append(indent).append("}\n");
      }
      case Stmt.Let let ->
          text.append(
              "%slet %s = %s\n".formatted(indent, let.name(), ScalarPrinter.print(let.value())));
      case Stmt.Store(var buffer, var at, var value) ->
          text.append("%s%s%s = %s\n".formatted(indent, buffer, at, ScalarPrinter.print(value)));
      case Stmt.Declare(var buffer) ->
          text.append(
              "%s%s %s: %s\n"
                  .formatted(
                      indent,
                      buffer.space().name().toLowerCase(Locale.ROOT),
                      buffer,
                      buffer.type()));
    }
  }
}
