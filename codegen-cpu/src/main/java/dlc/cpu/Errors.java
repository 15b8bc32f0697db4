// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.bytedeco.llvm.global.LLVM.LLVMDisposeErrorMessage;
import static org.bytedeco.llvm.global.LLVM.LLVMGetErrorMessage;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.jspecify.annotations.Nullable;

/** Turns LLVM's error values into exceptions. */
final class Errors {

  private Errors() {}

  /** Throws when {@code error} is one. */
  static void check(@Nullable LLVMErrorRef error) {
    if (error != null && !error.isNull()) {
      BytePointer message = LLVMGetErrorMessage(error);
      String text = message.getString();
      LLVMDisposeErrorMessage(message);
      throw new IllegalStateException("LLVM: " + text);
    }
  }
}
