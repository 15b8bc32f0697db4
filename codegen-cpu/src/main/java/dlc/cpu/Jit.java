// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.bytedeco.llvm.global.LLVM.*;

import dlc.ir.kernel.Target;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.llvm.LLVM.LLVMOrcDefinitionGeneratorRef;
import org.bytedeco.llvm.LLVM.LLVMOrcJITDylibRef;
import org.bytedeco.llvm.LLVM.LLVMOrcJITTargetMachineBuilderRef;
import org.bytedeco.llvm.LLVM.LLVMOrcLLJITBuilderRef;
import org.bytedeco.llvm.LLVM.LLVMOrcLLJITRef;
import org.bytedeco.llvm.LLVM.LLVMOrcResourceTrackerRef;
import org.bytedeco.llvm.LLVM.LLVMOrcThreadSafeContextRef;
import org.bytedeco.llvm.LLVM.LLVMOrcThreadSafeModuleRef;

/** Machine code in this process, made from LLVM IR text by ORC. */
final class Jit implements AutoCloseable {

  private final LLVMOrcLLJITRef jit;
  private final LLVMOrcJITDylibRef library;
  private final TargetMachine machine;

  Jit(Target target) {
    machine = new TargetMachine(target);
    LLVMOrcLLJITBuilderRef builder = LLVMOrcCreateLLJITBuilder();
    LLVMOrcJITTargetMachineBuilderRef machineBuilder =
        LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(
            new TargetMachine(target).reference());
    LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(builder, machineBuilder);
    jit = new LLVMOrcLLJITRef();
    Errors.check(LLVMOrcCreateLLJIT(jit, builder));
    library = LLVMOrcLLJITGetMainJITDylib(jit);
    LLVMOrcDefinitionGeneratorRef process = new LLVMOrcDefinitionGeneratorRef();
    Errors.check(
        LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(
            process, LLVMOrcLLJITGetGlobalPrefix(jit), null, null));
    LLVMOrcJITDylibAddGenerator(library, process);
  }

  /** The platform as LLVM calls it. */
  String triple() {
    return machine.triple();
  }

  /** Code that was added and can be taken away again. */
  final class Unit implements AutoCloseable {
    private final LLVMOrcResourceTrackerRef tracker;

    private Unit(LLVMOrcResourceTrackerRef tracker) {
      this.tracker = tracker;
    }

    /** The function called {@code name}. */
    MethodHandle function(String name, FunctionDescriptor type) {
      try (LongPointer address = new LongPointer(1)) {
        Errors.check(LLVMOrcLLJITLookup(jit, address, name));
        return Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(address.get()), type);
      }
    }

    @Override
    public void close() {
      Errors.check(LLVMOrcResourceTrackerRemove(tracker));
      LLVMOrcReleaseResourceTracker(tracker);
    }
  }

  /** Compiles the module {@code text}. */
  Unit add(String text) {
    LLVMOrcThreadSafeContextRef context = LLVMOrcCreateNewThreadSafeContext();
    LlvmModule module =
        LlvmModule.parse(text, LLVMOrcThreadSafeContextGetContext(context), machine);
    module.optimize(machine);
    LLVMOrcThreadSafeModuleRef safe = LLVMOrcCreateNewThreadSafeModule(module.reference(), context);
    LLVMOrcDisposeThreadSafeContext(context);
    LLVMOrcResourceTrackerRef tracker = LLVMOrcJITDylibCreateResourceTracker(library);
    Errors.check(LLVMOrcLLJITAddLLVMIRModuleWithRT(jit, tracker, safe));
    return new Unit(tracker);
  }

  @Override
  public void close() {
    Errors.check(LLVMOrcDisposeLLJIT(jit));
    machine.close();
  }
}
