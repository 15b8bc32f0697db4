// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.KernelClock;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The OpenCL devices of this machine.
 *
 * <p>The library is looked for once. Where it or its drivers are missing or broken there are no
 * devices, and it is known why.
 */
public final class OpenCl {

  private static final String INSTALL =
      "install the OpenCL library and the driver of the device (for this CPU: the packages"
          + " ocl-icd-libopencl1 and pocl-opencl-icd), or leave --device out: the CPU computes";

  /** What the library is called, the likelier name first. */
  private static final List<String> LIBRARIES = List.of("libOpenCL.so.1", "libOpenCL.so");

  /** What was found when OpenCL was first asked for. */
  private record Found(List<OpenClDevice> devices, String reason) {}

  private static final class Once {
    static final Found FOUND = look();

    private static Found look() {
      if (library().isEmpty()) {
        // JOCL would say so on the error stream, in three lines.
        return new Found(
            List.of(),
            "OpenCL is not installed here: %s cannot be loaded".formatted(LIBRARIES.getFirst()));
      }
      try {
        List<OpenClDevice> devices = new ArrayList<>();
        List<String> broken = new ArrayList<>(Drivers.broken());
        Queries.devices(devices, broken);
        String reason = broken.isEmpty() ? "OpenCL has no device here" : String.join("; ", broken);
        return new Found(devices, reason);
      } catch (LinkageError failure) {
        // Also when a class of JOCL could not be made ready because its library was not found.
        return new Found(List.of(), "OpenCL is not installed here: " + firstLine(failure));
      } catch (RuntimeException failure) {
        return new Found(List.of(), "OpenCL does not answer: " + firstLine(failure));
      }
    }
  }

  private OpenCl() {}

  private static String firstLine(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    String first =
        message.lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("");
    return first.isEmpty() ? failure.getClass().getSimpleName() : first;
  }

  /** The OpenCL library, where it can be loaded. */
  static Optional<SymbolLookup> library() {
    for (String name : LIBRARIES) {
      try {
        return Optional.of(SymbolLookup.libraryLookup(name, Arena.global()));
      } catch (IllegalArgumentException _) {
        // The next name may do.
      }
    }
    return Optional.empty();
  }

  /** All devices, in the order of their numbers. */
  public static List<DeviceInfo> devices() {
    return Once.FOUND.devices().stream().map(OpenClDevice::info).toList();
  }

  /** Why there are no devices, or fewer than there could be; nothing when all is well. */
  public static Optional<String> problem() {
    Found found = Once.FOUND;
    return found.devices().isEmpty() || !found.reason().startsWith("OpenCL has no device")
        ? Optional.of(found.reason())
        : Optional.empty();
  }

  /**
   * Whether {@code name} asks for an OpenCL device: {@code opencl}, {@code opencl:1}, and so on.
   */
  public static boolean isNamed(String name) {
    return name.equals("opencl") || name.startsWith("opencl:");
  }

  /**
   * The device called {@code name}: {@code opencl} is the first graphics processor or else the
   * first device, {@code opencl:1} a number, and {@code opencl:part} a part of a name.
   */
  public static DeviceInfo named(String name) {
    return find(name).info();
  }

  /** Makes the device called {@code name} ready to run programs. */
  public static OpenClBackend open(String name) {
    OpenClDevice device = find(name);
    return new OpenClBackend(device, ProgramCache.of(device.info()), Optional.empty());
  }

  /** The same as if it were a graphics processor: with the schedule and the groups of those. */
  public static OpenClBackend openAsGraphics(String name) {
    OpenClDevice device = find(name);
    OpenClDevice graphics =
        new OpenClDevice(device.info().as(DeviceInfo.Kind.GPU), device.platform(), device.id());
    return new OpenClBackend(graphics, ProgramCache.of(device.info()), Optional.empty());
  }

  /** The same with {@code clock} hearing how long each kernel took; runs wait for their end. */
  public static OpenClBackend openTimed(String name, KernelClock clock) {
    OpenClDevice device = find(name);
    return new OpenClBackend(device, ProgramCache.of(device.info()), Optional.of(clock));
  }

  /** A queue of its own on the device called {@code name}. */
  static DeviceQueue queue(String name) {
    return new DeviceQueue(find(name), DeviceQueue.Timing.OFF);
  }

  private static OpenClDevice find(String name) {
    List<OpenClDevice> devices = Once.FOUND.devices();
    if (devices.isEmpty()) {
      throw new UserError(Code.NO_DEVICE, Once.FOUND.reason()).help(INSTALL);
    }
    String wanted = name.contains(":") ? name.substring(name.indexOf(':') + 1) : "";
    if (wanted.isEmpty()) {
      return devices.stream()
          .filter(device -> device.info().kind() == DeviceInfo.Kind.GPU)
          .findFirst()
          .orElse(devices.getFirst());
    }
    Optional<OpenClDevice> device =
        wanted.matches("\\d{1,4}") ? numbered(devices, wanted) : withPart(devices, wanted);
    return device.orElseThrow(
        () ->
            new UserError(Code.NO_DEVICE, "there is no OpenCL device '%s'".formatted(wanted))
                .help(
                    "there are "
                        + devices.stream()
                            .map(each -> each.info().toString())
                            .collect(Collectors.joining(", "))));
  }

  private static Optional<OpenClDevice> numbered(List<OpenClDevice> devices, String number) {
    int index = Integer.parseInt(number);
    return index < devices.size() ? Optional.of(devices.get(index)) : Optional.empty();
  }

  private static Optional<OpenClDevice> withPart(List<OpenClDevice> devices, String part) {
    String lower = part.toLowerCase(Locale.ROOT);
    return devices.stream()
        .filter(
            each ->
                String.join(
                        " ",
                        each.info().name(),
                        each.info().platform(),
                        each.info().platformVersion())
                    .toLowerCase(Locale.ROOT)
                    .contains(lower))
        .findFirst();
  }
}
