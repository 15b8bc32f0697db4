// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jocl.CL.CL_FALSE;
import static org.jocl.CL.CL_SUCCESS;
import static org.jocl.CL.CL_TRUE;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_command_queue;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/**
 * Copies between memory of this process and buffers of a device.
 *
 * <p>These calls go past JOCL, which for each copy that does not wait has a thread of its own wait
 * for its end, to keep a Java buffer alive that we do not have. That thread costs as much as a
 * small step, and devices whose queues only one thread may use (oclgrind's) crash by it. Segments
 * also have no limit of 2 GB.
 */
final class Transfers {

  /** A copy that may be under way. */
  record Transfer(long event) {}

  private static final class Once {
    static final Transfers OF_LIBRARY = new Transfers(OpenCl.library().orElseThrow());
  }

  private final MethodHandle write;
  private final MethodHandle read;
  private final MethodHandle move;
  private final MethodHandle waitFor;
  private final MethodHandle release;

  private Transfers(SymbolLookup library) {
    FunctionDescriptor copy =
        FunctionDescriptor.of(
            JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT,
            ADDRESS, ADDRESS);
    write = function(library, "clEnqueueWriteBuffer", copy);
    read = function(library, "clEnqueueReadBuffer", copy);
    move =
        function(
            library,
            "clEnqueueCopyBuffer",
            FunctionDescriptor.of(
                JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_INT, ADDRESS, ADDRESS));
    waitFor =
        function(library, "clWaitForEvents", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    release = function(library, "clReleaseEvent", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
  }

  private static MethodHandle function(
      SymbolLookup library, String name, FunctionDescriptor signature) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), signature);
  }

  /** The copies of the OpenCL library of this machine, which is there. */
  static Transfers ofLibrary() {
    return Once.OF_LIBRARY;
  }

  /**
   * Copies all of {@code from} to {@code offset} of {@code memory}, at some time.
   *
   * @param after what must be over before
   */
  Transfer start(
      cl_command_queue queue,
      cl_mem memory,
      long offset,
      MemorySegment from,
      @Nullable Transfer after) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment event = call.allocate(JAVA_LONG);
      copy(write, queue, memory, CL_FALSE, offset, from, waiting(call, after), event);
      return new Transfer(event.get(JAVA_LONG, 0));
    }
  }

  /** Copies {@code bytes} from buffer to buffer, at some time after {@code after}. */
  Transfer move(
      cl_command_queue queue,
      cl_mem from,
      cl_mem to,
      long place,
      long bytes,
      @Nullable Transfer after) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment event = call.allocate(JAVA_LONG);
      MemorySegment waits = waiting(call, after);
      check(
          () ->
              (int)
                  move.invokeExact(
                      queue.getNativePointer(),
                      from.getNativePointer(),
                      to.getNativePointer(),
                      0L,
                      place,
                      bytes,
                      count(waits),
                      waits,
                      event));
      return new Transfer(event.get(JAVA_LONG, 0));
    }
  }

  private static MemorySegment waiting(Arena call, @Nullable Transfer after) {
    return after == null ? MemorySegment.NULL : call.allocateFrom(JAVA_LONG, after.event);
  }

  private static int count(MemorySegment waits) {
    return (int) (waits.byteSize() / Long.BYTES);
  }

  /** Returns when {@code transfer} is over. */
  void await(Transfer transfer) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment event = call.allocateFrom(JAVA_LONG, transfer.event);
      check(() -> (int) waitFor.invokeExact(1, event));
    }
  }

  /** Forgets {@code transfer}, which goes on; to be called once. */
  void release(Transfer transfer) {
    check(() -> (int) release.invokeExact(transfer.event));
  }

  /** Copies what lies at {@code offset} of {@code memory} to {@code to}, and waits for it. */
  void read(cl_command_queue queue, cl_mem memory, long offset, MemorySegment to) {
    copy(read, queue, memory, CL_TRUE, offset, to, MemorySegment.NULL, MemorySegment.NULL);
  }

  private static void copy(
      MethodHandle function,
      cl_command_queue queue,
      cl_mem memory,
      boolean isBlocking,
      long offset,
      MemorySegment host,
      MemorySegment waits,
      MemorySegment event) {
    check(
        () ->
            (int)
                function.invokeExact(
                    queue.getNativePointer(),
                    memory.getNativePointer(),
                    isBlocking ? 1 : 0,
                    offset,
                    host.byteSize(),
                    host,
                    count(waits),
                    waits,
                    event));
  }

  @FunctionalInterface
  private interface NativeCall {
    int call() throws Throwable;
  }

  private static void check(NativeCall call) {
    int status;
    try {
      status = call.call();
    } catch (Throwable failure) {
      throw new IllegalStateException("a call of OpenCL", failure);
    }
    if (status != CL_SUCCESS) {
      throw new CLException(CL.stringFor_errorCode(status), status);
    }
  }
}
