// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.SourceFile;
import dlc.base.Span;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;

/** Prints a syntax tree, one node a line, for {@code --emit=ast}; places are left out. */
public final class TreePrinter {

  private final StringBuilder out = new StringBuilder();

  private TreePrinter() {}

  public static String print(File file) {
    TreePrinter printer = new TreePrinter();
    file.declarations().forEach(each -> printer.node("", each, 0));
    return printer.out.toString();
  }

  private void node(String label, Object value, int depth) {
    switch (value) {
      case Span _, SourceFile _ -> {}
      case Optional<?> optional -> optional.ifPresent(inner -> node(label, inner, depth));
      case List<?> list -> {
        if (!list.isEmpty()) {
          line(label.isEmpty() ? "list" : label, depth);
          list.forEach(item -> node("", item, depth + 1));
        }
      }
      case Name name -> line(labelled(label, name.text()), depth);
      case Record record -> {
        line(labelled(label, record.getClass().getSimpleName()), depth);
        for (RecordComponent component : record.getClass().getRecordComponents()) {
          node(component.getName(), read(record, component), depth + 1);
        }
      }
      case String text when text.isEmpty() -> {}
      case String text -> line(labelled(label, "\"" + text.replace("\n", "\\n") + "\""), depth);
      default -> line(labelled(label, value.toString()), depth);
    }
  }

  private static String labelled(String label, String text) {
    return label.isEmpty() ? text : label + ": " + text;
  }

  private void line(String text, int depth) {
    out.append("  ".repeat(depth)).append(text).append('\n');
  }

  private static Object read(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException failure) {
      throw new IllegalStateException(component.toString(), failure);
    }
  }
}
