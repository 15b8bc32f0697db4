// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.base.SourceFile;
import dlc.base.Span;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says in the metadata of an LLVM module which line of a program each instruction comes from, so
 * that debuggers step through layers and profilers name kernels.
 */
final class LineInfo {

  /** LLVM gives numbers to metadata; four are in every module. */
  private static final int FIRST = 4;

  private final Span main;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final Map<Integer, Integer> files = new HashMap<>();

  /** Instructions that no text stands for are said to be from the file of {@code main}. */
  LineInfo(Span main) {
    this.main = main;
  }

  private int number(String metadata) {
    return numbers.computeIfAbsent(metadata, _ -> FIRST + numbers.size());
  }

  private int file(Span span) {
    SourceFile source = span.source() == SourceFile.NONE ? main.source() : span.source();
    Path path = Path.of(source.name()).toAbsolutePath();
    return number(
        "!DIFile(filename: \"%s\", directory: \"%s\")"
            .formatted(escaped(path.getFileName()), escaped(path.getParent())));
  }

  private static String escaped(@Nullable Object text) {
    return String.valueOf(text).replace("\\", "\\5C").replace("\"", "\\22");
  }

  /** The line of {@code span}, or 0, which says that there is none. */
  private static int line(Span span) {
    return span.source() == SourceFile.NONE ? 0 : span.line();
  }

  /** Describes the function called {@code name} that begins at {@code span}. */
  int function(String name, Span span) {
    int file = file(span);
    int function =
        number(
            "distinct !DISubprogram(name: \"%s\", scope: !%d, file: !%d, line: %d, type: !2, scopeLine: %d, spFlags: DISPFlagLocalToUnit | DISPFlagDefinition | DISPFlagOptimized, unit: !0) ; %d"
                .formatted(escaped(name), file, file, line(span), line(span), files.size()));
    files.put(function, file);
    return function;
  }

  /** The instructions {@code text}, one a line, with {@code span} as their place. */
  String at(int function, Span span, String text) {
    int file = file(span);
    int scope =
        file == files.getOrDefault(function, file)
            ? function
            : number(
                "!DILexicalBlockFile(scope: !%d, file: !%d, discriminator: 0)"
                    .formatted(function, file));
    int place =
        number(
            "!DILocation(line: %d, column: %d, scope: !%d)"
                .formatted(line(span), line(span) == 0 ? 0 : span.column(), scope));
    return text.lines()
        .map(line -> line.startsWith("  ") ? line + ", !dbg !" + place : line)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** A whole function of one place, with its head. */
  String whole(String name, Span span, String text) {
    int function = function(name, span);
    return at(function, span, headed(function, text));
  }

  /** The text of a function with the reference to its description. */
  String headed(int function, String text) {
    return text.replaceFirst(" \\{\n", " !dbg !" + function + " {\n");
  }

  /** What stands at the end of the module. */
  String metadata() {
    StringBuilder text =
        new StringBuilder(
            """
      !llvm.dbg.cu = !{!0}
      !llvm.module.flags = !{!1}
      !0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !%d, producer: "dlc", isOptimized: true, runtimeVersion: 0, emissionKind: FullDebug)
      !1 = !{i32 2, !"Debug Info Version", i32 3}
      !2 = !DISubroutineType(types: !3)
      !3 = !{null}
      """
                .formatted(file(main)));
    numbers.forEach((metadata, number) -> text.append("!%d = %s\n".formatted(number, metadata)));
    return text.toString();
  }
}
