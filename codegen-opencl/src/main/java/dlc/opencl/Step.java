// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.kernel.KernelProgram.Call;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.scalar.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A part of a kernel on the memory of its arguments.
 *
 * @param number that of the call among those of the entry point
 */
record Step(KernelText.Part part, Call call, int number) {

  /** Where the buffers lie. */
  List<Place> places() {
    return call.arguments();
  }

  /** The call of the part's function, where {@code pointer} gives the bytes of each buffer. */
  String text(IntFunction<String> pointer) {
    List<Buffer> buffers = call.kernel().arguments();
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < buffers.size(); i++) {
      arguments.add(
          "(%s)(%s)"
              .formatted(KernelText.pointerType(call.kernel(), buffers.get(i)), pointer.apply(i)));
    }
    part.shared().forEach(buffer -> arguments.add(buffer.name()));
    return Helpers.call(part.function(), arguments.toArray(String[]::new));
  }

  /** The same where {@code layout} says. */
  String text(MemoryLayout layout) {
    return text(i -> layout.block(places().get(i)) + " + " + layout.offset(places().get(i)));
  }
}
