// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.bytedeco.llvm.global.LLVM.*;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMModuleRef;
import org.bytedeco.llvm.LLVM.LLVMPassBuilderOptionsRef;
import org.bytedeco.llvm.LLVM.LLVMTargetDataRef;

/**
 * One module in LLVM's memory: parsed, verified, optimized, and written as text or machine code.
 */
final class LlvmModule {

  /**
   * What explicitly tiled loops need: registers for local buffers, address arithmetic shared and
   * moved out of loops. LLVM's own vectorizers and unrollers stay off. What follows in its usual
   * pipelines, such as gvn, takes as long again and finds nothing here.
   */
  private static final String PASSES =
      "function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,"
          + "loop-mssa(licm))";

  private final LLVMModuleRef module;

  private LlvmModule(LLVMModuleRef module) {
    this.module = module;
  }

  LLVMModuleRef reference() {
    return module;
  }

  /** The module of {@code text}, which must be well formed. */
  static LlvmModule parse(String text, LLVMContextRef context, TargetMachine machine) {
    LLVMModuleRef module = new LLVMModuleRef();
    try (BytePointer bytes = new BytePointer(text, StandardCharsets.UTF_8);
        BytePointer name = new BytePointer("dlc");
        BytePointer error = new BytePointer((org.bytedeco.javacpp.Pointer) null)) {
      LLVMMemoryBufferRef buffer =
          LLVMCreateMemoryBufferWithMemoryRangeCopy(
              bytes, text.getBytes(StandardCharsets.UTF_8).length, name);
      if (LLVMParseIRInContext(context, buffer, module, error) != 0) {
        throw broken(error, "does not parse");
      }
      LLVMSetTarget(module, machine.triple());
      LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(machine.reference());
      LLVMSetModuleDataLayout(module, layout);
      LLVMDisposeTargetData(layout);
      if (LLVMVerifyModule(module, LLVMReturnStatusAction, error) != 0) {
        throw broken(error, "is not valid");
      }
      LLVMDisposeMessage(error);
    }
    return new LlvmModule(module);
  }

  private static IllegalStateException broken(BytePointer error, String what) {
    String message = error.getString();
    LLVMDisposeMessage(error);
    return new IllegalStateException("the generated LLVM IR " + what + ": " + message);
  }

  void optimize(TargetMachine machine) {
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    Errors.check(LLVMRunPasses(module, PASSES, machine.reference(), options));
    LLVMDisposePassBuilderOptions(options);
  }

  /** The module as text. */
  String print() {
    try (BytePointer text = LLVMPrintModuleToString(module)) {
      String copy = text.getString();
      LLVMDisposeMessage(text);
      text.setNull();
      return copy;
    }
  }

  /** Machine code: assembly text when {@code fileType} is LLVMAssemblyFile, or an object file. */
  byte[] emit(TargetMachine machine, int fileType) {
    try (BytePointer error = new BytePointer((org.bytedeco.javacpp.Pointer) null)) {
      LLVMMemoryBufferRef buffer = new LLVMMemoryBufferRef();
      if (LLVMTargetMachineEmitToMemoryBuffer(machine.reference(), module, fileType, error, buffer)
          != 0) {
        throw broken(error, "has no machine code");
      }
      BytePointer start = LLVMGetBufferStart(buffer);
      byte[] bytes = new byte[Math.toIntExact(LLVMGetBufferSize(buffer))];
      start.capacity(bytes.length).get(bytes);
      LLVMDisposeMemoryBuffer(buffer);
      return bytes;
    }
  }

  void dispose() {
    LLVMDisposeModule(module);
  }
}
