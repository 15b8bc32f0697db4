// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.runtime.Executable;
import dlc.runtime.KernelClock;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A compiled program with its work memory; a run is one native call. */
final class NativeExecutable implements Executable {

  /** Vector loads may read a little past the last element. */
  private static final long SLACK = 64;

  private final KernelProgram program;
  private final Jit.Unit code;
  private final Arena arena = Arena.ofShared();
  private final HostState state;
  private final MemorySegment work;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, MethodHandle> functions = new LinkedHashMap<>();

  /** What runs where all is prepared. */
  private final Map<String, MethodHandle> repeats = new LinkedHashMap<>();

  /** The entry points that write to the state. */
  private final Set<String> learning = new LinkedHashSet<>();

  /** The entry point that ran last, unless its memory may have been written to, or none. */
  private String prepared = "";

  /** How often the state had been changed before it ran. */
  private long preparedAt;

  NativeExecutable(
      KernelProgram program,
      Jit.Unit code,
      String prefix,
      HostState state,
      Optional<KernelClock> clock) {
    this.program = program;
    this.code = code;
    this.state = state;
    this.work = LargeMemory.allocate(arena, program.workBytes() + SLACK);
    for (Entry entry : program.entries()) {
      entries.put(entry.name(), entry);
      functions.put(entry.name(), function(entry, prefix, clock));
      if (entry.writesState()) {
        learning.add(entry.name());
      }
      if (clock.isEmpty() && entry.prepared() > 0) {
        repeats.put(entry.name(), function(entry.again(), prefix, clock));
      }
    }
  }

  private MethodHandle function(Entry entry, String prefix, Optional<KernelClock> clock) {
    String name = prefix + "." + entry.name();
    return clock.isPresent()
        ? new TimedEntry(entry, arena, clock.get()).function(code, name)
        : code.function(name, FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
  }

  private Entry entry(String name) {
    Entry found = entries.get(name);
    if (found == null) {
      throw new IllegalArgumentException("the program has no entry point " + name);
    }
    return found;
  }

  private Slot find(String entry, String name) {
    Entry found = entry(entry);
    Slot slot = found.inputs().getOrDefault(name, found.results().get(name));
    if (slot == null) {
      throw new IllegalArgumentException(entry + " has no input or result " + name);
    }
    return slot;
  }

  private MemorySegment memory(Slot slot) {
    long offset = slot.place().offset();
    long bytes = slot.type().bytes();
    return slot.place().region() == Region.STATE
        ? state.at(offset, bytes)
        : work.asSlice(offset, bytes);
  }

  @Override
  public MemorySegment slot(String entry, String name) {
    if (!prepared.equals(entry)) {
      prepared = "";
    }
    return memory(find(entry, name));
  }

  @Override
  public boolean takes(String entry, String name) {
    return entry(entry).inputs().containsKey(name);
  }

  @Override
  public Optional<MemorySegment> result(String entry, String name) {
    return Optional.ofNullable(entry(entry).results().get(name)).map(this::memory);
  }

  @Override
  public TensorType type(String entry, String name) {
    return find(entry, name).type();
  }

  @Override
  public boolean has(String entry) {
    return entries.containsKey(entry);
  }

  @Override
  public void run(String entry) {
    MethodHandle function = functions.get(entry);
    if (function == null) {
      throw new IllegalArgumentException("the program has no entry point " + entry);
    }
    long now = state.changes();
    if (prepared.equals(entry) && preparedAt == now) {
      function = repeats.getOrDefault(entry, function);
    }
    try {
      function.invokeExact(state.memory(), work);
    } catch (Throwable e) {
      throw new IllegalStateException(entry + " failed", e);
    }
    prepared = entry;
    preparedAt = now;
    if (learning.contains(entry)) {
      state.change();
    }
  }

  /** A run ends when all of it is done. */
  @Override
  public void fetch(String entry, String name) {
    find(entry, name);
  }

  @Override
  public MemorySegment state(String name) {
    Slot slot = program.states().get(name);
    if (slot == null) {
      throw new IllegalArgumentException("the program has no state " + name);
    }
    return memory(slot);
  }

  @Override
  public Map<String, TensorType> states() {
    Map<String, TensorType> types = new LinkedHashMap<>();
    program.states().forEach((name, slot) -> types.put(name, slot.type()));
    return types;
  }

  @Override
  public void close() {
    code.close();
    arena.close();
  }
}
