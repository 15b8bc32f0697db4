// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.List;

/** A statement of a kernel. */
public sealed interface Stmt {

  /** The body for each value of {@code counter}. */
  record For(LoopVar counter, LoopKind kind, List<Stmt> body) implements Stmt {
    public For {
      body = List.copyOf(body);
    }
  }

  /** The body where {@code when} holds. */
  record If(Condition when, List<Stmt> body) implements Stmt {
    public If {
      body = List.copyOf(body);
    }
  }

  /** Names a scalar for the rest of the block. */
  record Let(String name, Scalar value) implements Stmt {
    /** The name as an expression. */
    public Scalar.Local local() {
      return new Scalar.Local(name, value.type());
    }
  }

  /** Writes one element. */
  record Store(Buffer buffer, List<Index> at, Scalar value) implements Stmt {
    public Store {
      at = List.copyOf(at);
    }
  }

  /** A register buffer for the rest of the block, its elements unset. */
  record Declare(Buffer buffer) implements Stmt {}
}
