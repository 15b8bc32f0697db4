// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.base.Span;
import dlc.ir.kernel.KernelProgram;
import dlc.runtime.file.NumberArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A kernel that made something else on a device than on the processor.
 *
 * @param call the kernel and where its arguments lie
 * @param step in which step, where 0 is the first values of the weights
 * @param buffer which of its buffers differs
 * @param element which element of it differs most
 * @param expected what the processor made of it
 * @param actual what the device made of it
 * @param arrays the kernel's buffers, with constants, before the run, and {@code expected.…} and
 *     {@code actual.…} of those that it writes
 */
public record KernelDifference(
    KernelProgram.Call call,
    int step,
    String buffer,
    int element,
    double expected,
    double actual,
    Map<String, NumberArray> arrays) {

  public KernelDifference {
    arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
  }

  /** The kernel's name and the place in the program that it comes from, if there is one. */
  public String kernel() {
    Span span = call.kernel().span();
    return call.kernel().name() + (span.equals(Span.NONE) ? "" : " (" + span + ")");
  }
}
