// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.DType;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.Space;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one run of a kernel has to do.
 *
 * @param flops its floating-point operations: a sum, a product and a function such as {@code exp}
 *     count one each, comparisons and conversions none
 * @param bytes what it reads and writes, each element counted once however often it is used: what
 *     must come from memory when nothing is in the caches
 */
public record KernelWork(long flops, long bytes) {

  /** The work of {@code kernel}, which must be a plain one: a schedule has conditions in loops. */
  public static KernelWork of(Kernel kernel) {
    return new KernelWork(flops(kernel.body()), bytes(kernel));
  }

  private static long flops(List<Stmt> statements) {
    long flops = 0;
    for (Stmt statement : statements) {
      flops +=
          switch (statement) {
            case Stmt.For(LoopVar counter, var _, var body) -> counter.extent() * flops(body);
            case Stmt.If branch -> flops(branch.body());
            case Stmt.Let let -> flops(let.value());
            case Stmt.Store store -> flops(store.value());
            case Stmt.Declare _ -> 0;
          };
    }
    return flops;
  }

  private static long flops(Scalar scalar) {
    long flops = scalar.parts().stream().mapToLong(KernelWork::flops).sum();
    int own =
        switch (scalar) {
          case Scalar.Unary unary -> unary.type().isFloat() ? 1 : 0;
          case Scalar.Binary binary -> binary.type().isFloat() ? 1 : 0;
          case Scalar.Fma _ -> 2;
          case Scalar.Uniform _ -> 1;
          case Scalar.Arg _,
              Scalar.Literal _,
              Scalar.Select _,
              Scalar.Cast _,
              Scalar.Position _,
              Scalar.Load _,
              Scalar.Holds _,
              Scalar.Local _ ->
              0;
        };
    return flops + own;
  }

  private static long bytes(Kernel kernel) {
    Map<String, Long> reach = Reach.of(kernel);
    Set<String> read = new HashSet<>();
    collectLoads(kernel.body(), read);
    Set<Buffer> written = kernel.written();
    long bytes = 0;
    for (Buffer buffer : kernel.arguments()) {
      DType type = buffer.type().dtype();
      long once = reach.getOrDefault(buffer.name(), 0L) * type.bytes();
      bytes += read.contains(buffer.name()) ? once : 0;
      bytes += written.contains(buffer) ? once : 0;
    }
    return bytes;
  }

  private static void collectLoads(List<Stmt> statements, Set<String> read) {
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For loop -> collectLoads(loop.body(), read);
        case Stmt.If branch -> collectLoads(branch.body(), read);
        case Stmt.Let let -> collectLoads(let.value(), read);
        case Stmt.Store store -> {
          collectLoads(store.value(), read);
          store.at().forEach(index -> index.mapDynamic(value -> collected(value, read)));
        }
        case Stmt.Declare _ -> {}
      }
    }
  }

  private static void collectLoads(Scalar scalar, Set<String> read) {
    if (scalar instanceof Scalar.Load load && load.buffer().space() == Space.GLOBAL) {
      read.add(load.buffer().name());
    }
    scalar.parts().forEach(part -> collectLoads(part, read));
    scalar.indices().forEach(index -> index.mapDynamic(value -> collected(value, read)));
  }

  private static Scalar collected(Scalar value, Set<String> read) {
    collectLoads(value, read);
    return value;
  }
}
