// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.kernel.Kernel;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * The LLVM function of a kernel, which has no name yet.
 *
 * @param text its arguments and all that follows; functions with the same text compute the same
 * @param declarations what the text refers to
 */
record KernelFunction(Kernel kernel, String text, Set<String> declarations) {

  KernelFunction {
    declarations = Collections.unmodifiableSet(new TreeSet<>(declarations));
  }

  /** The same of {@code equal}, which does the same under another name or for other lines. */
  KernelFunction of(Kernel equal) {
    return new KernelFunction(equal, text, declarations);
  }

  /** The function called {@code name}, which its module alone can call. */
  String internal(String name) {
    return "define internal void @%s".formatted(name) + text;
  }

  /** The function called {@code name}, which other modules of the same program can call. */
  String hidden(String name) {
    return "define hidden void @%s".formatted(name) + text;
  }

  /** What a module says that calls {@link #hidden} of another one. */
  String declaration(String name) {
    String arguments = "ptr, ".repeat(kernel.arguments().size());
    String range = KernelText.isParallel(kernel) ? "i64, i64, " : "";
    String all = arguments + range;
    return "declare hidden void @%s(%s)"
        .formatted(name, all.isEmpty() ? "" : all.substring(0, all.length() - 2));
  }
}
