// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Call;
import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.Stmt;
import dlc.ir.kernel.Target;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

  /** What lets debuggers and profilers find out who called. */
  private static final String TRACEABLE = " uwtable \"frame-pointer\"=\"all\"";

  /** As Linux numbers it; every thread and process reads the same. */
  private static final int CLOCK_MONOTONIC = 1;

  private final Target target;
  private final Observation observation;
  private final StringBuilder constants = new StringBuilder();
  private final StringBuilder functions = new StringBuilder();
  private final Set<String> declarations = new TreeSet<>();
  private final @Nullable LineInfo lines;

  /** What the function of each kernel is called. */
  private final Map<String, String> names = new HashMap<>();

  private int thunks;

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
    for (int i = 0; i < program.constants().size(); i++) {
      constants.append(constant(i, program.constants().get(i)));
    }
    declarations.add("declare void @dlc_parallel(ptr, ptr, ptr, i64)");
    if (isTimed()) {
      declarations.add("declare i32 @clock_gettime(i32, ptr)");
    }
    program.entries().forEach(entry -> enter(entry, prefix));
    if (target.isX86()) {
      functions.append(FloatMode.x86()).append('\n');
    }
  }

  /** The whole module. */
  String text(String name) {
    StringBuilder module = new StringBuilder("; module %s\n".formatted(name)).append(constants);
    declarations.forEach(line -> module.append(line).append('\n'));
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

  private static String constant(int number, Leaf.Constant constant) {
    List<String> elements = new ArrayList<>();
    String type = Operand.inMemory(constant.type().dtype());
    for (double element : constant.elements()) {
      elements.add(type + " " + Operand.stored(element, constant.type().dtype(), 1));
    }
    return "@constant%d = internal constant [%d x %s] [%s], align 64\n"
        .formatted(number, elements.size(), type, String.join(", ", elements));
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
    int before = thunks;
    for (Call call : entry.calls()) {
      StringBuilder instructions = new StringBuilder();
      stamp(stamps++, instructions);
      if (KernelText.isParallel(call.kernel())) {
        Stmt.For loop = (Stmt.For) call.kernel().body().getFirst();
        String thunk = thunk(call);
        instructions.append(
            "  call void @dlc_parallel(ptr @%s, ptr %%state, ptr %%work, i64 %d)\n"
                .formatted(thunk, loop.counter().extent()));
      } else {
        pointers = call(call, "", pointers, instructions);
      }
      last = call.kernel().span();
      body.append(placed(function, last, instructions.toString()));
    }
    stamp(stamps, body);
    String text =
        thunks > before ? raced(prefix + "." + entry.name(), body.toString()) : body.toString();
    String calls = target.isX86() ? FloatMode.flushing(text) : text;
    String head =
        "define void @%s.%s(ptr noundef %%state, ptr noundef %%work%s) #0 {\n"
            .formatted(prefix, entry.name(), isTimed() ? ", ptr noundef %stamps" : "");
    functions.append(lines == null ? head : lines.headed(function, head));
    functions.append(calls).append(placed(function, last, "  ret void\n")).append("}\n\n");
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

  /** A function for the pool that finds the arguments of {@code call} in state and work. */
  private String thunk(Call call) {
    String name = "call%d".formatted(thunks++);
    StringBuilder body = new StringBuilder();
    call(call, ", i64 %begin, i64 %end", 0, body);
    String text =
        "define internal void @%s(ptr %%state, ptr %%work, i64 %%begin, i64 %%end) #0 {\n%s  ret void\n}\n"
            .formatted(name, body);
    functions
        .append(lines == null ? text : lines.whole(name, call.kernel().span(), text))
        .append('\n');
    return name;
  }

  private int call(Call call, String range, int pointers, StringBuilder body) {
    List<String> arguments = new ArrayList<>();
    int next = pointers;
    for (Place place : call.arguments()) {
      if (place.region() == KernelProgram.Region.CONSTANT) {
        arguments.add("ptr @constant" + place.offset());
        continue;
      }
      String base = place.region() == KernelProgram.Region.STATE ? "%state" : "%work";
      String pointer = "%p" + next++;
      body.append(
          "  %s = getelementptr inbounds i8, ptr %s, i64 %d\n"
              .formatted(pointer, base, place.offset()));
      arguments.add("ptr " + pointer);
    }
    body.append(
        "  call void @%s(%s%s)\n"
            .formatted(names.get(call.kernel().name()), String.join(", ", arguments), range));
    return next;
  }
}
