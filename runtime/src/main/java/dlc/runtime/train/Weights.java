// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Carries weights and buffers, but not the optimizer's state, between models and files. */
public final class Weights {

  private static final int MOST_LISTED = 5;
  private static final String COUNTER = "num_batches_tracked";

  private Weights() {}

  /** Writes the weights and buffers in the order of the program; NaNs are not saved. */
  public static void save(Executable executable, Path path) {
    find(executable, Weights::isWeight, Double::isNaN)
        .ifPresent(
            name -> {
              throw new UserError(
                      Code.NOT_FINITE, "%s is not saved: '%s' holds a NaN".formatted(path, name))
                  .help("lower the learning rate; what was there before is untouched");
            });
    SafeTensors.write(path, arrays(executable));
  }

  /** The weights and buffers, as views of the model's memory. */
  public static Map<String, NumberArray> arrays(Executable executable) {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    weights(executable)
        .forEach(
            (name, type) -> {
              MemorySegment memory = executable.state(name).asSlice(0, type.bytes());
              arrays.put(name, new NumberArray(ElementType.of(type.dtype()), type.dims(), memory));
            });
    return arrays;
  }

  /** Reads weights and buffers, all of them; on any error the model stays as it was. */
  public static void load(Executable executable, Path path) {
    load(executable, SafeTensors.read(path), path.toString());
  }

  /** Takes weights and buffers from {@code arrays}, which messages call {@code origin}. */
  public static void load(Executable executable, Map<String, NumberArray> arrays, String origin) {
    Map<String, TensorType> wanted = weights(executable);
    requireMatch(wanted, arrays, origin);
    arrays.forEach(
        (name, array) -> {
          TensorType type = wanted.get(name);
          if (type != null) {
            store(array, executable.state(name), type);
          }
        });
  }

  /** The first state that holds a NaN or an infinity. */
  static Optional<String> firstNotFinite(Executable executable) {
    return find(executable, _ -> true, value -> !Double.isFinite(value));
  }

  private static void requireMatch(
      Map<String, TensorType> wanted, Map<String, NumberArray> arrays, String origin) {
    List<String> missing = new ArrayList<>();
    List<String> different = new ArrayList<>();
    List<String> extra = new ArrayList<>();
    wanted.forEach(
        (name, type) -> {
          NumberArray array = arrays.get(name);
          if (array == null) {
            missing.add(name + " " + type);
          } else if (!array.dims().equals(type.dims())) {
            different.add("%s is %s, not %s".formatted(name, array, type));
          }
        });
    for (String name : arrays.keySet()) {
      if (!wanted.containsKey(name) && !name.endsWith(COUNTER)) {
        extra.add(name);
      }
    }
    List<String> found = new ArrayList<>();
    addTo(found, "missing: ", missing);
    addTo(found, "of another shape: ", different);
    addTo(found, "not in the model: ", extra);
    if (!found.isEmpty()) {
      throw new UserError(Code.WEIGHTS_MISMATCH, origin, String.join("; ", found))
          .help(help(wanted, extra));
    }
  }

  private static void addTo(List<String> found, String title, List<String> names) {
    if (!names.isEmpty()) {
      String listed = names.stream().limit(MOST_LISTED).collect(Collectors.joining(", "));
      int more = names.size() - MOST_LISTED;
      found.add(title + listed + (more > 0 ? " and %d more".formatted(more) : ""));
    }
  }

  private static String help(Map<String, TensorType> wanted, List<String> extra) {
    return extra.stream()
        .flatMap(
            name ->
                NearestName.of(name, wanted.keySet())
                    .map(near -> "perhaps %s is the model's %s".formatted(name, near))
                    .stream())
        .findFirst()
        .orElse("these are the weights of another model; nothing was loaded");
  }

  private static void store(NumberArray array, MemorySegment memory, TensorType type) {
    if (array.type() == ElementType.of(type.dtype())) {
      MemorySegment.copy(array.values(), 0, memory, 0, type.bytes());
      return;
    }
    for (long i = 0; i < type.elements(); i++) {
      double value = array.at(i);
      switch (type.dtype()) {
        case F32 -> memory.setAtIndex(JAVA_FLOAT, i, (float) value);
        case F64 -> memory.setAtIndex(JAVA_DOUBLE, i, value);
        case I32 -> memory.setAtIndex(JAVA_INT, i, (int) value);
        case U8, BOOL -> memory.set(JAVA_BYTE, i, (byte) value);
      }
    }
  }

  private static Optional<String> find(
      Executable executable, Predicate<String> names, DoublePredicate wanted) {
    for (Map.Entry<String, TensorType> state : executable.states().entrySet()) {
      TensorType type = state.getValue();
      if (!names.test(state.getKey()) || !type.dtype().isFloat()) {
        continue;
      }
      MemorySegment memory = executable.state(state.getKey()).asSlice(0, type.bytes());
      NumberArray array = new NumberArray(ElementType.of(type.dtype()), type.dims(), memory);
      for (long i = 0; i < array.elements(); i++) {
        if (wanted.test(array.at(i))) {
          return Optional.of(state.getKey());
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, TensorType> weights(Executable executable) {
    Map<String, TensorType> weights = new LinkedHashMap<>();
    executable
        .states()
        .forEach(
            (name, type) -> {
              if (isWeight(name)) {
                weights.put(name, type);
              }
            });
    return weights;
  }

  private static boolean isWeight(String name) {
    return name.indexOf('/') < 0;
  }
}
