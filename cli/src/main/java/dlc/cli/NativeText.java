// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.cpu.CpuBackend;
import dlc.cpu.Emission;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;

/** What LLVM makes of kernels; a class of its own, so that LLVM is loaded for those who ask. */
final class NativeText {

  private NativeText() {}

  static byte[] of(KernelProgram kernels, Target target, CompileCommand.Stage stage) {
    return CpuBackend.emit(
        kernels,
        target,
        switch (stage) {
          case asm -> Emission.ASSEMBLY;
          case llvm, ast, ir, opt, kernel, obj, opencl, staticlib, sharedlib, jar -> Emission.LLVM;
        });
  }
}
