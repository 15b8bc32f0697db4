// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.driver.Compiler;
import dlc.ir.NarrowFloats;
import dlc.ir.Program;
import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.runtime.Backend;
import dlc.runtime.Executable;
import dlc.runtime.ModelState;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compiles for the device of a backend. */
public class BackendMachine implements Machine {

  private final Backend backend;

  /** Runs programs on {@code backend}, which it closes. */
  public BackendMachine(Backend backend) {
    this.backend = backend;
  }

  @Override
  public Loaded load(Program program, List<String> entries) {
    KernelProgram kernels = Compiler.of(backend.target()).compile(program, entries);
    return new OnBackend(kernels, backend);
  }

  @Override
  public void close() {
    backend.close();
  }

  private static final class OnBackend implements Loaded {

    private final KernelProgram program;
    private final ModelState state;
    private final Executable executable;

    OnBackend(KernelProgram program, Backend backend) {
      this.program = program;
      this.state = backend.reserve(program.stateBytes());
      this.executable = backend.load(program, state);
    }

    @Override
    public double[] state(String name) {
      return read(executable.state(name), type(name));
    }

    @Override
    public void setState(String name, double[] elements) {
      write(executable.state(name), type(name), elements);
    }

    private TensorType type(String state) {
      TensorType type = executable.states().get(state);
      if (type == null) {
        throw new IllegalArgumentException("the program has no state " + state);
      }
      return type;
    }

    @Override
    public Results run(String entry, Map<String, double[]> inputs) {
      KernelProgram.Entry called =
          program.entries().stream()
              .filter(each -> each.name().equals(entry))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("no entry point " + entry));
      called
          .inputs()
          .forEach(
              (name, slot) -> {
                double[] elements = inputs.get(name);
                if (elements == null) {
                  throw new IllegalArgumentException("no input for " + name);
                }
                write(executable.slot(entry, name), slot.type(), elements);
              });
      executable.run(entry);
      Map<String, double[]> results = new LinkedHashMap<>();
      called
          .results()
          .forEach(
              (name, slot) -> {
                executable.fetch(entry, name);
                results.put(name, read(executable.result(entry, name).orElseThrow(), slot.type()));
              });
      return new Results(results);
    }

    @Override
    public void close() {
      executable.close();
      state.close();
    }
  }

  static double[] read(MemorySegment memory, TensorType type) {
    double[] elements = new double[Math.toIntExact(type.elements())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] =
          switch (type.dtype()) {
            case F32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            case F64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
            case BF16, F16 ->
                NarrowFloats.value(type.dtype(), memory.getAtIndex(ValueLayout.JAVA_SHORT, i));
            case I32 -> memory.getAtIndex(ValueLayout.JAVA_INT, i);
            case U8, BOOL -> memory.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
          };
    }
    return elements;
  }

  static void write(MemorySegment memory, TensorType type, double[] elements) {
    if (elements.length != type.elements()) {
      throw new IllegalArgumentException("%d elements for %s".formatted(elements.length, type));
    }
    for (int i = 0; i < elements.length; i++) {
      double element = elements[i];
      switch (type.dtype()) {
        case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) element);
        case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, element);
        case BF16, F16 ->
            memory.setAtIndex(ValueLayout.JAVA_SHORT, i, NarrowFloats.bits(type.dtype(), element));
        case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) element);
        case U8, BOOL -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) (int) element);
      }
    }
  }
}
