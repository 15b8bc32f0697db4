// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import static org.jocl.CL.clBuildProgram;
import static org.jocl.CL.clCreateKernel;
import static org.jocl.CL.clCreateProgramWithSource;
import static org.jocl.CL.clReleaseKernel;
import static org.jocl.CL.clReleaseProgram;
import static org.jocl.CL.clSetKernelArg;

import java.util.function.LongSupplier;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_program;

/**
 * How fast a device is, tried out.
 *
 * @param gigaflops billions of f32 additions and multiplications in a second, in chains of fused
 *     ones
 * @param gigabytes billions of bytes in a second that are read or written in copying memory
 */
public record Measurement(double gigaflops, double gigabytes) {

  private static final int ROUNDS = 512;
  private static final int ITEMS = 1 << 14;

  /** In each round of an item: 8 chains of 16 lanes, an addition and a multiplication each. */
  private static final long WORK = 8L * 16 * 2 * ROUNDS * ITEMS;

  private static final int FLOATS = 1 << 24;
  private static final int TRIES = 5;

  private static final String TEXT =
      """
      #pragma OPENCL FP_CONTRACT ON
      __kernel void compute(__global float16 *y) {
        const float16 m = (float16)(0.999f);
        float16 a = (float16)(get_global_id(0)), b = a + 1, c = a + 2, d = a + 3;
        float16 e = a + 4, f = a + 5, g = a + 6, h = a + 7;
        for (int i = 0; i < %d; i++) {
          a = a * m + m; b = b * m + m; c = c * m + m; d = d * m + m;
          e = e * m + m; f = f * m + m; g = g * m + m; h = h * m + m;
        }
        y[get_global_id(0)] = a + b + c + d + e + f + g + h;
      }
      __kernel void copy(__global float16 *y) {
        y[get_global_id(0)] = y[get_global_id(0) + %d];
      }
      """
          .formatted(ROUNDS, FLOATS / 32);

  /** Measures the device called {@code name}, in about a second. */
  public static Measurement of(String name) {
    try (DeviceQueue queue = OpenCl.queue(name)) {
      long bytes = 4L * FLOATS;
      cl_mem memory = queue.allocate(bytes, "the measurement");
      try {
        return of(queue, memory);
      } catch (CLException failure) {
        throw queue.failed("it cannot be measured", failure);
      } finally {
        queue.free(memory, bytes);
      }
    }
  }

  private static Measurement of(DeviceQueue queue, cl_mem memory) {
    cl_program program =
        clCreateProgramWithSource(queue.context(), 1, new String[] {TEXT}, null, null);
    clBuildProgram(program, 1, new cl_device_id[] {queue.device()}, null, null, null);
    cl_kernel compute = kernel(program, "compute", memory);
    cl_kernel copy = kernel(program, "copy", memory);
    int group = (int) Math.min(64, queue.info().largestGroup());
    double seconds = best(() -> timed(queue, compute, ITEMS / group, group));
    double copying = best(() -> timed(queue, copy, FLOATS / 32 / group, group));
    clReleaseKernel(compute);
    clReleaseKernel(copy);
    clReleaseProgram(program);
    return new Measurement(WORK / seconds / 1e9, 4.0 * FLOATS / copying / 1e9);
  }

  private static cl_kernel kernel(cl_program program, String name, cl_mem memory) {
    cl_kernel kernel = clCreateKernel(program, name, null);
    clSetKernelArg(kernel, 0, Sizeof.cl_mem, Pointer.to(memory));
    return kernel;
  }

  private static long timed(DeviceQueue queue, cl_kernel kernel, long groups, long size) {
    long start = System.nanoTime();
    queue.launch(kernel, new Groups(groups, size), "of the measurement", null);
    queue.finish();
    return System.nanoTime() - start;
  }

  private static double best(LongSupplier timed) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      best = Math.min(best, timed.getAsLong());
    }
    return best / 1e9;
  }
}
