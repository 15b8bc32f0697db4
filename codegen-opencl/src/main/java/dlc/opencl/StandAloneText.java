// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Call;
import dlc.ir.kernel.KernelProgram.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One kernel as a program that builds by itself and takes each buffer as an argument, to be shown
 * to those who make drivers.
 *
 * @param text the program
 * @param launches what is to be launched, in order
 */
public record StandAloneText(String text, List<Launch> launches) {

  public StandAloneText {
    launches = List.copyOf(launches);
  }

  /** Writes {@code kernel}. */
  public static StandAloneText of(Kernel kernel) {
    Entry entry = new Entry("run", List.of(new Call(kernel, List.of())), Map.of(), Map.of());
    KernelProgram alone =
        new KernelProgram(kernel.name(), List.of(entry), Map.of(), List.of(), 0, 0);
    StringBuilder text =
        new StringBuilder(ProgramText.functions(alone, KernelText.Sharing.IN_RUNS));
    String parameters =
        kernel.arguments().stream()
            .map(buffer -> KernelText.pointerType(kernel, buffer) + buffer)
            .collect(Collectors.joining(", "));
    List<Launch> launches = new ArrayList<>();
    for (KernelText.Part part : KernelText.parts(kernel)) {
      int index = launches.size();
      String name = "run_" + index;
      text.append(
          "%s %s(%s) {\n%s  %s;\n}\n\n"
              .formatted(
                  part.head(),
                  name,
                  parameters,
                  part.declarations("  "),
                  Helpers.call(part.function(), arguments(kernel, part))));
      launches.add(
          new Launch(name, index, index, part.turns(), part.items(), part.sharedBytes(), 0));
    }
    return new StandAloneText(text.toString(), launches);
  }

  private static String[] arguments(Kernel kernel, KernelText.Part part) {
    return Stream.concat(kernel.arguments().stream(), part.shared().stream())
        .map(Object::toString)
        .toArray(String[]::new);
  }
}
