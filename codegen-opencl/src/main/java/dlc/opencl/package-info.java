// SPDX-License-Identifier: Apache-2.0
/**
 * Scheduled kernels as OpenCL C.
 *
 * <p>Here is text alone, made on any machine; what runs it lives in {@link dlc.opencl.device}.
 * Nothing here names an op, and OpenCL 1.2 is enough for all of it. Start reading at {@link
 * dlc.opencl.ProgramText}.
 */
@NullMarked
package dlc.opencl;

import org.jspecify.annotations.NullMarked;
