// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.op.Leaf;
import dlc.ir.scalar.Buffer;
import dlc.runtime.Executable;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One call on the processor and on a device, from the memory that the processor has. */
final class KernelRun {

  /** Below this, elements count as 0. */
  private static final double SMALL = 1e-6;

  private final KernelProgram.Call call;
  private final String entry;
  private final List<Leaf.Constant> constants;
  private double largest;

  /** A run of {@code call}, which is all of {@code entry}, in a program with {@code constants}. */
  KernelRun(KernelProgram.Call call, String entry, List<Leaf.Constant> constants) {
    this.call = call;
    this.entry = entry;
    this.constants = constants;
  }

  /** The largest difference of the run, relative to the largest element of its buffer. */
  double largest() {
    return largest;
  }

  /** The difference of the buffer that differs too much, if one does. */
  Optional<KernelDifference> compare(
      Executable expected, Executable actual, double tolerance, int step) {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    List<Buffer> arguments = call.kernel().arguments();
    for (int i = 0; i < arguments.size(); i++) {
      Buffer buffer = arguments.get(i);
      KernelProgram.Place place = call.arguments().get(i);
      if (place.region() == KernelProgram.Region.CONSTANT) {
        arrays.put(buffer.name(), array(constants.get((int) place.offset())));
      } else if (expected.takes(entry, buffer.name())) {
        MemorySegment memory = expected.slot(entry, buffer.name());
        Crosscheck.copy(memory, actual.slot(entry, buffer.name()));
        arrays.put(buffer.name(), array(expected, buffer, memory));
      }
    }
    expected.run(entry);
    actual.run(entry);
    Optional<KernelDifference> worst = Optional.empty();
    for (Buffer buffer : call.kernel().written()) {
      actual.fetch(entry, buffer.name());
      MemorySegment mine = expected.slot(entry, buffer.name());
      MemorySegment theirs = actual.slot(entry, buffer.name());
      arrays.put("expected." + buffer.name(), array(expected, buffer, mine));
      arrays.put("actual." + buffer.name(), array(expected, buffer, theirs));
      TensorType type = expected.type(entry, buffer.name());
      double[] x = BackendMachine.read(mine, type);
      double[] y = BackendMachine.read(theirs, type);
      double allowed = tolerance + Crosscheck.rounding(type.dtype());
      if (worst.isEmpty()) {
        worst = difference(buffer, x, y, allowed, step, arrays);
      }
    }
    return worst.map(
        found ->
            new KernelDifference(
                call,
                step,
                found.buffer(),
                found.element(),
                found.expected(),
                found.actual(),
                arrays));
  }

  private Optional<KernelDifference> difference(
      Buffer buffer,
      double[] expected,
      double[] actual,
      double allowed,
      int step,
      Map<String, NumberArray> arrays) {
    double scale = SMALL;
    for (double element : expected) {
      scale = Double.isFinite(element) ? Math.max(scale, Math.abs(element)) : scale;
    }
    int worst = 0;
    double most = 0;
    for (int i = 0; i < expected.length; i++) {
      boolean same =
          Double.compare(expected[i], actual[i]) == 0
              || (Double.isNaN(expected[i]) && Double.isNaN(actual[i]));
      double apart = same ? 0 : Math.abs(expected[i] - actual[i]) / scale;
      double counted = Double.isNaN(apart) ? Double.POSITIVE_INFINITY : apart;
      if (counted > most) {
        most = counted;
        worst = i;
      }
    }
    largest = Math.max(largest, most);
    return most <= allowed
        ? Optional.empty()
        : Optional.of(
            new KernelDifference(
                call, step, buffer.name(), worst, expected[worst], actual[worst], arrays));
  }

  private static NumberArray array(Leaf.Constant constant) {
    TensorType type = constant.type();
    MemorySegment elements = Arena.ofAuto().allocate(type.bytes(), 8);
    BackendMachine.write(elements, type, constant.elements());
    return new NumberArray(ElementType.of(type.dtype()), type.dims(), elements);
  }

  /** A copy, since the next kernel may write there. */
  private NumberArray array(Executable executable, Buffer buffer, MemorySegment memory) {
    TensorType type = executable.type(entry, buffer.name());
    MemorySegment copy = Arena.ofAuto().allocate(type.bytes(), 8);
    MemorySegment.copy(memory, 0, copy, 0, type.bytes());
    return new NumberArray(ElementType.of(type.dtype()), type.dims(), copy);
  }
}
