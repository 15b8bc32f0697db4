// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.Graph;
import dlc.ir.NarrowFloats;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.ir.op.Leaf;
import dlc.passes.Differentiate;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.PlanMemory;
import dlc.passes.schedule.Schedule;
import dlc.passes.simplify.Simplify;
import dlc.runtime.Executable;
import dlc.runtime.ModelState;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compiles graphs the way models are compiled and runs them on arrays. */
final class CompiledGraphs {

  private CompiledGraphs() {}

  static KernelProgram kernels(Graph graph, Target target) {
    Graph simple = new Simplify().run(new Differentiate().run(graph));
    return PlanMemory.run("m", List.of(Schedule.run(LowerToKernels.run(simple), target)));
  }

  /** The results of {@code graph} on {@code inputs}, new states among them. */
  static Map<String, double[]> run(CpuBackend backend, Graph graph, Map<String, double[]> inputs) {
    KernelProgram program = kernels(graph, backend.target());
    try (ModelState state = backend.reserve(program.stateBytes());
        Executable executable = backend.load(program, state)) {
      for (Value parameter : graph.parameters()) {
        Leaf.Parameter declared = Graph.declaration(parameter);
        String name = declared.name();
        if (!declared.role().persists() || executable.states().containsKey(name)) {
          write(memory(executable, graph, declared), declared.type(), inputs.get(name));
        }
      }
      executable.run(graph.name());
      Map<String, double[]> results = new LinkedHashMap<>();
      graph
          .results()
          .forEach(
              (name, value) ->
                  results.put(name, read(result(executable, graph, name), value.type())));
      return results;
    }
  }

  private static MemorySegment memory(Executable executable, Graph graph, Leaf.Parameter declared) {
    return declared.role().persists()
        ? executable.state(declared.name())
        : executable.slot(graph.name(), declared.name());
  }

  private static MemorySegment result(Executable executable, Graph graph, String name) {
    boolean isState =
        graph.parameters().stream()
            .map(Graph::declaration)
            .anyMatch(
                each ->
                    each.name().equals(name)
                        && each.role() != Role.INPUT
                        && each.role().persists());
    return isState ? executable.state(name) : executable.slot(graph.name(), name);
  }

  private static void write(MemorySegment memory, TensorType type, double[] elements) {
    for (int i = 0; i < elements.length; i++) {
      switch (type.dtype()) {
        case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) elements[i]);
        case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, elements[i]);
        case BF16, F16 ->
            memory.setAtIndex(
                ValueLayout.JAVA_SHORT, i, NarrowFloats.bits(type.dtype(), elements[i]));
        case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) elements[i]);
        case U8, BOOL -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) elements[i]);
      }
    }
  }

  private static double[] read(MemorySegment memory, TensorType type) {
    double[] elements = new double[(int) type.elements()];
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
}
