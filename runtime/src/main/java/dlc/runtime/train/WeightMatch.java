// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.ir.TensorType;
import dlc.runtime.file.NumberArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How the arrays of a file compare with the weights and buffers of a model, by name and shape.
 *
 * <p>PyTorch's counters of batches, {@code num_batches_tracked}, have no use here and count neither
 * way.
 *
 * @param origin what messages call the file
 * @param fitting the names of those that fit
 * @param missing what the model has and the file has not
 * @param different what both have in other shapes
 * @param extra the names that the model does not have
 * @param counters how many counters of batches there are
 */
public record WeightMatch(
    String origin,
    Set<String> fitting,
    List<String> missing,
    List<String> different,
    List<String> extra,
    int counters) {

  private static final int MOST_LISTED = 20;
  private static final String COUNTER = "num_batches_tracked";

  public WeightMatch {
    fitting = Set.copyOf(fitting);
    missing = List.copyOf(missing);
    different = List.copyOf(different);
    extra = List.copyOf(extra);
  }

  static WeightMatch of(
      Map<String, TensorType> wanted, Map<String, NumberArray> arrays, String origin) {
    List<String> fitting = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> different = new ArrayList<>();
    wanted.forEach(
        (name, type) -> {
          NumberArray array = arrays.get(name);
          if (array == null) {
            missing.add(name + " " + type);
          } else if (array.dims().equals(type.dims())) {
            fitting.add(name);
          } else {
            different.add("%s is %s, not %s".formatted(name, array, type));
          }
        });
    List<String> extra = new ArrayList<>();
    int counters = 0;
    for (String name : arrays.keySet()) {
      if (!wanted.containsKey(name)) {
        if (name.equals(COUNTER) || name.endsWith("." + COUNTER)) {
          counters++;
        } else {
          extra.add(name);
        }
      }
    }
    return new WeightMatch(origin, Set.copyOf(fitting), missing, different, extra, counters);
  }

  /** Whether the file has each weight and buffer, and nothing else. */
  public boolean isComplete() {
    return missing.isEmpty() && different.isEmpty() && extra.isEmpty();
  }

  /** What a user should hear of weights that were taken. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    addTo(notes, "not in " + origin + ", so they begin as the program says: ", missing);
    addTo(notes, "left out of " + origin + " for another shape: ", different);
    addTo(notes, "left out of " + origin + ", for the model has no such names: ", extra);
    if (counters > 0) {
      notes.add(
          "%s in %s: %d ignored, dlc needs no count of batches"
              .formatted(COUNTER, origin, counters));
    }
    return notes;
  }

  /** The complaint about all that does not fit a model with weights called {@code wanted}. */
  UserError complaint(Set<String> wanted) {
    List<String> found = new ArrayList<>();
    addTo(found, "missing: ", missing);
    addTo(found, "of another shape: ", different);
    addTo(found, "not in the model: ", extra);
    return new UserError(Code.WEIGHTS_MISMATCH, origin, String.join("; ", found))
        .help(help(wanted));
  }

  private String help(Set<String> wanted) {
    return extra.stream()
        .flatMap(
            name ->
                NearestName.of(name, wanted)
                    .map(near -> "perhaps %s is the model's %s".formatted(name, near))
                    .stream())
        .findFirst()
        .orElse(
            fitting.isEmpty()
                ? "these are the weights of another model; nothing was loaded"
                : "nothing was loaded; train --init-partial takes the %d that fit"
                    .formatted(fitting.size()));
  }

  private static void addTo(List<String> found, String title, List<String> names) {
    if (!names.isEmpty()) {
      String listed = names.stream().limit(MOST_LISTED).collect(Collectors.joining(", "));
      int more = names.size() - MOST_LISTED;
      found.add(title + listed + (more > 0 ? " and %d more".formatted(more) : ""));
    }
  }
}
