// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.Code;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.File;
import dlc.frontend.parse.Parser;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads a file and what it imports, each once. */
final class Loader {

  private final Imports imports;
  private final Diagnostics diagnostics;
  private final List<File> loaded = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private final List<String> open = new ArrayList<>();

  Loader(Imports imports, Diagnostics diagnostics) {
    this.imports = imports;
    this.diagnostics = diagnostics;
  }

  /** All files, imported ones before those that import them. */
  List<File> load(SourceFile source) {
    seen.add(source.name());
    open.add(source.name());
    File file = Parser.parse(source, diagnostics);
    for (Declaration declaration : file.declarations()) {
      if (declaration instanceof Declaration.Import each) {
        follow(source, each);
      }
    }
    open.removeLast();
    loaded.add(file);
    return loaded;
  }

  private void follow(SourceFile source, Declaration.Import each) {
    SourceFile next;
    try {
      next = imports.load(source, each.path());
    } catch (IOException | RuntimeException failure) {
      diagnostics.report(Code.UNREADABLE_IMPORT.at(each.span(), each.path(), reason(failure)));
      return;
    }
    if (open.contains(next.name())) {
      List<String> cycle = new ArrayList<>(open.subList(open.indexOf(next.name()), open.size()));
      cycle.add(next.name());
      diagnostics.report(Code.IMPORT_CYCLE.at(each.span(), String.join(" → ", cycle)));
    } else if (!seen.contains(next.name())) {
      load(next);
    }
  }

  private static String reason(Exception failure) {
    return switch (failure) {
      case NoSuchFileException _ -> "there is no such file";
      case MalformedInputException _ -> "it is not UTF-8 text";
      default -> String.valueOf(failure.getMessage());
    };
  }
}
