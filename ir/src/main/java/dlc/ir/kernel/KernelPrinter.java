// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.DType;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.Scalar;
import java.util.List;
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
      for (KernelProgram.Call call : entry.calls()) {
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
        text.append(
            "%s%s %s < %d {\n".formatted(indent, kind, counter.name(), counter.extent()));
        block(body, depth + 1);
        text.append(indent).append("}\n");
      }
      case Stmt.If(var when, var body) -> {
        text.append("%sif %s {\n".formatted(indent, when));
        block(body, depth + 1);
        text.append(indent).append("}\n");
      }
      case Stmt.Let let ->
          text.append("%slet %s = %s\n".formatted(indent, let.name(), print(let.value())));
      case Stmt.Store(var buffer, var at, var value) ->
          text.append("%s%s%s = %s\n".formatted(indent, buffer, at, print(value)));
      case Stmt.Declare(var buffer) ->
          text.append("%sregister %s: %s\n".formatted(indent, buffer, buffer.type()));
    }
  }

  /** A scalar expression as text. */
  public static String print(Scalar scalar) {
    return switch (scalar) {
      case Scalar.Arg arg -> "#" + arg.index();
      case Scalar.Literal literal -> number(literal);
      case Scalar.Unary(var fn, var x) -> fn + "(" + print(x) + ")";
      case Scalar.Binary(BinaryFn fn, var x, var y) when fn.isCall() ->
          fn.symbol() + "(" + print(x) + ", " + print(y) + ")";
      case Scalar.Binary(var fn, var x, var y) ->
          "(" + print(x) + " " + fn.symbol() + " " + print(y) + ")";
      case Scalar.Select(var test, var x, var y) ->
          "(" + print(test) + " ? " + print(x) + " : " + print(y) + ")";
      case Scalar.Cast(var type, var x) -> type + "(" + print(x) + ")";
      case Scalar.Position(var index) -> "at(" + print(index) + ")";
      case Scalar.Uniform(int stream, var seed, var step, var element) ->
          "uniform(%d, %s, %s, %s)"
              .formatted(stream, print(seed), print(step), print(element));
      case Scalar.Load(var buffer, var at, var when, double otherwise) ->
          when.always()
              ? buffer.name() + at
              : "(%s ? %s%s : %s)".formatted(when, buffer, at, otherwise);
      case Scalar.Holds(var when) -> "(" + when + ")";
      case Scalar.Local local -> local.name();
    };
  }

  private static String print(Index index) {
    return index.toString();
  }

  private static String number(Scalar.Literal literal) {
    double value = literal.value();
    if (literal.type() == DType.BOOL) {
      return value != 0 ? "true" : "false";
    }
    if (!literal.type().isFloat()) {
      return Long.toString((long) value);
    }
    return literal.type() == DType.F32 ? Float.toString((float) value) : Double.toString(value);
  }
}
