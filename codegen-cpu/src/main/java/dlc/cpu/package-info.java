// SPDX-License-Identifier: Apache-2.0
/**
 * The CPU backend: scheduled kernel IR to LLVM IR text, which LLVM compiles in memory. The text is
 * made without LLVM; only {@link dlc.cpu.Jit} and {@link dlc.cpu.LlvmModule} touch it. Start
 * reading at {@link dlc.cpu.ModuleText}.
 */
@NullMarked
package dlc.cpu;

import org.jspecify.annotations.NullMarked;
