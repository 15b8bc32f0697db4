// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import static java.util.Objects.requireNonNull;
import static org.jocl.CL.clReleaseKernel;
import static org.jocl.CL.clSetKernelArg;

import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.opencl.Launch;
import dlc.runtime.Executable;
import dlc.runtime.KernelClock;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_event;
import org.jocl.cl_kernel;

/** A program on a device; a run asks for its kernels and does not wait for them. */
final class DeviceExecutable implements Executable {

  /** A function with its arguments set, and who runs it. */
  private record Prepared(cl_kernel function, Groups groups, Launch launch) {}

  /** What a run of an entry point takes. */
  private record Steps(
      Entry entry, List<Prepared> kernels, InputBlock inputs, boolean writesState) {}

  private final KernelProgram program;
  private final DeviceProgram built;
  private final DeviceQueue queue;
  private final DeviceState state;
  private final DeviceWork work;
  private final Optional<KernelClock> clock;
  private final Map<String, Steps> entries = new LinkedHashMap<>();
  private final Map<String, KeptResults> kept = new HashMap<>();

  /**
   * A program on the device of {@code queue}.
   *
   * @param clock is told how long kernels took; then runs wait for their end
   */
  DeviceExecutable(
      KernelProgram program,
      DeviceProgram built,
      DeviceQueue queue,
      DeviceState state,
      Optional<KernelClock> clock) {
    this.program = program;
    this.built = built;
    this.queue = queue;
    this.state = state;
    this.clock = clock;
    this.work = new DeviceWork(program, queue);
    for (Entry entry : program.entries()) {
      List<Launch> launches =
          clock.isPresent() ? built.steps(entry.name()) : built.launches(entry.name());
      List<Prepared> kernels = launches.stream().map(this::prepared).toList();
      InputBlock inputs = new InputBlock(entry, work, queue);
      entries.put(entry.name(), new Steps(entry, kernels, inputs, entry.writesState()));
    }
  }

  private Prepared prepared(Launch launch) {
    try {
      cl_kernel function = built.function(launch);
      clSetKernelArg(function, 0, Sizeof.cl_mem, Pointer.to(state.memory()));
      clSetKernelArg(function, 1, Sizeof.cl_mem, Pointer.to(work.memory()));
      return new Prepared(function, Groups.of(launch, queue.info()), launch);
    } catch (CLException failure) {
      throw queue.failed("it does not take the kernel " + launch.function(), failure);
    }
  }

  private Steps steps(String entry) {
    Steps found = entries.get(entry);
    if (found == null) {
      throw new IllegalArgumentException("the program has no entry point " + entry);
    }
    return found;
  }

  private Slot find(String entry, String name) {
    Entry found = steps(entry).entry();
    Slot slot = found.inputs().getOrDefault(name, found.results().get(name));
    if (slot == null) {
      throw new IllegalArgumentException(entry + " has no input or result " + name);
    }
    return slot;
  }

  private MemorySegment memory(Slot slot) {
    return slot.place().region() == Region.STATE
        ? state.at(slot.place().offset(), slot.type().bytes())
        : work.copy(slot);
  }

  @Override
  public MemorySegment slot(String entry, String name) {
    return memory(find(entry, name));
  }

  @Override
  public boolean takes(String entry, String name) {
    return steps(entry).entry().inputs().containsKey(name);
  }

  @Override
  public Optional<MemorySegment> result(String entry, String name) {
    return Optional.ofNullable(steps(entry).entry().results().get(name)).map(this::memory);
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
    Steps steps = steps(entry);
    state.beforeRun();
    steps.inputs.upload();
    clock.ifPresentOrElse(told -> runTimed(steps, told), () -> start(steps));
    if (steps.writesState) {
      state.changed();
    }
  }

  private void start(Steps steps) {
    for (Prepared kernel : steps.kernels) {
      queue.launch(kernel.function, kernel.groups, kernel.launch.function(), null);
    }
    queue.flush();
  }

  /** What passes between kernels is left out: it is the driver's. */
  private void runTimed(Steps steps, KernelClock told) {
    List<cl_event> ends = new ArrayList<>();
    for (Prepared kernel : steps.kernels) {
      cl_event end = new cl_event();
      queue.launch(kernel.function, kernel.groups, kernel.launch.function(), end);
      ends.add(end);
    }
    queue.finish();
    long[] nanos = new long[steps.entry.calls().size()];
    for (int i = 0; i < ends.size(); i++) {
      nanos[steps.kernels.get(i).launch.call()] += queue.nanos(ends.get(i));
    }
    List<Long> stamps = new ArrayList<>(List.of(0L));
    for (long each : nanos) {
      stamps.add(stamps.getLast() + each);
    }
    told.ran(steps.entry, stamps);
  }

  @Override
  public void fetch(String entry, String name) {
    Entry called = steps(entry).entry();
    Slot slot = called.results().getOrDefault(name, called.inputs().get(name));
    if (slot == null) {
      throw new IllegalArgumentException(entry + " has no result " + name);
    }
    if (slot.place().region() != Region.STATE) {
      queue.download(work.memory(), slot.place().offset(), work.copy(slot));
    }
  }

  @Override
  public int keep(String entry, List<String> names) {
    return kept.computeIfAbsent(
            entry, called -> new KeptResults(results(called, names), work, queue))
        .keep();
  }

  private List<Slot> results(String entry, List<String> names) {
    Entry called = steps(entry).entry();
    return names.stream().map(name -> requireNonNull(called.results().get(name), name)).toList();
  }

  @Override
  public void recall(String entry, int back) {
    requireNonNull(kept.get(entry), entry).recall(back);
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
    for (Steps steps : entries.values()) {
      steps.kernels.forEach(kernel -> clReleaseKernel(kernel.function()));
      steps.inputs.close();
    }
    kept.values().forEach(KeptResults::close);
    built.close();
    work.close();
  }
}
