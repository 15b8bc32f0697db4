// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Call;
import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.ir.kernel.Reach;
import dlc.ir.scalar.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program each of whose calls is an entry point of its own, with the memory of its arguments as
 * inputs and what it writes as results.
 */
final class SingleCalls {

  private SingleCalls() {}

  static KernelProgram of(KernelProgram program) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : program.entries()) {
      entries.add(new Entry(inputs(entry.name()), List.of(), entry.inputs(), Map.of()));
      for (int i = 0; i < entry.calls().size(); i++) {
        Call call = entry.calls().get(i);
        Map<String, Slot> slots = slots(call);
        Map<String, Slot> results = new LinkedHashMap<>(slots);
        results.keySet().retainAll(call.kernel().written().stream().map(Buffer::name).toList());
        entries.add(new Entry(name(entry.name(), i), List.of(call), slots, results));
      }
    }
    return new KernelProgram(
        program.name(),
        entries,
        program.states(),
        program.constants(),
        program.stateBytes(),
        program.workBytes());
  }

  /** The entry point that is call number {@code i} of {@code entry}. */
  static String name(String entry, int i) {
    return entry + "_call" + i;
  }

  /** An entry point without calls that has the inputs of {@code entry}. */
  static String inputs(String entry) {
    return entry + "_inputs";
  }

  /**
   * What a call uses of its arguments, by their names in the kernel; constants stay as they are.
   */
  private static Map<String, Slot> slots(Call call) {
    Kernel kernel = call.kernel();
    Map<String, Long> reach = Reach.of(kernel);
    Map<String, Slot> slots = new LinkedHashMap<>();
    for (int i = 0; i < kernel.arguments().size(); i++) {
      Buffer buffer = kernel.arguments().get(i);
      int elements = Math.toIntExact(reach.getOrDefault(buffer.name(), 1L));
      if (call.arguments().get(i).region() != Region.CONSTANT) {
        TensorType type = TensorType.of(buffer.type().dtype(), elements);
        slots.put(buffer.name(), new Slot(type, call.arguments().get(i)));
      }
    }
    return slots;
  }
}
