// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.ir.op.Leaf;
import dlc.passes.lower.LoweredGraph.Call;
import dlc.passes.lower.LoweredGraph.CallerMemory;
import dlc.passes.lower.LoweredGraph.ConstantMemory;
import dlc.passes.lower.LoweredGraph.Memory;
import dlc.passes.lower.LoweredGraph.StateMemory;
import dlc.passes.lower.LoweredGraph.TemporaryMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Gives all memory of a program its place.
 *
 * <p>State lies in the order of names, so that its layout is that of the model and not of the
 * batch. Inputs and results of an entry point keep their place during the whole call; temporaries
 * share memory when no kernel needs both. The entry points share the work block, since one runs at
 * a time. Equal kernels become one.
 */
public final class PlanMemory {

  private static final long ALIGNMENT = 64;

  private final Map<String, Slot> states = new LinkedHashMap<>();
  private final Map<Leaf.Constant, Integer> constants = new LinkedHashMap<>();
  private final Map<List<Object>, Kernel> kernels = new HashMap<>();
  private long stateBytes;
  private long workBytes;

  private PlanMemory() {}

  /** Plans a program that is all there is: its states are those that its entry points touch. */
  public static KernelProgram run(String name, List<LoweredGraph> graphs) {
    Map<String, TensorType> all = new TreeMap<>();
    graphs.forEach(graph -> graph.states().forEach(state -> all.put(state.name(), state.type())));
    return run(name, graphs, all);
  }

  /** Plans some entry points of a model that has {@code states}; each must be of them. */
  public static KernelProgram run(
      String name, List<LoweredGraph> graphs, Map<String, TensorType> states) {
    PlanMemory planner = new PlanMemory();
    planner.placeStates(states);
    List<KernelProgram.Entry> entries = graphs.stream().map(planner::place).toList();
    return new KernelProgram(
        name,
        entries,
        planner.states,
        List.copyOf(planner.constants.keySet()),
        planner.stateBytes,
        planner.workBytes);
  }

  private void placeStates(Map<String, TensorType> all) {
    new TreeMap<>(all)
        .forEach(
            (state, type) -> {
              states.put(state, new Slot(type, new Place(Region.STATE, stateBytes)));
              stateBytes += aligned(type.bytes());
            });
  }

  private KernelProgram.Entry place(LoweredGraph graph) {
    Map<Memory, Place> places = new HashMap<>();
    long fixed = 0;
    List<Memory> caller = new ArrayList<>(graph.inputs().values());
    caller.addAll(graph.results().values());
    for (Memory memory : caller) {
      if (!places.containsKey(memory)) {
        places.put(memory, new Place(Region.WORK, fixed));
        fixed += aligned(memory.type().bytes());
      }
    }
    Preparation preparation = Preparation.of(graph);
    placeTemporaries(preparation, fixed, places);
    List<KernelProgram.Call> calls = new ArrayList<>();
    for (Call call : preparation.calls()) {
      List<Place> arguments = new ArrayList<>();
      for (int i = 0; i < call.arguments().size(); i++) {
        Place place = placeOf(call.arguments().get(i), places);
        arguments.add(new Place(place.region(), place.offset() + call.offsets().get(i)));
      }
      calls.add(new KernelProgram.Call(shared(call.kernel()), arguments, call.source()));
    }
    return new KernelProgram.Entry(
        graph.name(),
        calls,
        slots(graph.inputs(), places),
        slots(graph.results(), places),
        preparation.prepared());
  }

  private Place placeOf(Memory memory, Map<Memory, Place> places) {
    return switch (memory) {
      case StateMemory state -> Objects.requireNonNull(states.get(state.name())).place();
      case ConstantMemory(Leaf.Constant constant) ->
          new Place(Region.CONSTANT, constants.computeIfAbsent(constant, _ -> constants.size()));
      case CallerMemory _, TemporaryMemory _ -> Objects.requireNonNull(places.get(memory));
    };
  }

  private Map<String, Slot> slots(Map<String, Memory> memories, Map<Memory, Place> places) {
    Map<String, Slot> slots = new LinkedHashMap<>();
    memories.forEach(
        (slot, memory) -> slots.put(slot, new Slot(memory.type(), placeOf(memory, places))));
    return slots;
  }

  /** A temporary and the calls from the first to the last that need it. */
  private record Lifetime(TemporaryMemory memory, int first, int last) {
    boolean overlaps(Lifetime other) {
      return first <= other.last && other.first <= last;
    }
  }

  private record Block(Lifetime lifetime, long start, long end) {}

  private void placeTemporaries(Preparation preparation, long start, Map<Memory, Place> places) {
    Map<Memory, Lifetime> lifetimes = new LinkedHashMap<>();
    List<Call> calls = preparation.calls();
    for (int i = 0; i < calls.size(); i++) {
      int now = i;
      for (Memory memory : calls.get(i).arguments()) {
        if (memory instanceof TemporaryMemory temporary) {
          lifetimes.merge(
              memory,
              new Lifetime(temporary, now, now),
              (known, _) ->
                  new Lifetime(
                      temporary,
                      known.first(),
                      preparation.isKept(known.first(), now) ? calls.size() : now));
        }
      }
    }
    // The largest first: each takes the lowest gap that is free during its life.
    List<Lifetime> order = new ArrayList<>(lifetimes.values());
    order.sort(
        Comparator.comparingLong((Lifetime life) -> -life.memory().type().bytes())
            .thenComparingInt(life -> life.memory().number()));
    List<Block> blocks = new ArrayList<>();
    long end = start;
    for (Lifetime lifetime : order) {
      long size = aligned(lifetime.memory().type().bytes());
      long offset = start;
      for (Block block : blocks) {
        if (block.lifetime().overlaps(lifetime)
            && offset + size > block.start()
            && offset < block.end()) {
          offset = block.end();
        }
      }
      blocks.add(new Block(lifetime, offset, offset + size));
      blocks.sort(Comparator.comparingLong(Block::start));
      places.put(lifetime.memory(), new Place(Region.WORK, offset));
      end = Math.max(end, offset + size);
    }
    workBytes = Math.max(workBytes, end);
  }

  /** The kernel with the same arguments and body that is there already, or this one, well named. */
  private Kernel shared(Kernel kernel) {
    List<Object> key = List.<Object>of(kernel.arguments(), kernel.body());
    return kernels.computeIfAbsent(
        key, _ -> kernel.named("k%d_%s".formatted(kernels.size(), kernel.name())));
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
