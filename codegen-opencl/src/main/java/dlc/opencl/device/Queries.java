// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import static org.jocl.CL.CL_DEVICE_EXTENSIONS;
import static org.jocl.CL.CL_DEVICE_GLOBAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_LOCAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_CLOCK_FREQUENCY;
import static org.jocl.CL.CL_DEVICE_MAX_COMPUTE_UNITS;
import static org.jocl.CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_WORK_GROUP_SIZE;
import static org.jocl.CL.CL_DEVICE_NAME;
import static org.jocl.CL.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT;
import static org.jocl.CL.CL_DEVICE_NOT_FOUND;
import static org.jocl.CL.CL_DEVICE_SINGLE_FP_CONFIG;
import static org.jocl.CL.CL_DEVICE_TYPE;
import static org.jocl.CL.CL_DEVICE_TYPE_ACCELERATOR;
import static org.jocl.CL.CL_DEVICE_TYPE_ALL;
import static org.jocl.CL.CL_DEVICE_TYPE_CPU;
import static org.jocl.CL.CL_DEVICE_TYPE_GPU;
import static org.jocl.CL.CL_DRIVER_VERSION;
import static org.jocl.CL.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT;
import static org.jocl.CL.CL_PLATFORM_NAME;
import static org.jocl.CL.CL_PLATFORM_VERSION;
import static org.jocl.CL.clGetDeviceIDs;
import static org.jocl.CL.clGetDeviceInfo;
import static org.jocl.CL.clGetPlatformIDs;
import static org.jocl.CL.clGetPlatformInfo;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** What OpenCL is asked about its platforms and devices. */
final class Queries {

  private static final int NO_PLATFORM = -1001;

  private Queries() {}

  /** Adds each device, and for each platform that does not answer a sentence about it. */
  static void devices(List<OpenClDevice> devices, List<String> broken) {
    CL.setExceptionsEnabled(true);
    for (cl_platform_id platform : platforms()) {
      String name = "a platform without a name";
      try {
        name = text(platform, CL_PLATFORM_NAME);
        for (cl_device_id id : ids(platform)) {
          devices.add(new OpenClDevice(info(devices.size(), platform, name, id), platform, id));
        }
      } catch (CLException failure) {
        broken.add("the OpenCL driver %s is broken: %s".formatted(name, failure.getMessage()));
      }
    }
  }

  private static cl_platform_id[] platforms() {
    int[] count = new int[1];
    try {
      clGetPlatformIDs(0, null, count);
    } catch (CLException failure) {
      if (failure.getStatus() == NO_PLATFORM) {
        return new cl_platform_id[0];
      }
      throw failure;
    }
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    if (count[0] > 0) {
      clGetPlatformIDs(count[0], platforms, null);
    }
    return platforms;
  }

  private static cl_device_id[] ids(cl_platform_id platform) {
    int[] count = new int[1];
    try {
      clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, null, count);
    } catch (CLException failure) {
      if (failure.getStatus() == CL_DEVICE_NOT_FOUND) {
        return new cl_device_id[0];
      }
      throw failure;
    }
    cl_device_id[] ids = new cl_device_id[count[0]];
    clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count[0], ids, null);
    return ids;
  }

  private static DeviceInfo info(
      int index, cl_platform_id platform, String platformName, cl_device_id id) {
    return new DeviceInfo(
        index,
        text(id, CL_DEVICE_NAME),
        platformName,
        text(platform, CL_PLATFORM_VERSION),
        text(id, CL_DRIVER_VERSION),
        kind(number(id, CL_DEVICE_TYPE)),
        (int) number(id, CL_DEVICE_MAX_COMPUTE_UNITS),
        (int) number(id, CL_DEVICE_MAX_CLOCK_FREQUENCY),
        number(id, CL_DEVICE_GLOBAL_MEM_SIZE),
        number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        number(id, CL_DEVICE_LOCAL_MEM_SIZE),
        number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE),
        (int) number(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT),
        (number(id, CL_DEVICE_SINGLE_FP_CONFIG) & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0,
        List.of(text(id, CL_DEVICE_EXTENSIONS).split("\\s+")));
  }

  private static DeviceInfo.Kind kind(long type) {
    if ((type & CL_DEVICE_TYPE_GPU) != 0) {
      return DeviceInfo.Kind.GPU;
    }
    if ((type & CL_DEVICE_TYPE_CPU) != 0) {
      return DeviceInfo.Kind.CPU;
    }
    return (type & CL_DEVICE_TYPE_ACCELERATOR) != 0
        ? DeviceInfo.Kind.ACCELERATOR
        : DeviceInfo.Kind.OTHER;
  }

  private static String text(cl_platform_id platform, int what) {
    long[] size = new long[1];
    clGetPlatformInfo(platform, what, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    clGetPlatformInfo(platform, what, bytes.length, Pointer.to(bytes), null);
    return string(bytes);
  }

  private static String text(cl_device_id id, int what) {
    long[] size = new long[1];
    clGetDeviceInfo(id, what, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    clGetDeviceInfo(id, what, bytes.length, Pointer.to(bytes), null);
    return string(bytes);
  }

  /** Strings of OpenCL end with a 0. */
  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
  }

  /** A number of 4 or 8 bytes, as little-endian machines store it. */
  private static long number(cl_device_id id, int what) {
    long[] value = new long[1];
    clGetDeviceInfo(id, what, Sizeof.cl_ulong, Pointer.to(value), null);
    return value[0];
  }
}
