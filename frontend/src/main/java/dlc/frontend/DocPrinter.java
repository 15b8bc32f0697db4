// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.File;
import dlc.frontend.elaborate.Library;
import dlc.frontend.library.Functions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What {@code dlc doc NAME} prints: signatures and doc comments of the standard library. */
public final class DocPrinter {

  private DocPrinter() {}

  /** Everything that the library calls {@code name}: layer, function, loss and so on. */
  public static Optional<String> of(String name) {
    List<String> parts = new ArrayList<>();
    for (File file : Library.files()) {
      for (Declaration declaration : file.declarations()) {
        if (name.equals(name(declaration))) {
          parts.add(text(declaration));
        }
      }
    }
    Functions.named(name)
        .filter(primitive -> !primitive.doc().isEmpty())
        .ifPresent(primitive -> parts.add(entry("fn " + primitive.signature(), primitive.doc())));
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", parts));
  }

  /** All documented names; what has no doc comment serves the library alone. */
  public static List<String> names() {
    TreeSet<String> names = new TreeSet<>();
    Functions.all().stream()
        .filter(primitive -> !primitive.doc().isEmpty())
        .forEach(primitive -> names.add(primitive.name()));
    for (File file : Library.files()) {
      for (Declaration declaration : file.declarations()) {
        if (!doc(declaration).isEmpty()) {
          names.add(name(declaration));
        }
      }
    }
    return List.copyOf(names);
  }

  private static String name(Declaration declaration) {
    return switch (declaration) {
      case Declaration.Routine each -> each.name().text();
      case Declaration.Function each -> each.name().text();
      case Declaration.Param each -> each.name().text();
      case Declaration.Model each -> each.name().text();
      case Declaration.Import _, Declaration.Train _ -> "";
    };
  }

  private static String doc(Declaration declaration) {
    return switch (declaration) {
      case Declaration.Routine each -> each.doc();
      case Declaration.Function each -> each.doc();
      case Declaration.Param each -> each.doc();
      case Declaration.Model each -> each.doc();
      case Declaration.Import _, Declaration.Train _ -> "";
    };
  }

  private static String text(Declaration declaration) {
    int start = declaration.span().start();
    int end =
        switch (declaration) {
          case Declaration.Routine each -> each.body().span().start();
          case Declaration.Function each -> each.value().span().start();
          case Declaration.Param each -> each.span().end();
          case Declaration.Model each -> each.body().span().start();
          case Declaration.Import each -> each.span().end();
          case Declaration.Train each -> each.span().end();
        };
    String signature = declaration.span().source().text().substring(start, end).strip();
    if (declaration instanceof Declaration.Function && signature.endsWith("=")) {
      signature = signature.substring(0, signature.length() - 1).strip();
    }
    return entry(signature.replaceAll("\\s+", " ").replace("( ", "("), doc(declaration));
  }

  private static String entry(String signature, String doc) {
    StringBuilder text = new StringBuilder(signature).append('\n');
    doc.lines().forEach(line -> text.append(("  " + line).stripTrailing()).append('\n'));
    return text.toString();
  }
}
