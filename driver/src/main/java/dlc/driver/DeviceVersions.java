// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.SideBySide;
import dlc.base.Span;
import dlc.cpu.binary.BinaryModel.DeviceCode;
import dlc.cpu.binary.BinaryModel.DeviceLaunch;
import dlc.cpu.binary.BinaryModel.DeviceVersion;
import dlc.cpu.binary.Content;
import dlc.driver.StandAlone.Plain;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.opencl.DeviceTargets;
import dlc.opencl.MemoryLayout;
import dlc.opencl.ProgramText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * A model's entry points in OpenCL C, for a program that learns only when it starts which device it
 * is to run on.
 */
final class DeviceVersions {

  private DeviceVersions() {}

  /**
   * One version for processors with vectors of each length, one for all other devices, and one for
   * those of them that have not what that needs.
   */
  static List<DeviceVersion> of(List<Plain> plain, Function<Target, Compiler> compilers) {
    List<DeviceVersion> versions = new ArrayList<>();
    for (int vectorBytes : DeviceTargets.VECTOR_BYTES) {
      String name = "opencl-cpu-%d".formatted(vectorBytes);
      versions.add(version(DeviceTargets.processor(name, vectorBytes), plain, compilers));
    }
    versions.add(version(DeviceTargets.graphics("opencl-gpu"), plain, compilers));
    versions.add(version(DeviceTargets.least("opencl-least"), plain, compilers));
    return versions;
  }

  private static DeviceVersion version(
      Target target, List<Plain> plain, Function<Target, Compiler> compilers) {
    Compiler compiler = compilers.apply(target);
    return new DeviceVersion(
        target.cpu(), target.vectorBytes(), SideBySide.map(plain, each -> code(each, compiler)));
  }

  private static DeviceCode code(Plain entry, Compiler compiler) {
    KernelProgram program = entry.scheduled(compiler);
    ProgramText text = ProgramText.of(program, compiler.target());
    MemoryLayout layout = new MemoryLayout(program);
    return new DeviceCode(
        entry.wanted().batch(),
        program,
        text.text(),
        compiler.target().hasVectors(),
        ProgramText.needsDoubles(program),
        text.launches(entry.wanted().entry()).stream()
            .map(
                launch ->
                    new DeviceLaunch(
                        launch.function(),
                        launch.first(),
                        launch.last(),
                        launch.turns(),
                        launch.items(),
                        launch.sharedBytes()))
            .toList(),
        described(text.landmarks()),
        layout.workBytes(),
        layout.constantsAt(),
        Content.of(layout.constantBytes()));
  }

  /** Names and lines of the model's file; the folder that it was in means nothing elsewhere. */
  private static Map<Integer, String> described(SortedMap<Integer, Kernel> landmarks) {
    Map<Integer, String> described = new LinkedHashMap<>();
    landmarks.forEach(
        (line, kernel) -> {
          Span span = kernel.span();
          Path file = Path.of(span.source().name()).getFileName();
          described.put(
              line,
              span.equals(Span.NONE)
                  ? kernel.name()
                  : "%s of %s:%d".formatted(kernel.name(), file, span.line()));
        });
    return described;
  }
}
