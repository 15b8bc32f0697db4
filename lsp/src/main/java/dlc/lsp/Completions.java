// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.frontend.DocPrinter;
import dlc.frontend.elaborate.SettingNames;
import dlc.frontend.library.Functions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.lsp4j.CompletionItem;
import org.eclipse.lsp4j.CompletionItemKind;
import org.eclipse.lsp4j.MarkupContent;
import org.eclipse.lsp4j.MarkupKind;

/** What may be written at a place. */
final class Completions {

  private static final List<String> DECLARATIONS =
      List.of("model", "train", "layer", "fn", "param", "import", "optimizer", "loss", "schedule");
  private static final List<String> STATEMENTS =
      List.of("let", "repeat", "for", "if", "weight", "buffer", "assert", "return");
  private static final List<String> VALUES =
      List.of("it", "training", "true", "false", "none", "pi");
  private static final List<String> ARGUMENTS_OF_SETTINGS =
      List.of(
          "validation=",
          "mean=",
          "std=",
          "norm=",
          "value=",
          "patience=",
          "on=",
          "every=",
          "keep=",
          "decay=");

  private final FileIndex file;
  private final Names names;
  private final Map<String, CompletionItem> items = new LinkedHashMap<>();

  private Completions(FileIndex file, Names names) {
    this.file = file;
    this.names = names;
  }

  static List<CompletionItem> at(int offset, FileIndex file, Names names) {
    Completions completions = new Completions(file, names);
    completions.collect(Cursor.at(file, offset), offset);
    return new ArrayList<>(completions.items.values());
  }

  private void collect(Cursor cursor, int offset) {
    switch (cursor.area()) {
      case TOP -> DECLARATIONS.forEach(this::keyword);
      case SETTING -> SettingNames.settings().forEach(each -> setting(each, SettingDocs.of(each)));
      case SETTING_VALUE -> settingValues(cursor.setting().orElse(""));
      case ARGUMENT -> {
        arguments(cursor.callee());
        expressions(offset);
      }
      case STATEMENT -> {
        locals(offset, true);
        globals(Symbol.Kind.LAYER);
        STATEMENTS.forEach(this::keyword);
        keyword("it");
      }
      case LAYER -> {
        names.locals(offset).stream()
            .filter(each -> each.kind() == Symbol.Kind.LABEL)
            .forEach(this::symbol);
        globals(Symbol.Kind.LAYER);
      }
      case EXPRESSION -> expressions(offset);
      case MEMBER -> members();
      case NOTHING -> {}
    }
  }

  private void settingValues(String setting) {
    switch (setting) {
      case "data" -> SettingNames.sources().forEach(each -> setting(each, SettingDocs.of(each)));
      case "metrics" -> SettingNames.metrics().forEach(this::value);
      case "loss" -> globals(Symbol.Kind.LOSS);
      case "optimizer" -> globals(Symbol.Kind.OPTIMIZER);
      case "schedule" -> globals(Symbol.Kind.SCHEDULE);
      case "precision" -> List.of("f32", "bf16", "f16", "f64").forEach(this::value);
      case "normalize" -> List.of("auto", "mean=", "std=").forEach(this::value);
      default -> {
        ARGUMENTS_OF_SETTINGS.stream()
            .filter(each -> SettingDocs.of(setting).orElse("").contains(each))
            .forEach(this::value);
        globals(Symbol.Kind.PARAM);
      }
    }
  }

  /** The parameters of what is called that are not given yet. */
  private void arguments(int callee) {
    Optional<Symbol> called = names.meaning(callee);
    List<String> parameters =
        called
            .map(Symbol::parameters)
            .orElseGet(
                () ->
                    Functions.named(file.words().get(callee).text())
                        .map(each -> each.slots().stream().map(slot -> slot.name()).toList())
                        .orElse(List.of()));
    for (String parameter : parameters) {
      CompletionItem item = item(parameter + "=", CompletionItemKind.Property);
      called.ifPresent(symbol -> document(item, symbol.signature(), Hovers.text(symbol)));
      item.setSortText("0" + parameter);
    }
  }

  private void expressions(int offset) {
    locals(offset, false);
    globals(Symbol.Kind.PARAM);
    globals(Symbol.Kind.FN);
    globals(Symbol.Kind.INITIALIZER);
    Functions.all().stream()
        .filter(each -> !each.doc().isEmpty())
        .forEach(
            each ->
                document(
                    item(each.name(), CompletionItemKind.Function),
                    each.signature(),
                    DocPrinter.of(each.name()).map(Hovers::page).orElse(each.doc())));
    VALUES.forEach(this::value);
  }

  private void members() {
    List.of("shape", "rank", "weight", "bias").forEach(this::value);
  }

  private void locals(int offset, boolean labelsOnly) {
    names.locals(offset).stream()
        .filter(each -> !labelsOnly || each.kind() == Symbol.Kind.LABEL)
        .forEach(this::symbol);
  }

  /** What is documented, or the program's own: the rest serves the library alone. */
  private void globals(Symbol.Kind kind) {
    names.globals().stream()
        .filter(each -> each.kind() == kind)
        .filter(each -> !each.doc().isEmpty() || !isLibrary(each))
        .forEach(this::symbol);
  }

  private static boolean isLibrary(Symbol symbol) {
    return Workspace.library().stream().anyMatch(each -> each.source() == symbol.name().source());
  }

  private void symbol(Symbol symbol) {
    CompletionItemKind kind =
        switch (symbol.kind()) {
          case LAYER, OPTIMIZER, LOSS, INITIALIZER, SCHEDULE -> CompletionItemKind.Class;
          case FN -> CompletionItemKind.Function;
          case MODEL -> CompletionItemKind.Module;
          case PARAM -> CompletionItemKind.Constant;
          case LABEL, WEIGHT -> CompletionItemKind.Field;
          case PARAMETER, VARIABLE -> CompletionItemKind.Variable;
        };
    document(item(symbol.text(), kind), symbol.signature(), Hovers.text(symbol));
  }

  private void setting(String name, Optional<String> doc) {
    CompletionItem item = item(name, CompletionItemKind.Property);
    doc.ifPresent(text -> document(item, "", text));
  }

  private void keyword(String word) {
    item(word, CompletionItemKind.Keyword);
  }

  private void value(String word) {
    item(word, CompletionItemKind.Value);
  }

  private CompletionItem item(String label, CompletionItemKind kind) {
    return items.computeIfAbsent(
        label,
        _ -> {
          CompletionItem item = new CompletionItem(label);
          item.setKind(kind);
          return item;
        });
  }

  private static void document(CompletionItem item, String detail, String text) {
    if (item.getDocumentation() == null) {
      if (!detail.isEmpty()) {
        item.setDetail(detail);
      }
      item.setDocumentation(new MarkupContent(MarkupKind.MARKDOWN, text));
    }
  }
}
