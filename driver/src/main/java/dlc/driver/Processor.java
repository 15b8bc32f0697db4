// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.cpu.CpuBackend;
import dlc.ir.kernel.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The processors that can be compiled for, by the names of the option {@code --cpu}. */
public final class Processor {

  /** The processor that dlc runs on. */
  public static final String NATIVE = "native";

  private Processor() {}

  /** All names. */
  public static Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    names.add(NATIVE);
    Target.NAMED.forEach(target -> names.add(target.cpu()));
    return names;
  }

  /** The processor called {@code name}; {@code native} loads LLVM to find out. */
  public static Target named(String name) {
    requireKnown(name);
    return Target.named(name).orElseGet(CpuBackend::host);
  }

  /** Complains about a name that no processor has; does not load LLVM. */
  static void requireKnown(String name) {
    if (!names().contains(name)) {
      throw new UserError(Code.UNKNOWN_CPU, "no processor is called '" + name + "'")
          .help(
              NearestName.of(name, names())
                  .map(near -> "did you mean " + near + "?")
                  .orElse("there are " + String.join(", ", names())));
    }
  }

  /** The processor called {@code name}, on which code is to run here. */
  static Target runnable(String name) {
    Target target = named(name);
    Target host = CpuBackend.host();
    if (target.vectorBytes() > host.vectorBytes()
        || (target.multipliesMatrices() && !host.multipliesMatrices())
        || isArm(target) != isArm(host)) {
      throw new UserError(Code.UNKNOWN_CPU, "this processor cannot run code for " + name)
          .help("leave --cpu out to use all that it can");
    }
    return target;
  }

  private static boolean isArm(Target target) {
    return target.features().contains("+neon");
  }

  /** What schedules for this processor depend on, found out without LLVM, for estimates. */
  static Target likeHost() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
        if (line.startsWith("flags")) {
          List<String> flags = List.of(line.split("\\s+", -1));
          if (flags.contains("avx512f") && flags.contains("avx512vl")) {
            return flags.contains("amx_bf16") ? Target.SAPPHIRE_RAPIDS : Target.X86_64_V4;
          }
          return flags.contains("avx2") && flags.contains("fma") ? Target.X86_64_V3 : Target.X86_64;
        }
      }
    } catch (IOException _) {
      // Another system: its vectors are as likely of that size as of any other.
    }
    return Target.X86_64_V3;
  }
}
