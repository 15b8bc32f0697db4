// SPDX-License-Identifier: Apache-2.0
package dlc.passes.simplify;

import dlc.ir.Value;
import dlc.passes.Rewrite;
import java.util.Optional;

/** One piece of local algebra: a simpler value equal to the one given, or nothing. */
@FunctionalInterface
public interface SimplifyRule {

  Optional<Value> apply(Value value, Rewrite target);
}
