// SPDX-License-Identifier: Apache-2.0
/**
 * OpenCL devices and the programs that run on them. Only here is JOCL known.
 *
 * <p>Whether there is OpenCL at all is found out once, by {@link dlc.opencl.device.OpenCl}. Start
 * reading at {@link dlc.opencl.device.OpenClBackend}.
 */
@NullMarked
package dlc.opencl.device;

import org.jspecify.annotations.NullMarked;
