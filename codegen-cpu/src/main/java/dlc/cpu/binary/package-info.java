// SPDX-License-Identifier: Apache-2.0
/**
 * Programs and libraries that stand alone: machine code for several processors, a description of
 * the model, and the small C runtime of {@code src/main/c}, linked by the linker of the LLVM
 * presets.
 *
 * <p>The runtime is compiled to LLVM bitcode by {@link dlc.cpu.binary.RuntimeBuild} during the
 * build of dlc, so that whoever compiles a model needs no compiler. Start reading at {@link
 * dlc.cpu.binary.Binary}.
 */
@NullMarked
package dlc.cpu.binary;

import org.jspecify.annotations.NullMarked;
