// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Call;
import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A kernel program as the text of one LLVM module.
 *
 * <p>Each entry point becomes a function {@code void @prefix.entry(ptr state, ptr work)}. A
 * parallel kernel is run by {@code @dlc_parallel}, which the thread pool provides; an entry point
 * that has one tells the pool when it begins and ends. Where kernels are timed, the function takes
 * a third pointer, to which it writes a {@code timespec} before each call and after the last.
 */
public final class ModuleText {

  /** The bytes of a {@code timespec}: seconds and nanoseconds. */
  static final int STAMP_BYTES = 16;

  /** In bytes, of each constant. */
  private static final long ALIGNMENT = 64;

  /** A place in memory is one number: an offset times this, plus the number of the region. */
  private static final int REGIONS = 4;

  /** What lets debuggers and profilers find out who called. */
  private static final String TRACEABLE = " uwtable \"frame-pointer\"=\"all\"";

  /** As Linux numbers it; every thread and process reads the same. */
  private static final int CLOCK_MONOTONIC = 1;

  /** What the offsets of a table are added to, one for each region of memory. */
  private static final String BASES =
      """
        %bases = alloca [3 x ptr]
        store ptr %state, ptr %bases
        %bases.work = getelementptr inbounds ptr, ptr %bases, i64 1
        store ptr %work, ptr %bases.work
        %bases.constants = getelementptr inbounds ptr, ptr %bases, i64 2
        store ptr CONSTANTS, ptr %bases.constants
      """;

  private final Target target;
  private final Observation observation;
  private final StringBuilder constants = new StringBuilder();
  private final StringBuilder tables = new StringBuilder();
  private final List<Long> constantOffsets = new ArrayList<>();
  private final StringBuilder functions = new StringBuilder();
  private final Set<String> declarations = new TreeSet<>();
  private final @Nullable LineInfo lines;

  /** What the function of each kernel is called. */
  private final Map<String, String> names = new HashMap<>();

  /** How many calls of parallel kernels there are so far. */
  private int parallelCalls;

  /** The numbers of arguments with which parallel kernels are called. */
  private final SortedSet<Integer> arities = new TreeSet<>();

  private ModuleText(Target target, Observation observation, @Nullable LineInfo lines) {
    this.target = target;
    this.observation = observation;
    this.lines = lines;
  }

  /** A module without functions, in which instructions tell the lines that {@code kernels} have. */
  static ModuleText withLines(Target target, List<Kernel> kernels) {
    Span main =
        kernels.stream()
            .map(Kernel::span)
            .filter(ModuleText::isWritten)
            .findFirst()
            .orElse(Span.NONE);
    return new ModuleText(target, Observation.NONE, new LineInfo(main));
  }

  /** A module without functions, and without lines. */
  static ModuleText withoutLines(Target target) {
    return new ModuleText(target, Observation.NONE, null);
  }

  /** The module's text; {@code prefix} sets its entry points apart from those of other modules. */
  public static String write(KernelProgram program, Target target, String prefix) {
    return write(program, target, prefix, Observation.NONE);
  }

  /** As {@link #write(KernelProgram, Target, String)}, made for those who look at it. */
  static String write(
      KernelProgram program, Target target, String prefix, Observation observation) {
    ModuleText module = new ModuleText(target, observation, null);
    for (Kernel kernel : program.kernels()) {
      KernelFunction function = KernelText.write(kernel, target);
      module.define(function, kernel.name(), function.internal(kernel.name()));
    }
    module.enter(program, prefix);
    return module.text(program.name());
  }

  private static boolean isWritten(Span span) {
    return span.source() != SourceFile.NONE;
  }

  /** Adds the function of a kernel; {@code text} is its definition as {@code name}. */
  void define(KernelFunction function, String name, String text) {
    Kernel kernel = function.kernel();
    names.put(kernel.name(), name);
    declarations.addAll(function.declarations());
    functions.append(lines == null ? text : lines.whole(name, kernel.span(), text)).append('\n');
  }

  /** Makes the function of {@code kernel} known, which is in another module. */
  void declare(KernelFunction function, String name) {
    names.put(function.kernel().name(), name);
    declarations.add(function.declaration(name));
  }

  /** Adds the entry points of {@code program}, whose kernels are known. */
  void enter(KernelProgram program, String prefix) {
    constants.append(constants(program.constants()));
    declarations.add("declare void @dlc_parallel(ptr, ptr, ptr, i64)");
    if (isTimed()) {
      declarations.add("declare i32 @clock_gettime(i32, ptr)");
    }
    program.entries().forEach(entry -> enter(entry, prefix));
    arities.forEach(arity -> functions.append(caller(arity)).append('\n'));
    if (target.isX86()) {
      functions.append(FloatMode.x86()).append('\n');
    }
  }

  /** The whole module. */
  String text(String name) {
    StringBuilder module = new StringBuilder("; module %s\n".formatted(name)).append(constants);
    declarations.forEach(line -> module.append(line).append('\n'));
    module.append(tables);
    module.append('\n').append(functions).append(attributes());
    return lines == null ? module.toString() : module.append(lines.metadata()).toString();
  }

  private String attributes() {
    int bits = target.vectorBytes() * 8;
    String features =
        target.features().isEmpty()
            ? ""
            : " \"target-features\"=\"%s\"".formatted(target.features());
    String subnormals =
        target.isX86() ? " \"denormal-fp-math\"=\"preserve-sign,preserve-sign\"" : "";
    return "attributes #0 = { nounwind%s \"target-cpu\"=\"%s\"%s \"prefer-vector-width\"=\"%d\" \"min-legal-vector-width\"=\"%d\"%s }\n"
        .formatted(
            observation.perfMap().isPresent() ? TRACEABLE : "",
            target.cpu(),
            features,
            bits,
            bits,
            subnormals);
  }

  private boolean isTimed() {
    return observation.clock().isPresent();
  }

  /** All constants one after the other, each with the alignment of other memory. */
  private String constants(List<Leaf.Constant> all) {
    if (all.isEmpty()) {
      return "";
    }
    List<String> types = new ArrayList<>();
    List<String> values = new ArrayList<>();
    long end = 0;
    for (Leaf.Constant each : all) {
      long start = Math.ceilDiv(end, ALIGNMENT) * ALIGNMENT;
      types.add("[%d x i8]".formatted(start - end));
      values.add("[%d x i8] zeroinitializer".formatted(start - end));
      String type =
          "[%d x %s]".formatted(each.type().elements(), Operand.inMemory(each.type().dtype()));
      types.add(type);
      values.add(type + " " + elements(each));
      constantOffsets.add(start);
      end = start + each.type().bytes();
    }
    return "@constants = internal constant <{ %s }> <{ %s }>, align %d\n"
        .formatted(String.join(", ", types), String.join(", ", values), ALIGNMENT);
  }

  private static String elements(Leaf.Constant constant) {
    DType type = constant.type().dtype();
    return Arrays.stream(constant.elements())
        .mapToObj(element -> Operand.inMemory(type) + " " + Operand.stored(element, type, 1))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private void enter(Entry entry, String prefix) {
    Span start =
        entry.calls().stream()
            .map(call -> call.kernel().span())
            .filter(ModuleText::isWritten)
            .findFirst()
            .orElse(Span.NONE);
    int function = lines == null ? -1 : lines.function(entry.name(), start);
    StringBuilder body = new StringBuilder();
    Span last = start;
    int pointers = 0;
    int stamps = 0;
    int before = parallelCalls;
    for (Call call : entry.calls()) {
      StringBuilder instructions = new StringBuilder();
      stamp(stamps++, instructions);
      if (KernelText.isParallel(call.kernel())) {
        Stmt.For loop = (Stmt.For) call.kernel().body().getFirst();
        arities.add(call.arguments().size());
        instructions.append(
            "  call void @dlc_parallel(ptr @call%d, ptr %%bases, ptr @%s, i64 %d)\n"
                .formatted(call.arguments().size(), places(call), loop.counter().extent()));
      } else {
        pointers = call(call, pointers, instructions);
      }
      last = call.kernel().span();
      body.append(placed(function, last, instructions.toString()));
    }
    stamp(stamps, body);
    String text =
        parallelCalls > before
            ? raced(prefix + "." + entry.name(), bases() + body)
            : body.toString();
    String calls = target.isX86() ? FloatMode.flushing(text) : text;
    if (entry.calls().stream().map(Call::kernel).anyMatch(MatrixText::isUsedBy)) {
      calls = MatrixPermission.INSTRUCTION + calls;
    }
    String head =
        "define void @%s.%s(ptr noundef %%state, ptr noundef %%work%s) #0 {\n"
            .formatted(prefix, entry.name(), isTimed() ? ", ptr noundef %stamps" : "");
    functions.append(lines == null ? head : lines.headed(function, head));
    functions.append(calls).append(placed(function, last, "  ret void\n")).append("}\n\n");
  }

  private String bases() {
    return BASES.replace("CONSTANTS", constantOffsets.isEmpty() ? "null" : "@constants");
  }

  /** The calls {@code body} of an entry point, which the pool times to decide who computes them. */
  private String raced(String entry, String body) {
    declarations.add("declare i64 @dlc_begin(ptr)");
    declarations.add("declare void @dlc_end(ptr, i64)");
    String race = "@%s.race".formatted(entry);
    functions.append(race).append(" = internal global [7 x i64] zeroinitializer\n\n");
    return "  %%begin = call i64 @dlc_begin(ptr %s)\n".formatted(race)
        + body
        + "  call void @dlc_end(ptr %s, i64 %%begin)\n".formatted(race);
  }

  private String placed(int function, Span span, String instructions) {
    return lines == null ? instructions : lines.at(function, span, instructions);
  }

  private void stamp(int number, StringBuilder body) {
    if (isTimed()) {
      body.append(
          "  %%stamp%d = getelementptr inbounds i8, ptr %%stamps, i64 %d\n"
              .formatted(number, (long) STAMP_BYTES * number));
      body.append(
          "  %%time%d = call i32 @clock_gettime(i32 %d, ptr %%stamp%d)\n"
              .formatted(number, CLOCK_MONOTONIC, number));
    }
  }

  /** A table of the kernel of {@code call} and of where its arguments lie. */
  private String places(Call call) {
    String name = "places%d".formatted(parallelCalls++);
    String words =
        call.arguments().stream()
            .map(place -> "i64 " + (offset(place) * REGIONS + place.region().ordinal()))
            .collect(Collectors.joining(", "));
    String type = "[%d x i64]".formatted(call.arguments().size());
    tables.append(
        "@%s = internal constant { ptr, %s } { ptr @%s, %s [%s] }\n"
            .formatted(name, type, names.get(call.kernel().name()), type, words));
    return name;
  }

  private long offset(Place place) {
    return switch (place.region()) {
      case STATE, WORK -> place.offset();
      case CONSTANT -> constantOffsets.get(Math.toIntExact(place.offset()));
    };
  }

  /**
   * The function that the pool calls for kernels with {@code arity} arguments: it finds them by a
   * table of {@link #places}. A function for each call would find them sooner by some nanoseconds,
   * and take a tenth of the time in which a program is translated.
   */
  private static String caller(int arity) {
    StringBuilder body = new StringBuilder("  %kernel = load ptr, ptr %places\n");
    StringBuilder arguments = new StringBuilder();
    for (int i = 0; i < arity; i++) {
      body.append(
          """
            %%at%1$d = getelementptr inbounds i64, ptr %%places, i64 %2$d
            %%place%1$d = load i64, ptr %%at%1$d
            %%region%1$d = and i64 %%place%1$d, 3
            %%offset%1$d = lshr i64 %%place%1$d, 2
            %%from%1$d = getelementptr inbounds ptr, ptr %%bases, i64 %%region%1$d
            %%base%1$d = load ptr, ptr %%from%1$d
            %%p%1$d = getelementptr inbounds i8, ptr %%base%1$d, i64 %%offset%1$d
          """
              .formatted(i, i + 1));
      arguments.append("ptr %p").append(i).append(", ");
    }
    return """
        define internal void @call%d(ptr %%bases, ptr %%places, i64 %%begin, i64 %%end) #0 {
        %s  call void %%kernel(%si64 %%begin, i64 %%end)
          ret void
        }
        """
        .formatted(arity, body, arguments);
  }

  private int call(Call call, int pointers, StringBuilder body) {
    List<String> arguments = new ArrayList<>();
    int next = pointers;
    for (Place place : call.arguments()) {
      String base =
          switch (place.region()) {
            case STATE -> "%state";
            case WORK -> "%work";
            case CONSTANT -> "@constants";
          };
      String pointer = "%p" + next++;
      body.append(
          "  %s = getelementptr inbounds i8, ptr %s, i64 %d\n"
              .formatted(pointer, base, offset(place)));
      arguments.add("ptr " + pointer);
    }
    body.append(
        "  call void @%s(%s)\n"
            .formatted(names.get(call.kernel().name()), String.join(", ", arguments)));
    return next;
  }
}
