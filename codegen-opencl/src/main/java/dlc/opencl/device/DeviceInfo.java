// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import java.util.List;

/**
 * What a device says of itself.
 *
 * @param index its number, by which {@code --device opencl:n} names it
 * @param name the device's name
 * @param platform the name of the platform, that is of the driver's maker
 * @param platformVersion what version of OpenCL the platform has
 * @param driver the driver's version
 * @param kind what kind of processor it is
 * @param computeUnits how many of its parts run work-groups at the same time
 * @param megahertz the clock, as the driver tells it
 * @param memory bytes of global memory
 * @param largestBuffer the most bytes that one buffer may have
 * @param localMemory bytes that the work-items of a group share
 * @param largestGroup the most work-items of a group
 * @param vectorFloats how many floats the device's vectors hold
 * @param roundsDivisions whether it can be asked to round divisions and roots of floats correctly
 * @param extensions what it can do beyond OpenCL 1.2
 */
public record DeviceInfo(
    int index,
    String name,
    String platform,
    String platformVersion,
    String driver,
    Kind kind,
    int computeUnits,
    int megahertz,
    long memory,
    long largestBuffer,
    long localMemory,
    long largestGroup,
    int vectorFloats,
    boolean roundsDivisions,
    List<String> extensions) {

  /** A kind of processor. */
  public enum Kind {
    CPU,
    GPU,
    ACCELERATOR,
    OTHER
  }

  /** The extension without which there are no doubles. */
  public static final String DOUBLES = "cl_khr_fp64";

  public DeviceInfo {
    extensions = List.copyOf(extensions);
  }

  /** The same device as if it were of {@code other} kind. */
  DeviceInfo as(Kind other) {
    return new DeviceInfo(
        index,
        name,
        platform,
        platformVersion,
        driver,
        other,
        computeUnits,
        megahertz,
        memory,
        largestBuffer,
        localMemory,
        largestGroup,
        vectorFloats,
        roundsDivisions,
        extensions);
  }

  /** Whether it has the extension called {@code extension}. */
  public boolean has(String extension) {
    return extensions.contains(extension);
  }

  /** {@code opencl:0}, as options name it. */
  public String id() {
    return "opencl:" + index;
  }

  /** Name and number, for messages. */
  @Override
  public String toString() {
    return "%s (%s)".formatted(id(), name);
  }
}
