// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Constant data as LLVM IR text. Every field takes eight bytes: a number or an address, so that a
 * struct of C has no gaps.
 */
final class Constants {

  /** The text of one field. */
  record Field(String text) {
    static final Field NULL = new Field("ptr null");

    static Field of(long value) {
      return new Field("i64 " + value);
    }

    static Field of(boolean value) {
      return of(value ? 1 : 0);
    }

    static Field of(double value) {
      return new Field("double 0x%016X".formatted(Double.doubleToRawLongBits(value)));
    }

    private String type() {
      return text.substring(0, text.indexOf(' '));
    }
  }

  private final StringBuilder definitions = new StringBuilder();
  private final Set<String> declarations = new LinkedHashSet<>();
  private final Map<String, Field> strings = new LinkedHashMap<>();
  private int next;

  /** The address of a text in C's manner; equal texts are there once. */
  Field text(String text) {
    return strings.computeIfAbsent(
        text, each -> new Field("ptr " + bytes((each + "\0").getBytes(StandardCharsets.UTF_8))));
  }

  /** The address of bytes. */
  Field blob(byte[] bytes) {
    return new Field("ptr " + bytes(bytes));
  }

  private String bytes(byte[] bytes) {
    StringBuilder text = new StringBuilder(2 * bytes.length);
    for (byte each : bytes) {
      boolean plain = each >= ' ' && each < 0x7F && each != '"' && each != '\\';
      text.append(plain ? String.valueOf((char) each) : "\\%02X".formatted(each & 0xFF));
    }
    return define(
        "private unnamed_addr constant [%d x i8] c\"%s\", align 8".formatted(bytes.length, text));
  }

  /** The address of a function or of data that is defined elsewhere. */
  Field function(String name) {
    declarations.add("declare void @%s()".formatted(name));
    return new Field("ptr @" + name);
  }

  /** The address of fields one after the other. */
  Field struct(List<Field> fields) {
    return fields.isEmpty()
        ? Field.NULL
        : new Field("ptr " + define("private unnamed_addr constant " + body(fields)));
  }

  /** The address of structs one after the other. */
  Field structs(List<List<Field>> structs) {
    return struct(structs.stream().flatMap(List::stream).toList());
  }

  /** Data that C refers to by {@code name}. */
  void named(String name, List<Field> fields) {
    definitions.append("@%s = hidden constant %s\n".formatted(name, body(fields)));
  }

  private static String body(List<Field> fields) {
    List<String> types = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Field field : fields) {
      types.add(field.type());
      values.add(field.text());
    }
    return types.stream().collect(Collectors.joining(", ", "{ ", " }"))
        + values.stream().collect(Collectors.joining(", ", " { ", " }"))
        + ", align 8";
  }

  private String define(String definition) {
    String name = "@.%d".formatted(next++);
    definitions.append(name).append(" = ").append(definition).append('\n');
    return name;
  }

  /** All of it as a module. */
  String module() {
    return definitions + String.join("\n", declarations) + "\n";
  }
}
