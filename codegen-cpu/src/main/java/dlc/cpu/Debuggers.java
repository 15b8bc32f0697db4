// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.LLVM.LLVMOrcLLJITRef;

/** Tells gdb and lldb of the code that is made, by the interface that both of them watch. */
final class Debuggers {

  /** LLVM's function for it, which the presets have no Java method for. */
  private static final String ENABLE = "LLVMOrcLLJITEnableDebugSupport";

  private Debuggers() {}

  /** What LLVM looks up, among the functions that all libraries see, to do so. */
  private static final String REGISTER = "llvm_orc_registerJITLoaderGDBWrapper";

  // As Linux numbers them.
  private static final int NOW = 2;
  private static final int IF_LOADED = 4;
  private static final int FOR_ALL = 0x100;

  /** Registers all object files that {@code jit} links from now on, where LLVM can. */
  static void enable(LLVMOrcLLJITRef jit) {
    Optional<MemorySegment> function = SymbolLookup.loaderLookup().find(ENABLE);
    if (function.isEmpty()) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    MethodHandle enable =
        linker.downcallHandle(function.get(), FunctionDescriptor.of(ADDRESS, ADDRESS));
    try {
      showLlvmToAll(linker);
      MemorySegment error =
          (MemorySegment) enable.invokeExact(MemorySegment.ofAddress(jit.address()));
      Errors.check(error.address() == 0 ? null : new LLVMErrorRef(new Address(error.address())));
    } catch (Throwable failure) {
      throw new IllegalStateException(ENABLE, failure);
    }
  }

  /** Java loads a library for itself alone; {@code dlopen} once more makes its functions public. */
  private static void showLlvmToAll(Linker linker) throws Throwable {
    Optional<MemorySegment> open = linker.defaultLookup().find("dlopen");
    if (open.isEmpty() || linker.defaultLookup().find(REGISTER).isPresent()) {
      return;
    }
    MethodHandle dlopen =
        linker.downcallHandle(open.get(), FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      for (String path : Loader.getLoadedLibraries().values()) {
        if (path.contains("LLVM")) {
          MemorySegment _ =
              (MemorySegment)
                  dlopen.invokeExact(arena.allocateFrom(path), NOW | IF_LOADED | FOR_ALL);
        }
      }
    }
  }

  /** A pointer of the presets to memory that they did not find themselves. */
  private static final class Address extends Pointer {
    Address(long value) {
      address = value;
    }
  }
}
