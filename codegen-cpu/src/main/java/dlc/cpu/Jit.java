// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.bytedeco.llvm.global.LLVM.*;

import dlc.ir.kernel.Target;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
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
  private final Optional<PerfMap> map;

  /**
   * @param map where the functions of all code are to be entered
   */
  Jit(Target target, Optional<PerfMap> map) {
    this.map = map;
    machine = new TargetMachine(target);
    LLVMOrcLLJITBuilderRef builder = LLVMOrcCreateLLJITBuilder();
    LLVMOrcJITTargetMachineBuilderRef machineBuilder =
        LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(
            new TargetMachine(target).reference());
    LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(builder, machineBuilder);
    jit = new LLVMOrcLLJITRef();
    Errors.check(LLVMOrcCreateLLJIT(jit, builder));
    if (map.isPresent()) {
      Debuggers.enable(jit);
    }
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
      return Linker.nativeLinker().downcallHandle(address(name), type);
    }

    /** Where the function called {@code name} lies. */
    MemorySegment address(String name) {
      return MemorySegment.ofAddress(Jit.this.address(name));
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
    if (map.isPresent()) {
      return addObject(module, context, map.get());
    }
    LLVMOrcThreadSafeModuleRef safe = LLVMOrcCreateNewThreadSafeModule(module.reference(), context);
    LLVMOrcDisposeThreadSafeContext(context);
    LLVMOrcResourceTrackerRef tracker = LLVMOrcJITDylibCreateResourceTracker(library);
    Errors.check(LLVMOrcLLJITAddLLVMIRModuleWithRT(jit, tracker, safe));
    return new Unit(tracker);
  }

  /** Makes the object file here, where it can be read: it says which function lies where. */
  private Unit addObject(LlvmModule module, LLVMOrcThreadSafeContextRef context, PerfMap entries) {
    byte[] object = module.emit(machine, LLVMObjectFile);
    module.dispose();
    LLVMOrcDisposeThreadSafeContext(context);
    LLVMOrcResourceTrackerRef tracker = LLVMOrcJITDylibCreateResourceTracker(library);
    try (BytePointer bytes = new BytePointer(object);
        BytePointer name = new BytePointer("dlc")) {
      LLVMMemoryBufferRef buffer =
          LLVMCreateMemoryBufferWithMemoryRangeCopy(bytes, object.length, name);
      Errors.check(LLVMOrcLLJITAddObjectFileWithRT(jit, tracker, buffer));
    }
    entries.add(ElfFunction.of(object), this::address);
    return new Unit(tracker);
  }

  private long address(String name) {
    try (LongPointer address = new LongPointer(1)) {
      Errors.check(LLVMOrcLLJITLookup(jit, address, name));
      return address.get();
    }
  }

  @Override
  public void close() {
    Errors.check(LLVMOrcDisposeLLJIT(jit));
    machine.close();
  }
}
