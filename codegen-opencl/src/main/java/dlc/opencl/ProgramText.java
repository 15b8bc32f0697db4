// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Call;
import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.Scalar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * A program as one text in OpenCL C.
 *
 * <p>Each part of a kernel is a function of its buffers. What is launched takes the two blocks of
 * memory, finds the buffers in them, and calls the functions that are its steps.
 */
public final class ProgramText {

  /** What is launched. */
  public enum Style {
    /**
     * One kernel an entry point, told which steps to run: drivers of CPUs take long to make a
     * kernel ready, and steps of one work-item that follow each other are a single launch.
     */
    KERNEL_PER_ENTRY(KernelText.Sharing.IN_RUNS),
    /**
     * One kernel a step: each has as many registers as it needs. Steps that follow each other and
     * of which each is the work of one group are a single launch of that group, too.
     */
    KERNEL_PER_STEP(KernelText.Sharing.IN_TURN);

    private final KernelText.Sharing sharing;

    Style(KernelText.Sharing sharing) {
      this.sharing = sharing;
    }
  }

  /** What is moved at once where it begins at a multiple of that. */
  private static final int VECTOR_BYTES = 16;

  /** How many work-items a group has that runs many steps, where so many are possible. */
  private static final int GROUP = 64;

  private final KernelProgram program;
  private final int group;
  private final Style style;
  private final MemoryLayout layout;
  private final StringBuilder text = new StringBuilder();
  private final Map<String, List<Launch>> steps = new LinkedHashMap<>();
  private final Map<String, List<Launch>> together = new LinkedHashMap<>();

  private ProgramText(KernelProgram program, Target target) {
    this.program = program;
    this.style = target.hasVectors() ? Style.KERNEL_PER_ENTRY : Style.KERNEL_PER_STEP;
    this.group = Math.min(GROUP, target.groupItems());
    this.layout = new MemoryLayout(program);
    write();
  }

  /**
   * Writes {@code program}, which was scheduled for {@code target}: whether that has vectors, and
   * how many items its groups may have, is all that counts of it.
   */
  public static ProgramText of(KernelProgram program, Target target) {
    return new ProgramText(program, target);
  }

  /** The kernels of {@code program} as functions of their buffers, with what they call. */
  static String functions(KernelProgram program, KernelText.Sharing sharing) {
    Helpers helpers = new Helpers();
    StringBuilder functions = new StringBuilder();
    for (Kernel kernel : program.kernels()) {
      functions.append(KernelText.write(kernel, helpers, sharing, aligned(kernel, program)));
    }
    String doubles = needsDoubles(program) ? "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n" : "";
    return "#pragma OPENCL FP_CONTRACT OFF\n%s\n%s\n%s"
        .formatted(doubles, helpers.text(), functions);
  }

  /**
   * The names of the buffers of {@code kernel} that begin where vectors may, wherever it is called.
   */
  private static Set<String> aligned(Kernel kernel, KernelProgram program) {
    MemoryLayout layout = new MemoryLayout(program);
    Set<String> aligned = new HashSet<>();
    kernel.arguments().forEach(buffer -> aligned.add(buffer.name()));
    for (Entry entry : program.entries()) {
      for (Call call : entry.calls()) {
        if (call.kernel().name().equals(kernel.name())) {
          for (int i = 0; i < call.arguments().size(); i++) {
            if (layout.offset(call.arguments().get(i)) % VECTOR_BYTES != 0) {
              aligned.remove(kernel.arguments().get(i).name());
            }
          }
        }
      }
    }
    return aligned;
  }

  /** The text. */
  public String text() {
    return text.toString();
  }

  /** What is launched. */
  public Style style() {
    return style;
  }

  /** What is to be launched for {@code entry}, in order, as few times as possible. */
  public List<Launch> launches(String entry) {
    return switch (style) {
      case KERNEL_PER_ENTRY -> merged(steps(entry));
      case KERNEL_PER_STEP -> together.getOrDefault(entry, List.of());
    };
  }

  /** The same with a launch for each step, so that each can be measured. */
  public List<Launch> steps(String entry) {
    return steps.getOrDefault(entry, List.of());
  }

  /** Steps of one work-item that follow each other share a launch. */
  private static List<Launch> merged(List<Launch> steps) {
    List<Launch> all = new ArrayList<>();
    for (Launch step : steps) {
      Launch before = all.isEmpty() ? null : all.getLast();
      if (before != null && step.turns() == 1 && before.turns() == 1) {
        all.set(
            all.size() - 1,
            new Launch(step.function(), before.first(), step.last(), 1, 0, 0, before.call()));
      } else {
        all.add(step);
      }
    }
    return all;
  }

  private void write() {
    text.append("// program %s\n".formatted(program.name()));
    text.append(functions(program, style.sharing));
    for (Entry entry : program.entries()) {
      List<Step> all = steps(entry);
      switch (style) {
        case KERNEL_PER_ENTRY -> together(entry.name(), all);
        case KERNEL_PER_STEP -> apart(entry.name(), all);
      }
    }
  }

  private static List<Step> steps(Entry entry) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < entry.calls().size(); i++) {
      Call call = entry.calls().get(i);
      for (KernelText.Part part : KernelText.parts(call.kernel())) {
        steps.add(new Step(part, call, i));
      }
    }
    return steps;
  }

  private void together(String entry, List<Step> all) {
    List<Launch> each = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Step step = all.get(i);
      if (step.part().items() > 0) {
        throw new IllegalStateException(step.part().function() + " wants a group of its own");
      }
      each.add(launch(entry, step, i));
    }
    text.append(StepSwitch.write(entry, all, layout));
    steps.put(entry, each);
  }

  private void apart(String entry, List<Step> all) {
    List<Launch> each = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Step step = all.get(i);
      String name = "%s_%d".formatted(entry, i);
      text.append(
          "%s %s(__global uchar *state, __global uchar *work) {\n"
              .formatted(step.part().head(), name));
      text.append(step.part().declarations("  "));
      text.append("  %s;\n}\n\n".formatted(step.text(layout)));
      each.add(launch(name, step, i));
    }
    steps.put(entry, each);
    together.put(entry, inOneGroup(entry, all, each));
  }

  /** Fewer launches that do the same as {@code each}. */
  private List<Launch> inOneGroup(String entry, List<Step> all, List<Launch> each) {
    List<Launch> launches = new ArrayList<>();
    for (int first = 0; first < all.size(); ) {
      int end = first;
      while (end < all.size() && isOfOneGroup(all.get(end))) {
        end++;
      }
      if (end - first < 2) {
        launches.add(each.get(first++));
      } else {
        launches.add(inOneGroup(entry, all, first, end));
        first = end;
      }
    }
    return launches;
  }

  private boolean isOfOneGroup(Step step) {
    return step.part().items() == 0 && step.part().turns() <= group;
  }

  /** The items of a group wait for each other after each step, as launches would. */
  private Launch inOneGroup(String entry, List<Step> all, int first, int end) {
    String name = "%s_%d_to_%d".formatted(entry, first, end - 1);
    text.append(
        "__kernel __attribute__((reqd_work_group_size(%d, 1, 1)))\n".formatted(group)
            + "void %s(__global uchar *state, __global uchar *work) {\n".formatted(name));
    for (Step step : all.subList(first, end)) {
      String one = step.part().turns() == 1 ? "if (get_local_id(0) == 0) " : "";
      text.append("  %s%s;\n  barrier(CLK_GLOBAL_MEM_FENCE);\n".formatted(one, step.text(layout)));
    }
    text.append("}\n\n");
    return new Launch(name, first, end - 1, 1, group, 0, all.get(first).number());
  }

  private static Launch launch(String function, Step step, int index) {
    return new Launch(
        function,
        index,
        index,
        step.part().turns(),
        step.part().items(),
        step.part().sharedBytes(),
        step.number());
  }

  /** The kernels by the lines of the text, counted from 1, at which functions of them begin. */
  public NavigableMap<Integer, Kernel> landmarks() {
    Map<String, Kernel> heads = new HashMap<>();
    for (Kernel kernel : program.kernels()) {
      KernelText.parts(kernel).forEach(part -> heads.put(part.function(), kernel));
    }
    NavigableMap<Integer, Kernel> landmarks = new TreeMap<>();
    List<String> lines = text().lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith(KernelText.HEAD)) {
        String function = line.substring(KernelText.HEAD.length(), line.indexOf('('));
        if (heads.containsKey(function)) {
          landmarks.put(i + 1, heads.get(function));
        }
      }
    }
    return landmarks;
  }

  /** Whether some kernel computes in f64, which not every device can. */
  public static boolean needsDoubles(KernelProgram program) {
    return program.kernels().stream()
        .anyMatch(
            kernel ->
                kernel.arguments().stream().anyMatch(buffer -> buffer.type().dtype() == DType.F64)
                    || kernel.body().stream().anyMatch(ProgramText::computesDoubles));
  }

  private static boolean computesDoubles(Stmt statement) {
    return switch (statement) {
      case Stmt.For loop -> loop.body().stream().anyMatch(ProgramText::computesDoubles);
      case Stmt.If branch -> branch.body().stream().anyMatch(ProgramText::computesDoubles);
      case Stmt.Let let -> isDouble(let.value());
      case Stmt.Store store -> isDouble(store.value());
      case Stmt.Declare(var buffer) -> buffer.type().dtype() == DType.F64;
    };
  }

  private static boolean isDouble(Scalar scalar) {
    return scalar.type() == DType.F64 || scalar.parts().stream().anyMatch(ProgramText::isDouble);
  }
}
