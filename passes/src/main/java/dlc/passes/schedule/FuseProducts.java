// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rounds a product and the sum over loops that it is a term of together.
 *
 * <pre>
 * serial r { acc[u] = (acc[u] + (a[r, u] * b[r])) }   =>   serial r { acc[u] = fma(a[r, u], b[r], acc[u]) }
 * </pre>
 *
 * <p>All other products are rounded on their own, so that a value has the same bits whatever it is
 * computed together with, and on whichever device. Sums over loops have an order that is the
 * schedule's to choose, so they promise no bits.
 */
final class FuseProducts {

  private final List<LoopVar> loops;
  private final Map<String, Integer> uses = new HashMap<>();

  /** Products that have a name and are used once, as long as what they read stays. */
  private final Map<String, Scalar.Binary> named = new HashMap<>();

  private FuseProducts(List<LoopVar> loops) {
    this.loops = loops;
  }

  static List<Stmt> run(List<Stmt> statements) {
    return new FuseProducts(List.of()).block(statements);
  }

  private List<Stmt> block(List<Stmt> statements) {
    Rewriting.visitScalars(statements, this::count);
    List<Stmt> result = new ArrayList<>();
    for (Stmt statement : statements) {
      switch (statement) {
        case Stmt.For(var counter, var kind, var body) -> {
          named.clear();
          result.add(new Stmt.For(counter, kind, new FuseProducts(with(counter)).block(body)));
        }
        case Stmt.If(var when, var body) -> {
          named.clear();
          result.add(new Stmt.If(when, new FuseProducts(loops).block(body)));
        }
        case Stmt.Let(var name, var value) -> {
          product(value)
              .filter(_ -> uses.getOrDefault(name, 0) == 1)
              .ifPresent(product -> named.put(name, product));
          result.add(statement);
        }
        case Stmt.Store store -> {
          result.add(isSum(store.at()) ? fuse(store, result) : store);
          named.values().removeIf(product -> reads(product, store.buffer()));
        }
        case Stmt.Declare _ -> result.add(statement);
      }
    }
    return List.copyOf(result);
  }

  private void count(Scalar scalar) {
    if (scalar instanceof Scalar.Local local) {
      uses.merge(local.name(), 1, Integer::sum);
    }
  }

  private List<LoopVar> with(LoopVar inner) {
    List<LoopVar> all = new ArrayList<>(loops);
    all.add(inner);
    return all;
  }

  /** Whether some loop comes back to the same place. */
  private boolean isSum(List<Index> at) {
    return loops.stream().anyMatch(loop -> at.stream().noneMatch(index -> index.dependsOn(loop)));
  }

  private Stmt fuse(Stmt.Store store, List<Stmt> before) {
    if (!(store.value() instanceof Scalar.Binary(BinaryFn fn, Scalar.Load old, Scalar term))
        || fn != BinaryFn.ADD
        || !old.buffer().equals(store.buffer())
        || !old.at().equals(store.at())
        || !old.when().always()) {
      return store;
    }
    Optional<Scalar.Binary> factors = product(term);
    if (term instanceof Scalar.Local(String name, var _) && named.containsKey(name)) {
      factors = Optional.ofNullable(named.remove(name));
      before.removeIf(each -> each instanceof Stmt.Let let && let.name().equals(name));
    }
    return factors
        .map(each -> each.lhs().timesPlus(each.rhs(), old))
        .map(sum -> new Stmt.Store(store.buffer(), store.at(), sum))
        .orElse(store);
  }

  private static Optional<Scalar.Binary> product(Scalar scalar) {
    return scalar instanceof Scalar.Binary binary
            && binary.fn() == BinaryFn.MUL
            && binary.type().isFloat()
        ? Optional.of(binary)
        : Optional.empty();
  }

  private static boolean reads(Scalar scalar, Buffer buffer) {
    boolean[] found = {false};
    Rewriting.visitScalars(
        List.of(new Stmt.Let("product", scalar)),
        part -> found[0] |= part instanceof Scalar.Load load && load.buffer().equals(buffer));
    return found[0];
  }
}
