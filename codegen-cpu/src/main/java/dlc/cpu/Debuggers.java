// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.LLVM.LLVMOrcLLJITRef;

/** Tells gdb and lldb of the code that is made, by the interface that both of them watch. */
final class Debuggers {

  /** LLVM's function for it, which the presets have no Java method for. */
  private static final String ENABLE = "LLVMOrcLLJITEnableDebugSupport";

  private Debuggers() {}

  /** Registers all object files that {@code jit} links from now on, where LLVM can. */
  static void enable(LLVMOrcLLJITRef jit) {
    Optional<MemorySegment> function = SymbolLookup.loaderLookup().find(ENABLE);
    if (function.isEmpty()) {
      return;
    }
    MethodHandle enable =
        Linker.nativeLinker()
            .downcallHandle(function.get(), FunctionDescriptor.of(ADDRESS, ADDRESS));
    try {
      MemorySegment error =
          (MemorySegment) enable.invokeExact(MemorySegment.ofAddress(jit.address()));
      Errors.check(error.address() == 0 ? null : new LLVMErrorRef(new Address(error.address())));
    } catch (Throwable failure) {
      throw new IllegalStateException(ENABLE, failure);
    }
  }

  /** A pointer of the presets to memory that they did not find themselves. */
  private static final class Address extends Pointer {
    Address(long value) {
      address = value;
    }
  }
}
