// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.TensorType;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a checkpoint and a run that is to go on from it do not have in common, line by line. */
final class CheckpointDifference {

  private static final int MOST_LISTED = 20;
  private static final String NOTHING = "nothing";

  private final List<String> lines = new ArrayList<>();

  /** Compares facts such as the seed. */
  void compareRuns(Map<String, String> checkpoint, Map<String, String> run) {
    run.forEach((name, value) -> compare(name, checkpoint.getOrDefault(name, NOTHING), value));
  }

  /** Compares weights, buffers and optimizer state, by name and type. */
  void compareStates(Map<String, NumberArray> checkpoint, Map<String, TensorType> model) {
    model.forEach(
        (name, type) -> {
          NumberArray array = checkpoint.get(name);
          ElementType elements = ElementType.of(type.dtype());
          if (array == null || !array.dims().equals(type.dims()) || array.type() != elements) {
            compare(
                name,
                Optional.ofNullable(array).map(NumberArray::toString).orElse(NOTHING),
                type.toString());
          }
        });
    checkpoint.forEach(
        (name, array) -> {
          if (!model.containsKey(name)) {
            compare(name, array.toString(), NOTHING);
          }
        });
  }

  /** Compares how many numbers the scores of an epoch are. */
  void compareScores(int checkpoint, int run) {
    compare("counts for metrics", String.valueOf(checkpoint), String.valueOf(run));
  }

  private void compare(String name, String before, String now) {
    if (!before.equals(now)) {
      lines.add("%n    %s: %s in the checkpoint, %s now".formatted(name, before, now));
    }
  }

  /** Complains if there was any difference. */
  void requireNone(String origin) {
    if (lines.isEmpty()) {
      return;
    }
    int more = lines.size() - MOST_LISTED;
    String listed = String.join("", lines.subList(0, Math.min(lines.size(), MOST_LISTED)));
    throw new UserError(
            Code.WEIGHTS_MISMATCH,
            origin,
            "it was made by another model or run:%s%s"
                .formatted(listed, more > 0 ? "%n    and %d more".formatted(more) : ""))
        .help(
            "go on with the program and options that made it, or begin anew without --resume;"
                + " --init takes weights alone");
  }
}
