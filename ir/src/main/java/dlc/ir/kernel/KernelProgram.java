// SPDX-License-Identifier: Apache-2.0
package dlc.ir.kernel;

import dlc.ir.TensorType;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * A compiled model: each entry point is a list of kernel calls on memory whose layout is fixed.
 *
 * <p>There are two blocks of memory: {@code STATE}, which lives as long as the model and whose
 * layout does not depend on the batch, and {@code WORK}, which holds inputs, results and what a
 * call needs in between.
 */
public record KernelProgram(
    String name,
    List<Entry> entries,
    Map<String, Slot> states,
    List<Leaf.Constant> constants,
    long stateBytes,
    long workBytes) {

  /** A block of memory. */
  public enum Region {
    STATE,
    WORK,
    /** The number is the index of a constant, not an offset. */
    CONSTANT
  }

  /** A place in memory. */
  public record Place(Region region, long offset) {
    @Override
    public String toString() {
      return region.name().toLowerCase(java.util.Locale.ROOT) + "+" + offset;
    }
  }

  /** A tensor at a fixed place. */
  public record Slot(TensorType type, Place place) {}

  /**
   * One kernel on the memory of its arguments.
   *
   * @param source the kernel as it was before it was scheduled and shared with equal ones; says
   *     what this call computes, and for which lines of the program
   */
  public record Call(Kernel kernel, List<Place> arguments, Kernel source) {
    public Call {
      arguments = List.copyOf(arguments);
    }

    private boolean writesState() {
      return kernel.written().stream()
          .map(buffer -> arguments.get(kernel.arguments().indexOf(buffer)))
          .anyMatch(place -> place.region() == Region.STATE);
    }

    /** A call of a kernel that is as it was written. */
    public Call(Kernel kernel, List<Place> arguments) {
      this(kernel, arguments, kernel);
    }
  }

  /**
   * One entry point: its calls in order, and where its inputs and results lie.
   *
   * @param prepared so many of the first calls need the state alone, and leave what the others need
   *     where no call overwrites it: as long as the state stays, another run may do without them
   */
  public record Entry(
      String name,
      List<Call> calls,
      Map<String, Slot> inputs,
      Map<String, Slot> results,
      int prepared) {
    public Entry {
      calls = List.copyOf(calls);
      inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
      results = Collections.unmodifiableMap(new LinkedHashMap<>(results));
    }

    /** An entry point of which each run needs all calls. */
    public Entry(
        String name, List<Call> calls, Map<String, Slot> inputs, Map<String, Slot> results) {
      this(name, calls, inputs, results, 0);
    }

    /** What a run needs for which all is prepared, as an entry point of its own. */
    public Entry again() {
      return new Entry(name + ".again", calls.subList(prepared, calls.size()), inputs, results);
    }

    /** Whether some kernel writes to the state. */
    public boolean writesState() {
      return calls.stream().anyMatch(Call::writesState);
    }
  }

  /** With {@link Entry#again} of each entry point for which something is prepared. */
  public KernelProgram withRepeats() {
    List<Entry> all = new ArrayList<>(entries);
    entries.stream().filter(entry -> entry.prepared() > 0).map(Entry::again).forEach(all::add);
    return new KernelProgram(name, all, states, constants, stateBytes, workBytes);
  }

  public KernelProgram {
    entries = List.copyOf(entries);
    states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
    constants = List.copyOf(constants);
  }

  /** Every kernel that some entry point calls, once. */
  public List<Kernel> kernels() {
    LinkedHashSet<Kernel> kernels = new LinkedHashSet<>();
    entries.forEach(entry -> entry.calls().forEach(call -> kernels.add(call.kernel())));
    return List.copyOf(kernels);
  }
}
