// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.base.SideBySide;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Programs for one processor as several modules, which can be translated side by side.
 *
 * <p>A kernel that programs share, such as that of a layer in training and in measuring, is written
 * once. Kernels fill modules of about the same size; the entry points of each program, which call
 * them, are a module of their own. What is in which module depends on the programs alone.
 */
public final class ModuleParts {

  /** A module has about so many characters of kernels, unless a single one has more. */
  private static final int FULL = 300_000;

  /** Whether instructions tell the lines of the program that they come from. */
  public enum Lines {
    NONE,
    TOLD
  }

  /**
   * A program whose entry points become functions.
   *
   * @param name sets its kernels apart from those of other programs
   * @param prefix what the names of its entry points begin with
   */
  public record Member(String name, String prefix, KernelProgram program) {}

  /** A module. */
  public record Part(String name, String text) {}

  /** All of a kernel that its text depends on. */
  private record Code(List<Buffer> arguments, List<Stmt> body) {}

  /** A kernel of a member. */
  private record Written(Member member, KernelFunction function) {
    String name() {
      return "%s.%s".formatted(function.kernel().name(), member.name);
    }
  }

  private final String name;
  private final Target target;
  private final Lines lines;
  private final List<Part> parts = new ArrayList<>();

  /** What the function with a certain text is called. */
  private final Map<String, String> names = new HashMap<>();

  private ModuleParts(String name, Target target, Lines lines) {
    this.name = name;
    this.target = target;
    this.lines = lines;
  }

  /** The modules of {@code members}; those of kernels alone are called after {@code name}. */
  public static List<Part> write(String name, List<Member> members, Target target, Lines lines) {
    ModuleParts parts = new ModuleParts(name, target, lines);
    List<Written> kernels = parts.kernels(members);
    parts.addKernels(kernels);
    members.forEach(member -> parts.addEntries(member, kernels));
    return List.copyOf(parts.parts);
  }

  private List<Written> kernels(List<Member> members) {
    record Job(Member member, Kernel kernel) {}
    List<Job> jobs =
        members.stream()
            .flatMap(
                member -> member.program.kernels().stream().map(kernel -> new Job(member, kernel)))
            .toList();
    Map<Code, KernelFunction> functions = new ConcurrentHashMap<>();
    return SideBySide.map(
        jobs,
        job -> {
          Kernel kernel = job.kernel;
          KernelFunction function =
              functions.computeIfAbsent(
                  new Code(kernel.arguments(), kernel.body()),
                  _ -> KernelText.write(kernel, target));
          return new Written(job.member, function.of(kernel));
        });
  }

  /** Fills modules with the kernels that are the first of their kind. */
  private void addKernels(List<Written> kernels) {
    List<Written> next = new ArrayList<>();
    int size = 0;
    for (Written each : kernels) {
      String text = each.function.text();
      if (names.putIfAbsent(text, each.name()) == null) {
        next.add(each);
        size += text.length();
      }
      if (size >= FULL) {
        addModule(next);
        next.clear();
        size = 0;
      }
    }
    if (!next.isEmpty()) {
      addModule(next);
    }
  }

  private void addModule(List<Written> kernels) {
    ModuleText module = module(kernels);
    kernels.forEach(
        each -> module.define(each.function, each.name(), each.function.hidden(each.name())));
    String part = "%s.kernels%d".formatted(name, parts.size());
    parts.add(new Part(part, module.text(part)));
  }

  private void addEntries(Member member, List<Written> kernels) {
    List<Written> own = kernels.stream().filter(each -> each.member.equals(member)).toList();
    ModuleText module = module(own);
    own.forEach(
        each ->
            module.declare(each.function, Objects.requireNonNull(names.get(each.function.text()))));
    module.enter(member.program, member.prefix);
    parts.add(new Part(member.name, module.text(member.name)));
  }

  private ModuleText module(List<Written> kernels) {
    return switch (lines) {
      case NONE -> ModuleText.withoutLines(target);
      case TOLD ->
          ModuleText.withLines(
              target, kernels.stream().map(each -> each.function.kernel()).toList());
    };
  }
}
