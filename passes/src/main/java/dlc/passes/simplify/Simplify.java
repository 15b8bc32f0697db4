// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.Graph;
import dlc.ir.Value;
import dlc.passes.Pass;
import dlc.passes.Rewrite;
import java.util.List;
import java.util.Optional;

/**
 * Applies all rules, operands first, until none fires.
 *
 * <p>It ends because each rule removes a value, moves a layout op towards the results, or turns a
 * constant expression into a constant; a limit guards against a rule that breaks this.
 */
public final class Simplify implements Pass {

  private static final int ROUNDS = 16;
  private static final int STEPS_AT_A_VALUE = 32;

  private static final List<SimplifyRule> RULES =
      List.of(
          new FoldConstants(),
          new RemoveIdentities(),
          new MergeLayouts(),
          new CollectFactors(),
          new AbsorbIntoDot(),
          new SinkReshapes(),
          new JoinPads(),
          new SliceBeforeUnitConvolutions(),
          new SplitStridedGradients(),
          new UseRoutes(),
          new UseDotForUnitConvolutions());

  @Override
  public Graph run(Graph graph) {
    Graph current = graph;
    for (int round = 0; round < ROUNDS; round++) {
      boolean[] fired = {false};
      current = Rewrite.everywhere(current, (value, target) -> simplest(value, target, fired));
      if (!fired[0]) {
        return current;
      }
    }
    return current;
  }

  private static Optional<Value> simplest(Value value, Rewrite target, boolean[] fired) {
    Value current = value;
    for (int step = 0; step < STEPS_AT_A_VALUE; step++) {
      Optional<Value> next = once(current, target);
      if (next.isEmpty()) {
        break;
      }
      fired[0] = true;
      current = next.get();
    }
    return Optional.of(current);
  }

  private static Optional<Value> once(Value value, Rewrite target) {
    for (SimplifyRule rule : RULES) {
      Optional<Value> simpler = rule.apply(value, target);
      if (simpler.isPresent()) {
        return simpler;
      }
    }
    return Optional.empty();
  }
}
