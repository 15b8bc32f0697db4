// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** A device and the handles by which OpenCL knows it. */
record OpenClDevice(DeviceInfo info, cl_platform_id platform, cl_device_id id) {}
