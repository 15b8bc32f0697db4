// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.bytedeco.llvm.global.LLVM.*;

import dlc.ir.kernel.Target;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMTargetMachineRef;
import org.bytedeco.llvm.LLVM.LLVMTargetRef;

/** LLVM's description of a processor to generate code for. */
final class TargetMachine implements AutoCloseable {

  static {
    LLVMInitializeNativeTarget();
    LLVMInitializeNativeAsmPrinter();
    LLVMInitializeNativeAsmParser();
    // Loops count what addresses need (Counter): looking for it would be a quarter of LLVM's time.
    options("-disable-lsr");
  }

  private final LLVMTargetMachineRef machine;
  private final String triple;

  /** A processor of this platform. */
  TargetMachine(Target target) {
    this(target, hostTriple());
  }

  /** A processor of the platform that LLVM calls {@code triple}. */
  TargetMachine(Target target, String triple) {
    this.triple = triple;
    if (!triple.startsWith(architecture(hostTriple()))) {
      Everywhere.register();
    }
    try (BytePointer name = new BytePointer(triple);
        BytePointer error = new BytePointer((org.bytedeco.javacpp.Pointer) null)) {
      LLVMTargetRef reference = new LLVMTargetRef();
      if (LLVMGetTargetFromTriple(name, reference, error) != 0) {
        throw new IllegalStateException("LLVM knows no target " + triple);
      }
      machine =
          LLVMCreateTargetMachine(
              reference,
              triple,
              target.cpu(),
              target.features(),
              LLVMCodeGenLevelDefault,
              LLVMRelocPIC,
              LLVMCodeModelDefault);
    }
  }

  /** Sets options that LLVM has for the whole process. */
  private static void options(String... options) {
    String[] command = new String[options.length + 1];
    command[0] = "dlc";
    System.arraycopy(options, 0, command, 1, options.length);
    try (PointerPointer<BytePointer> words = new PointerPointer<>(command)) {
      LLVMParseCommandLineOptions(command.length, words, (BytePointer) null);
    }
  }

  private static String hostTriple() {
    try (BytePointer triple = LLVMGetDefaultTargetTriple()) {
      String copy = triple.getString();
      LLVMDisposeMessage(triple);
      triple.setNull();
      return copy;
    }
  }

  private static String architecture(String triple) {
    return triple.substring(0, triple.indexOf('-') + 1);
  }

  /**
   * All platforms that LLVM knows. A class is initialized once: two threads that register the same
   * platform at the same time make a ring of LLVM's list, in which looking for one never ends.
   */
  private static final class Everywhere {
    static {
      LLVMInitializeAllTargetInfos();
      LLVMInitializeAllTargets();
      LLVMInitializeAllTargetMCs();
      LLVMInitializeAllAsmPrinters();
      LLVMInitializeAllAsmParsers();
    }

    /** Initializes this class. */
    static void register() {}
  }

  /** The processor that this process runs on. */
  static Target host() {
    try (BytePointer cpu = LLVMGetHostCPUName();
        BytePointer features = LLVMGetHostCPUFeatures()) {
      String all = MatrixPermission.without(features.getString());
      if (all.contains("+avx512f") && all.contains("+avx512vl")) {
        return new Target(cpu.getString(), all, 64, 32);
      }
      if (all.contains("+avx2") && all.contains("+fma")) {
        return new Target(cpu.getString(), all, 32, 16);
      }
      return new Target(cpu.getString(), all, 16, all.contains("+neon") ? 32 : 16);
    }
  }

  static String llvmVersion() {
    int[] major = {0};
    int[] minor = {0};
    int[] patch = {0};
    LLVMGetVersion(major, minor, patch);
    return major[0] + "." + minor[0] + "." + patch[0];
  }

  LLVMTargetMachineRef reference() {
    return machine;
  }

  String triple() {
    return triple;
  }

  @Override
  public void close() {
    LLVMDisposeTargetMachine(machine);
  }
}
