// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.bytedeco.llvm.global.LLVM.LLVMAssemblyFile;
import static org.bytedeco.llvm.global.LLVM.LLVMContextCreate;
import static org.bytedeco.llvm.global.LLVM.LLVMContextDispose;
import static org.bytedeco.llvm.global.LLVM.LLVMObjectFile;

import dlc.ir.kernel.Target;
import java.nio.charset.StandardCharsets;
import org.bytedeco.llvm.LLVM.LLVMContextRef;

/** What can be made of LLVM IR without running it. */
public enum Emission {
  /** LLVM IR as the back end wrote it; needs no LLVM. */
  LLVM,
  /** LLVM IR after LLVM's passes. */
  OPTIMIZED,
  ASSEMBLY,
  OBJECT;

  byte[] of(String text, Target target) {
    if (this == LLVM) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try (TargetMachine machine = new TargetMachine(target)) {
      return of(text, machine);
    }
  }

  byte[] of(String text, TargetMachine machine) {
    LLVMContextRef context = LLVMContextCreate();
    try {
      LlvmModule module = LlvmModule.parse(text, context, machine);
      module.optimize(machine);
      byte[] bytes =
          switch (this) {
            case LLVM -> throw new IllegalStateException("handled above");
            case OPTIMIZED -> module.print().getBytes(StandardCharsets.UTF_8);
            case ASSEMBLY -> module.emit(machine, LLVMAssemblyFile);
            case OBJECT -> module.emit(machine, LLVMObjectFile);
          };
      module.dispose();
      return bytes;
    } finally {
      LLVMContextDispose(context);
    }
  }
}
