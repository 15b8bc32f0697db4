// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** How the current shape came to be: the steps that changed it, for shape errors. */
final class Trail {

  private static final int SHOWN = 8;

  private record Step(String name, String type) {}

  private final List<Step> steps = new ArrayList<>();

  /** A place to come back to with {@link #backTo}. */
  int mark() {
    return steps.size();
  }

  /** Forgets the steps since {@code mark}, as those inside a layer that is done. */
  void backTo(int mark) {
    while (steps.size() > mark) {
      steps.removeLast();
    }
  }

  void add(String name, Datum value) {
    if (value instanceof TensorDatum tensor) {
      boolean same = !steps.isEmpty() && steps.getLast().type().equals(tensor.type());
      if (!same) {
        steps.add(new Step(name, tensor.type()));
      }
    }
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  /** {@code image f32[1, 28, 28] → conv2d_0 f32[16, 14, 14]}. */
  @Override
  public String toString() {
    List<String> shown =
        new ArrayList<>(steps.stream().map(step -> step.name() + " " + step.type()).toList());
    if (shown.size() > SHOWN) {
      shown = new ArrayList<>(shown.subList(shown.size() - SHOWN + 1, shown.size()));
      shown.addFirst(steps.getFirst().name() + " " + steps.getFirst().type() + " → …");
    }
    return shown.stream().collect(Collectors.joining(" → "));
  }
}
