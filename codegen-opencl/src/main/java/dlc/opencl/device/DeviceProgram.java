// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import static org.jocl.CL.CL_PROGRAM_BINARIES;
import static org.jocl.CL.CL_PROGRAM_BINARY_SIZES;
import static org.jocl.CL.CL_PROGRAM_BUILD_LOG;
import static org.jocl.CL.clBuildProgram;
import static org.jocl.CL.clCreateKernel;
import static org.jocl.CL.clCreateProgramWithBinary;
import static org.jocl.CL.clCreateProgramWithSource;
import static org.jocl.CL.clGetProgramBuildInfo;
import static org.jocl.CL.clGetProgramInfo;
import static org.jocl.CL.clReleaseProgram;
import static org.jocl.CL.clSetKernelArg;

import dlc.base.Code;
import dlc.base.Span;
import dlc.base.UserError;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.opencl.Launch;
import dlc.opencl.ProgramText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/** A program's text as the device's driver built it, now or at some time before. */
final class DeviceProgram implements AutoCloseable {

  /**
   * How compilers name the line that is wrong: {@code file.cl:12:3: error: …}, or as PoCL does,
   * {@code error: file.cl:12:3: …}.
   */
  private static final Pattern WRONG_LINE = Pattern.compile("(?=.*error: ).*?:(\\d{1,9}):\\d+: ");

  private final cl_program program;
  private final ProgramText text;

  private DeviceProgram(cl_program program, ProgramText text) {
    this.program = program;
    this.text = text;
  }

  static DeviceProgram build(KernelProgram kernels, DeviceQueue queue, ProgramCache cache) {
    ProgramText text = ProgramText.of(kernels, OpenClBackend.target(queue.info()));
    String options =
        "-w -cl-std=CL1.2 -cl-denorms-are-zero"
            + (queue.info().roundsDivisions() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    String key = ProgramCache.key(text.text(), options, queue.info());
    cl_program built =
        cache
            .read(key)
            .flatMap(binary -> ofBinary(binary, options, queue))
            .orElseGet(
                () -> {
                  cl_program made = ofText(text, options, queue);
                  if (cache.isThere()) {
                    binary(made).ifPresent(binary -> cache.write(key, binary));
                  }
                  return made;
                });
    return new DeviceProgram(built, text);
  }

  private static Optional<cl_program> ofBinary(byte[] binary, String options, DeviceQueue queue) {
    try {
      cl_device_id[] devices = {queue.device()};
      cl_program program =
          clCreateProgramWithBinary(
              queue.context(),
              1,
              devices,
              new long[] {binary.length},
              new byte[][] {binary},
              new int[1],
              null);
      clBuildProgram(program, 1, devices, options, null, null);
      return Optional.of(program);
    } catch (CLException _) {
      // Spoiled, or of a driver that looks the same and is not: the text is there.
      return Optional.empty();
    }
  }

  private static cl_program ofText(ProgramText text, String options, DeviceQueue queue) {
    cl_program program;
    try {
      program =
          clCreateProgramWithSource(queue.context(), 1, new String[] {text.text()}, null, null);
    } catch (CLException failure) {
      throw queue.failed("it takes no program", failure);
    }
    try {
      clBuildProgram(program, 1, new cl_device_id[] {queue.device()}, options, null, null);
      return program;
    } catch (CLException failure) {
      String log = log(program, queue);
      clReleaseProgram(program);
      throw unbuilt(text, log, queue.info(), failure);
    }
  }

  private static String log(cl_program program, DeviceQueue queue) {
    try {
      long[] size = new long[1];
      clGetProgramBuildInfo(program, queue.device(), CL_PROGRAM_BUILD_LOG, 0, null, size);
      byte[] bytes = new byte[(int) size[0]];
      clGetProgramBuildInfo(
          program, queue.device(), CL_PROGRAM_BUILD_LOG, bytes.length, Pointer.to(bytes), null);
      return new String(bytes, java.nio.charset.StandardCharsets.UTF_8).replace("\0", "").strip();
    } catch (CLException _) {
      return "";
    }
  }

  private static UserError unbuilt(
      ProgramText text, String log, DeviceInfo device, CLException failure) {
    OptionalInt line = wrongLine(log);
    Map.Entry<Integer, Kernel> kernel =
        line.isPresent() ? text.landmarks().floorEntry(line.getAsInt()) : null;
    String place = kernel == null ? "" : described(kernel.getValue());
    String reason = log.isEmpty() ? String.valueOf(failure.getMessage()) : log;
    return new UserError(
            Code.DEVICE_FAILED,
            "the driver of %s cannot build the program%s:\n%s".formatted(device, place, reason))
        .help("compute on the CPU (--device cpu); --emit=opencl shows the program");
  }

  /** The line of the first error that {@code log}, a driver's, tells of. */
  static OptionalInt wrongLine(String log) {
    Matcher wrong = WRONG_LINE.matcher(log);
    return wrong.find() ? OptionalInt.of(Integer.parseInt(wrong.group(1))) : OptionalInt.empty();
  }

  private static String described(Kernel kernel) {
    return ", in the kernel %s%s"
        .formatted(kernel.name(), kernel.span().equals(Span.NONE) ? "" : " of " + kernel.span());
  }

  private static Optional<byte[]> binary(cl_program program) {
    try {
      long[] size = new long[1];
      clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
      if (size[0] == 0) {
        return Optional.empty();
      }
      byte[] binary = new byte[(int) size[0]];
      clGetProgramInfo(
          program,
          CL_PROGRAM_BINARIES,
          Sizeof.POINTER,
          Pointer.to(new Pointer[] {Pointer.to(binary)}),
          null);
      return Optional.of(binary);
    } catch (CLException _) {
      return Optional.empty();
    }
  }

  /** What is to be launched for {@code entry}, in order. */
  List<Launch> launches(String entry) {
    return text.launches(entry);
  }

  /** The same with a launch for each step. */
  List<Launch> steps(String entry) {
    return text.steps(entry);
  }

  /** What {@code launch} launches, told its steps; it still wants the two blocks of memory. */
  cl_kernel function(Launch launch) {
    cl_kernel function = clCreateKernel(program, launch.function(), null);
    if (text.style() == ProgramText.Style.KERNEL_PER_ENTRY) {
      clSetKernelArg(function, 2, Sizeof.cl_int, Pointer.to(new int[] {launch.first()}));
      clSetKernelArg(function, 3, Sizeof.cl_int, Pointer.to(new int[] {launch.last()}));
    }
    return function;
  }

  @Override
  public void close() {
    clReleaseProgram(program);
  }
}
