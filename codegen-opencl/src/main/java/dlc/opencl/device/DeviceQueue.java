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
import static org.jocl.CL.clEnqueueCopyBuffer;
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
import dlc.opencl.device.Transfers.Transfer;
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
import org.jspecify.annotations.Nullable;

/**
 * A device's context and its queue, in which one thing is done after the other; a second one brings
 * inputs meanwhile.
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

  private static final String TAKES_NOTHING = "it takes no data";
  private static final String NEEDS = "%s needs %,d bytes of its memory";

  private final DeviceInfo info;
  private final cl_device_id device;
  private final cl_context context;
  private final cl_command_queue queue;
  private final cl_command_queue beside;
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
      this.beside = clCreateCommandQueue(context, device.id(), 0, null);
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
    cl_mem memory = reserve(bytes, what);
    try {
      clEnqueueFillBuffer(queue, memory, Pointer.to(new byte[1]), 1, 0, bytes, 0, null, null);
      return memory;
    } catch (CLException failure) {
      throw failed(NEEDS.formatted(what, bytes), failure);
    }
  }

  /** The same with anything in it. */
  cl_mem reserve(long bytes, String what) {
    require(bytes, what);
    try {
      cl_mem memory = clCreateBuffer(context, CL_MEM_READ_WRITE, bytes, null, null);
      reserved += bytes;
      return memory;
    } catch (CLException failure) {
      throw failed(NEEDS.formatted(what, bytes), failure);
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

  /** Copies {@code from} to the device and waits for it. */
  void upload(cl_mem memory, long offset, MemorySegment from) {
    try {
      Transfer transfer = transfers.start(queue, memory, offset, from, null);
      transfers.await(transfer);
      transfers.release(transfer);
    } catch (CLException failure) {
      throw failed(TAKES_NOTHING, failure);
    }
  }

  /**
   * Starts copying {@code from} to the beginning of {@code memory}, beside whatever else is done,
   * once {@code after} is over; {@code from} must not change before the copy was awaited.
   */
  Transfer uploadBeside(cl_mem memory, MemorySegment from, @Nullable Transfer after) {
    try {
      Transfer transfer = transfers.start(beside, memory, 0, from, after);
      clFlush(beside);
      return transfer;
    } catch (CLException failure) {
      throw failed(TAKES_NOTHING, failure);
    }
  }

  /** Copies on the device, after all that was asked for before and {@code after}. */
  Transfer move(cl_mem from, cl_mem to, long place, long bytes, Transfer after) {
    try {
      return transfers.move(queue, from, to, place, bytes, after);
    } catch (CLException failure) {
      throw failed(TAKES_NOTHING, failure);
    }
  }

  /** Waits for a copy to be over. */
  void await(Transfer transfer) {
    try {
      transfers.await(transfer);
    } catch (CLException failure) {
      throw failed(TAKES_NOTHING, failure);
    }
  }

  /** Forgets a copy, which goes on. */
  void release(@Nullable Transfer transfer) {
    if (transfer != null) {
      transfers.release(transfer);
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

  /** Copies on the device, when all that was asked for before is done. */
  void copy(cl_mem from, long offset, cl_mem to, long place, long bytes) {
    try {
      clEnqueueCopyBuffer(queue, from, to, offset, place, bytes, 0, null, null);
    } catch (CLException failure) {
      throw failed("it copies no data", failure);
    }
  }

  /**
   * Starts {@code kernel} in {@code groups}.
   *
   * @param end becomes what {@link #nanos} takes, in a queue with {@link Timing#ON}
   */
  void launch(cl_kernel kernel, Groups groups, String name, @Nullable cl_event end) {
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
          end);
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
      clReleaseCommandQueue(beside);
      clReleaseContext(context);
    } catch (CLException _) {
      // The device is lost; there is nothing left to free.
    }
  }
}
