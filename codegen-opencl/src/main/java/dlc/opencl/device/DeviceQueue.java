// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import static org.jocl.CL.CL_CONTEXT_PLATFORM;
import static org.jocl.CL.CL_MEM_READ_WRITE;
import static org.jocl.CL.CL_PROFILING_COMMAND_END;
import static org.jocl.CL.CL_PROFILING_COMMAND_START;
import static org.jocl.CL.CL_QUEUE_PROFILING_ENABLE;
import static org.jocl.CL.clCreateBuffer;
import static org.jocl.CL.clCreateCommandQueue;
import static org.jocl.CL.clCreateContext;
import static org.jocl.CL.clEnqueueFillBuffer;
import static org.jocl.CL.clEnqueueNDRangeKernel;
import static org.jocl.CL.clFinish;
import static org.jocl.CL.clFlush;
import static org.jocl.CL.clGetEventProfilingInfo;
import static org.jocl.CL.clReleaseCommandQueue;
import static org.jocl.CL.clReleaseContext;
import static org.jocl.CL.clReleaseEvent;
import static org.jocl.CL.clReleaseMemObject;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.opencl.device.Transfers.Upload;
import java.lang.foreign.MemorySegment;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * A device's context and its queue, in which one thing is done after the other.
 *
 * <p>Nothing but reading waits. What goes wrong on the device is reported by whatever is asked of
 * it next.
 */
final class DeviceQueue implements AutoCloseable {

  /** Whether the device notes when each kernel began and ended. */
  enum Timing {
    OFF(0),
    ON(CL_QUEUE_PROFILING_ENABLE);

    private final long properties;

    Timing(long properties) {
      this.properties = properties;
    }
  }

  private final DeviceInfo info;
  private final cl_device_id device;
  private final cl_context context;
  private final cl_command_queue queue;
  private final Transfers transfers = Transfers.ofLibrary();
  private long reserved;

  @SuppressWarnings("deprecation") // what replaces clCreateCommandQueue needs OpenCL 2.0
  DeviceQueue(OpenClDevice device, Timing timing) {
    this.info = device.info();
    this.device = device.id();
    try {
      cl_context_properties properties = new cl_context_properties();
      properties.addProperty(CL_CONTEXT_PLATFORM, device.platform());
      this.context =
          clCreateContext(properties, 1, new cl_device_id[] {device.id()}, null, null, null);
      this.queue = clCreateCommandQueue(context, device.id(), timing.properties, null);
    } catch (CLException failure) {
      throw failed("it cannot be opened", failure);
    }
  }

  DeviceInfo info() {
    return info;
  }

  cl_device_id device() {
    return device;
  }

  cl_context context() {
    return context;
  }

  /** What is to be told when the device did not do what it was asked to. */
  UserError failed(String what, CLException failure) {
    return new UserError(
            Code.DEVICE_FAILED, "%s: %s (%s)".formatted(info, what, failure.getMessage()))
        .help("what was saved before is unharmed; try again, or compute on the CPU (--device cpu)");
  }

  /** A buffer of {@code bytes} bytes, all 0, for {@code what}. */
  cl_mem allocate(long bytes, String what) {
    require(bytes, what);
    try {
      cl_mem memory = clCreateBuffer(context, CL_MEM_READ_WRITE, bytes, null, null);
      clEnqueueFillBuffer(queue, memory, Pointer.to(new byte[1]), 1, 0, bytes, 0, null, null);
      reserved += bytes;
      return memory;
    } catch (CLException failure) {
      throw failed("%s needs %,d bytes of its memory".formatted(what, bytes), failure);
    }
  }

  private void require(long bytes, String what) {
    long most = Math.min(info.largestBuffer(), info.memory() - reserved);
    if (bytes > most) {
      throw new UserError(
              Code.OUT_OF_MEMORY,
              "%s needs %s of memory of %s, of which %s can be had"
                  .formatted(what, amount(bytes), info, amount(most)))
          .help(
              "use a smaller batch (--batch), have batches computed in pieces (--max-memory %s), or"
                      .formatted(amount(reserved + most).replace(" ", ""))
                  + " compute on the CPU (--device cpu)");
    }
  }

  private static String amount(long bytes) {
    return bytes >= 10_000_000 ? bytes / 1_000_000 + " MB" : bytes / 1000 + " kB";
  }

  void free(cl_mem memory, long bytes) {
    clReleaseMemObject(memory);
    reserved -= bytes;
  }

  /** Starts copying {@code from} to the device; it must not change until the copy was awaited. */
  Upload upload(cl_mem memory, long offset, MemorySegment from) {
    try {
      return transfers.start(queue, memory, offset, from);
    } catch (CLException failure) {
      throw failed("it takes no data", failure);
    }
  }

  /** Waits for an upload to be over. */
  void await(Upload upload) {
    try {
      transfers.await(upload);
    } catch (CLException failure) {
      throw failed("it takes no data", failure);
    }
  }

  /** Copies from the device to {@code to} when all that was asked for before is done. */
  void download(cl_mem memory, long offset, MemorySegment to) {
    try {
      transfers.read(queue, memory, offset, to);
    } catch (CLException failure) {
      throw failed("it does not give its results", failure);
    }
  }

  /** Starts {@code kernel} in {@code groups}. */
  void launch(cl_kernel kernel, Groups groups, String name) {
    try {
      clEnqueueNDRangeKernel(
          queue,
          kernel,
          1,
          null,
          new long[] {groups.items()},
          new long[] {groups.size()},
          0,
          null,
          null);
    } catch (CLException failure) {
      throw failed("it does not run the kernel " + name, failure);
    }
  }

  /** The same in a queue with {@link Timing#ON}; gives what {@link #nanos} takes. */
  cl_event launchTimed(cl_kernel kernel, Groups groups, String name) {
    try {
      cl_event end = new cl_event();
      clEnqueueNDRangeKernel(
          queue,
          kernel,
          1,
          null,
          new long[] {groups.items()},
          new long[] {groups.size()},
          0,
          null,
          end);
      return end;
    } catch (CLException failure) {
      throw failed("it does not run the kernel " + name, failure);
    }
  }

  /** How long the kernel ran that ended in {@code end}, which is of no use afterwards. */
  long nanos(cl_event end) {
    try {
      return stamp(end, CL_PROFILING_COMMAND_END) - stamp(end, CL_PROFILING_COMMAND_START);
    } catch (CLException failure) {
      throw failed("it does not tell how long a kernel ran", failure);
    } finally {
      clReleaseEvent(end);
    }
  }

  private static long stamp(cl_event event, int what) {
    long[] nanos = new long[1];
    clGetEventProfilingInfo(event, what, Sizeof.cl_ulong, Pointer.to(nanos), null);
    return nanos[0];
  }

  /** Lets the device begin with what it was asked to do. */
  void flush() {
    try {
      clFlush(queue);
    } catch (CLException failure) {
      throw failed("it does not run kernels", failure);
    }
  }

  /** Waits until all that was asked for is done. */
  void finish() {
    try {
      clFinish(queue);
    } catch (CLException failure) {
      throw failed("it stopped", failure);
    }
  }

  @Override
  public void close() {
    try {
      clFinish(queue);
      clReleaseCommandQueue(queue);
      clReleaseContext(context);
    } catch (CLException _) {
      // The device is lost; there is nothing left to free.
    }
  }
}
