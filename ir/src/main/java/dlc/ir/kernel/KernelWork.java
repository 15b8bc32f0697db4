// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.List;

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
    Footprint footprint = Footprint.of(kernel);
    long bytes = 0;
    for (Buffer buffer : kernel.arguments()) {
      long elements = footprint.read(buffer) + footprint.written(buffer);
      bytes += elements * buffer.type().dtype().bytes();
    }
    return bytes;
  }
}
