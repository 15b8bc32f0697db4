// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.eclipse.lsp4j.DocumentSymbol;
import org.eclipse.lsp4j.SymbolKind;

/** The declarations of a file and what they declare, as editors list them. */
final class Outlines {

  private Outlines() {}

  static List<DocumentSymbol> of(FileIndex file) {
    List<DocumentSymbol> all = new ArrayList<>();
    for (Symbol symbol : file.symbols()) {
      if (!symbol.isLocal()) {
        DocumentSymbol entry = entry(symbol);
        entry.setChildren(children(symbol, file));
        all.add(entry);
      }
    }
    for (Span train : file.trains()) {
      all.add(
          new DocumentSymbol("train", SymbolKind.Event, Positions.of(train), Positions.of(train)));
    }
    all.sort(Comparator.comparingInt(each -> each.getRange().getStart().getLine()));
    return all;
  }

  private static List<DocumentSymbol> children(Symbol symbol, FileIndex file) {
    return file.symbols().stream()
        .filter(each -> each.home().equals(Optional.of(symbol.range())))
        .map(Outlines::entry)
        .toList();
  }

  private static DocumentSymbol entry(Symbol symbol) {
    SymbolKind kind =
        switch (symbol.kind()) {
          case MODEL -> SymbolKind.Module;
          case LAYER, OPTIMIZER, LOSS, INITIALIZER, SCHEDULE -> SymbolKind.Class;
          case FN -> SymbolKind.Function;
          case PARAM -> SymbolKind.Constant;
          case LABEL, WEIGHT -> SymbolKind.Field;
          case PARAMETER, VARIABLE -> SymbolKind.Variable;
        };
    return new DocumentSymbol(
        symbol.text(), kind, Positions.of(symbol.range()), Positions.of(symbol.name()));
  }
}
