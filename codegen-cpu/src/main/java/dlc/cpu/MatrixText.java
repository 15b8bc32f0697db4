// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Loops of matrices as instructions of Intel's AMX, which has eight registers of 16 rows of 64
 * bytes (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18).
 *
 * <pre>
 * matrix i { matrix l { acc[1, i, l] = 0 } }                 tilezero 1
 * matrix i { matrix q { x[0, i, q] = b[64 * d + 8 * i + q] } }   tileloadd 4, b + 64 * d, 8
 * matrix i { matrix l { matrix q {                           tdpbf16ps 1, 4, 6
 *   acc[1, i, l] = fma(x[0, i, q], y[0, q / 2, 2 * l + q % 2], acc[1, i, l]) } } }
 * matrix i { matrix l { y[…] = acc[1, i, l] } }              tilestored 1, y + …
 * </pre>
 */
final class MatrixText {

  private static final int REGISTERS = 8;

  private final FunctionText text;
  private final KernelText kernel;
  private final MemoryText memory;

  /** The first register of each buffer; buffers of one name have the same. */
  private final Map<String, Integer> first = new LinkedHashMap<>();

  /** What each register holds. */
  private final List<TensorType> held = new ArrayList<>();

  MatrixText(FunctionText text, KernelText writer, MemoryText memory, Kernel kernel) {
    this.text = text;
    this.kernel = writer;
    this.memory = memory;
    Map<String, Buffer> largest = new LinkedHashMap<>();
    collect(kernel.body(), largest);
    for (Buffer buffer : largest.values()) {
      first.put(buffer.name(), held.size());
      List<Integer> dims = buffer.type().dims();
      TensorType one =
          new TensorType(buffer.type().dtype(), dims.subList(dims.size() - 2, dims.size()));
      for (long i = 0; i < buffer.type().elements() / one.elements(); i++) {
        held.add(one);
      }
    }
    if (held.size() > REGISTERS) {
      throw new IllegalStateException(
          "%d matrices in @%s, and %d registers".formatted(held.size(), kernel.name(), REGISTERS));
    }
  }

  /** Whether {@code kernel} has matrices. */
  static boolean isUsedBy(Kernel kernel) {
    Map<String, Buffer> found = new LinkedHashMap<>();
    collect(kernel.body(), found);
    return !found.isEmpty();
  }

  private static void collect(List<Stmt> statements, Map<String, Buffer> largest) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> collect(loop.body(), largest);
        case Stmt.If branch -> collect(branch.body(), largest);
        case Stmt.Declare(Buffer buffer) when buffer.space() == Space.MATRIX ->
            largest.merge(
                buffer.name(), buffer, (x, y) -> x.type().elements() < y.type().elements() ? y : x);
        case Stmt.Let _, Stmt.Store _, Stmt.Declare _ -> {}
      }
    }
  }

  /** Says how many rows of how many bytes each register has, if the kernel uses any. */
  void configure() {
    if (held.isEmpty()) {
      return;
    }
    int[] bytes = new int[64];
    bytes[0] = 1;
    for (int i = 0; i < held.size(); i++) {
      bytes[16 + 2 * i] = held.get(i).dim(1) * held.get(i).dtype().bytes();
      bytes[48 + i] = held.get(i).dim(0);
    }
    StringBuilder name = new StringBuilder("@matrices");
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < bytes.length; i++) {
      values.append(i == 0 ? "" : ", ").append("i8 ").append(bytes[i]);
    }
    held.forEach(type -> name.append('.').append(type.dim(0)).append('x').append(type.dim(1)));
    text.declare("%s = private unnamed_addr constant [64 x i8] [%s]".formatted(name, values));
    call("ldtilecfg", "ptr", "ptr " + name);
  }

  /** Lets the system forget what is in the registers. */
  void release() {
    if (!held.isEmpty()) {
      call("tilerelease", "", "");
    }
  }

  /** The instruction that is {@code loop} and those inside of it. */
  void instruction(Stmt.For loop) {
    List<LoopVar> loops = new ArrayList<>();
    Stmt inner = loop;
    while (inner instanceof Stmt.For(LoopVar counter, LoopKind _, List<Stmt> body)) {
      loops.add(counter);
      inner = body.getFirst();
    }
    Stmt.Store store = (Stmt.Store) inner;
    if (store.buffer().space() != Space.MATRIX) {
      Scalar.Load stored = (Scalar.Load) store.value();
      move(
          "tilestored64",
          register(stored.buffer(), stored.at()),
          store.buffer(),
          store.at(),
          loops);
      return;
    }
    int target = register(store.buffer(), store.at());
    switch (store.value()) {
      case Scalar.Literal _ -> call("tilezero", "i8", "i8 " + target);
      case Scalar.Load load -> move("tileloadd64", target, load.buffer(), load.at(), loops);
      case Scalar.Fma(Scalar.Load x, Scalar.Load y, Scalar.Load _) ->
          call(
              "tdpbf16ps",
              "i8, i8, i8",
              "i8 %d, i8 %d, i8 %d"
                  .formatted(target, register(x.buffer(), x.at()), register(y.buffer(), y.at())));
      default -> throw new IllegalStateException("no instruction for " + store);
    }
  }

  private int register(Buffer buffer, List<Index> at) {
    int last = at.size() - 2;
    Index number = Index.linear(at.subList(0, last), buffer.type().dims().subList(0, last));
    return Objects.requireNonNull(first.get(buffer.name())) + kernel.resolved(number).constant();
  }

  /** Reads or writes rows of memory, at even distances. */
  private void move(
      String instruction, int register, Buffer buffer, List<Index> at, List<LoopVar> loops) {
    Index flat = kernel.resolved(Index.linear(at, buffer.type().dims()));
    LoopVar row = loops.getFirst();
    LoopVar column = loops.getLast();
    if (flat.stride(column) != 1) {
      throw new IllegalStateException("no rows of a matrix: " + buffer + at);
    }
    Index start = flat.minus(column.index()).minus(row.index().times(flat.stride(row)));
    long bytes = (long) flat.stride(row) * buffer.type().dtype().bytes();
    call(
        instruction,
        "i8, ptr, i64",
        "i8 %d, ptr %s, i64 %d".formatted(register, memory.pointer(buffer, start), bytes));
  }

  private void call(String instruction, String types, String arguments) {
    text.declare("declare void @llvm.x86.%s(%s)".formatted(instruction, types));
    text.line("call void @llvm.x86.%s(%s)".formatted(instruction, arguments));
  }
}
