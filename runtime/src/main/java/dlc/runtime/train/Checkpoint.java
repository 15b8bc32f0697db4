// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * All that training goes on from, as a safetensors file: every weight, buffer and state of the
 * program under its name, the scores of the epoch under {@code @scores}, and facts as metadata.
 *
 * <p>Where training is to end with the state of its best epoch, and that is another one, it is
 * there too, under names that begin with {@code @best/}.
 *
 * @param run what must be the same to go on: seed, batch and so on
 */
record Checkpoint(Map<String, NumberArray> arrays, Map<String, String> run, Position position) {

  private static final String SCORES = "@scores";
  private static final String BEST = "@best/";
  private static final String CHECKSUM = "checksum";
  private static final String RUN = "run.";
  private static final long LARGEST_PART = 1 << 30;

  Checkpoint {
    arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    run = Collections.unmodifiableMap(new LinkedHashMap<>(run));
  }

  /** The state of {@code executable} as it is now, which is not copied. */
  static Checkpoint of(
      Executable executable, double[] scores, Map<String, String> run, Position position) {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    executable
        .states()
        .forEach(
            (name, type) -> {
              MemorySegment memory = executable.state(name).asSlice(0, type.bytes());
              arrays.put(name, new NumberArray(ElementType.of(type.dtype()), type.dims(), memory));
            });
    MemorySegment numbers = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_DOUBLE, scores);
    arrays.put(SCORES, new NumberArray(ElementType.F64, List.of(scores.length), numbers));
    return new Checkpoint(arrays, run, position);
  }

  void write(Path path) {
    Map<String, String> facts = new LinkedHashMap<>(position.facts());
    run.forEach((name, value) -> facts.put(RUN + name, value));
    facts.put(CHECKSUM, checksum(arrays, facts));
    SafeTensors.write(path, arrays, facts);
  }

  /** This checkpoint with {@code best}, the states of the best epoch, inside. */
  Checkpoint carrying(Map<String, NumberArray> best) {
    Map<String, NumberArray> all = new LinkedHashMap<>(arrays);
    best.forEach((name, array) -> all.put(BEST + name, array));
    return new Checkpoint(all, run, position);
  }

  /** Reads a checkpoint; one that is damaged is an error. */
  static Checkpoint read(Path path) {
    Map<String, NumberArray> arrays = SafeTensors.read(path);
    Map<String, String> facts = new LinkedHashMap<>(SafeTensors.metadata(path));
    facts.remove("format");
    Optional<String> expected = Optional.ofNullable(facts.remove(CHECKSUM));
    if (expected.isEmpty() || !arrays.containsKey(SCORES)) {
      throw new UserError(Code.WEIGHTS_UNREADABLE, path, "this is no checkpoint")
          .help("files of weights alone are for --init");
    }
    if (!expected.get().equals(checksum(arrays, facts))) {
      throw damaged(path, "its checksum is not that of its content");
    }
    Map<String, String> run = new LinkedHashMap<>();
    facts.forEach(
        (name, value) -> {
          if (name.startsWith(RUN)) {
            run.put(name.substring(RUN.length()), value);
          }
        });
    try {
      return new Checkpoint(arrays, run, Position.of(facts));
    } catch (NumberFormatException e) {
      throw damaged(path, "it does not say how far training was");
    }
  }

  private static UserError damaged(Path path, String why) {
    return new UserError(Code.WEIGHTS_UNREADABLE, path, why)
        .help("the file is damaged; go on from another checkpoint");
  }

  /** The scores of the epoch under way. */
  double[] scores() {
    NumberArray scores = arrays.get(SCORES);
    return scores == null ? new double[0] : scores.toDoubles();
  }

  /** Every weight, buffer and state of the program. */
  Map<String, NumberArray> states() {
    Map<String, NumberArray> states = new LinkedHashMap<>(arrays);
    states.remove(SCORES);
    states.keySet().removeIf(name -> name.startsWith(BEST));
    return states;
  }

  /** The states of the best epoch, where they are inside. */
  Map<String, NumberArray> best() {
    Map<String, NumberArray> best = new LinkedHashMap<>();
    arrays.forEach(
        (name, array) -> {
          if (name.startsWith(BEST)) {
            best.put(name.substring(BEST.length()), array);
          }
        });
    return best;
  }

  /** Puts all state into {@code executable}, which must have just that. */
  void restore(Executable executable) {
    Map<String, TensorType> wanted = executable.states();
    Map<String, NumberArray> states = states();
    wanted.forEach(
        (name, type) -> {
          NumberArray array = states.get(name);
          if (array != null) {
            MemorySegment.copy(array.values(), 0, executable.state(name), 0, type.bytes());
          }
        });
  }

  private static String checksum(Map<String, NumberArray> arrays, Map<String, String> facts) {
    CRC32C sum = new CRC32C();
    new TreeMap<>(facts)
        .forEach(
            (name, value) ->
                sum.update((name + "=" + value + "\n").getBytes(StandardCharsets.UTF_8)));
    new TreeMap<>(arrays)
        .forEach(
            (name, array) -> {
              sum.update((name + array + "\n").getBytes(StandardCharsets.UTF_8));
              MemorySegment values = array.values();
              for (long start = 0; start < values.byteSize(); start += LARGEST_PART) {
                long size = Math.min(LARGEST_PART, values.byteSize() - start);
                sum.update(values.asSlice(start, size).asByteBuffer());
              }
            });
    return "crc32c:%08x".formatted(sum.getValue());
  }
}
