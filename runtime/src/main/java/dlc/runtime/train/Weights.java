// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.NarrowFloats;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;

/**
 * Carries weights and buffers, but not the optimizer's state, between models and files.
 *
 * <p>Where training averages weights, the averages stand for them: they are what is evaluated.
 */
public final class Weights {

  /** What the average of a weight is called, after the weight. */
  private static final String AVERAGE = "/ema";

  private Weights() {}

  /** Writes the weights and buffers in the order of the program; NaNs are not saved. */
  public static void save(Executable executable, Path path) {
    save(executable, path, Map.of());
  }

  /** The same, with what else is worth knowing of them. */
  public static void save(Executable executable, Path path, Map<String, String> metadata) {
    find(executable, Weights::isWeight, Double::isNaN)
        .ifPresent(
            name -> {
              throw new UserError(
                      Code.NOT_FINITE, "%s is not saved: '%s' holds a NaN".formatted(path, name))
                  .help("lower the learning rate; what was there before is untouched");
            });
    SafeTensors.write(path, arrays(executable), metadata);
  }

  /** The weights and buffers, as views of the model's memory. */
  public static Map<String, NumberArray> arrays(Executable executable) {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    weights(executable)
        .forEach(
            (name, type) -> {
              String evaluated =
                  executable.states().containsKey(name + AVERAGE) ? name + AVERAGE : name;
              MemorySegment memory = executable.state(evaluated).asSlice(0, type.bytes());
              arrays.put(name, new NumberArray(ElementType.of(type.dtype()), type.dims(), memory));
            });
    return arrays;
  }

  /** Reads weights and buffers, all of them; on any error the model stays as it was. */
  public static WeightMatch load(Executable executable, Path path) {
    return load(executable, SafeTensors.read(path), path.toString());
  }

  /** Takes weights and buffers from {@code arrays}, which messages call {@code origin}. */
  public static WeightMatch load(
      Executable executable, Map<String, NumberArray> arrays, String origin) {
    Map<String, TensorType> wanted = weights(executable);
    Map<String, NumberArray> evaluated = evaluated(arrays);
    WeightMatch match = WeightMatch.of(wanted, evaluated, origin);
    if (!match.isComplete()) {
      throw match.complaint(wanted.keySet());
    }
    store(executable, evaluated, wanted, match);
    return match;
  }

  /** The weights and buffers alone, where {@code arrays} are a checkpoint. */
  private static Map<String, NumberArray> evaluated(Map<String, NumberArray> arrays) {
    Map<String, NumberArray> evaluated = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> {
          if (isWeight(name)) {
            evaluated.put(name, arrays.getOrDefault(name + AVERAGE, array));
          }
        });
    return evaluated;
  }

  /** Takes those weights and buffers from the file at {@code path} that fit, one at least. */
  public static WeightMatch loadFitting(Executable executable, Path path) {
    Map<String, TensorType> wanted = weights(executable);
    Map<String, NumberArray> arrays = evaluated(SafeTensors.read(path));
    WeightMatch match = WeightMatch.of(wanted, arrays, path.toString());
    if (match.fitting().isEmpty()) {
      throw match.complaint(wanted.keySet());
    }
    store(executable, arrays, wanted, match);
    return match;
  }

  private static void store(
      Executable executable,
      Map<String, NumberArray> arrays,
      Map<String, TensorType> wanted,
      WeightMatch match) {
    arrays.forEach(
        (name, array) -> {
          TensorType type = wanted.get(name);
          if (type != null && match.fitting().contains(name)) {
            store(array, executable.state(name), type);
            if (executable.states().containsKey(name + AVERAGE)) {
              store(array, executable.state(name + AVERAGE), type);
            }
          }
        });
  }

  /** The first state that holds a NaN or an infinity. */
  static Optional<String> firstNotFinite(Executable executable) {
    return find(executable, _ -> true, value -> !Double.isFinite(value));
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
        case BF16, F16 -> memory.setAtIndex(JAVA_SHORT, i, NarrowFloats.bits(type.dtype(), value));
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
    return name.indexOf('/') < 0 && !name.startsWith("@");
  }
}
