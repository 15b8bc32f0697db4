// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.File;
import dlc.frontend.ast.Name;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What some files declare, by kind and name.
 *
 * <p>A program's names shadow the library's; the library sees only its own.
 */
public final class Declarations {

  private record Key(String kind, String name) {}

  private final Set<SourceFile> sources = new LinkedHashSet<>();
  private final Map<Key, Declaration> byName = new LinkedHashMap<>();
  private final List<Declaration.Param> params = new ArrayList<>();
  private final List<Declaration.Train> trains = new ArrayList<>();
  private final Optional<Declarations> library;

  private Declarations(Optional<Declarations> library) {
    this.library = library;
  }

  /** The declarations of {@code files}, on top of {@code library} where there is one. */
  public static Declarations of(
      List<File> files, Optional<Declarations> library, Diagnostics diagnostics) {
    Declarations all = new Declarations(library);
    for (File file : files) {
      all.sources.add(file.source());
      file.declarations().forEach(declaration -> all.add(declaration, diagnostics));
    }
    return all;
  }

  private void add(Declaration declaration, Diagnostics diagnostics) {
    switch (declaration) {
      case Declaration.Import _ -> {}
      case Declaration.Param each -> {
        put("param", each.name(), each, diagnostics);
        params.add(each);
      }
      case Declaration.Routine each -> put(each.kind().toString(), each.name(), each, diagnostics);
      case Declaration.Function each -> put("fn", each.name(), each, diagnostics);
      case Declaration.Model each -> put("model", each.name(), each, diagnostics);
      case Declaration.Train each -> trains.add(each);
    }
  }

  private void put(String kind, Name name, Declaration declaration, Diagnostics diagnostics) {
    Declaration before = byName.putIfAbsent(new Key(kind, name.text()), declaration);
    if (before != null) {
      diagnostics.report(
          Code.DUPLICATE_NAME
              .at(name.span(), name)
              .withNote(before.span(), "the first " + kind + " '" + name + "' is here"));
    }
  }

  /** The program's last file, which is the one that was asked for. */
  SourceFile programSource() {
    SourceFile last = SourceFile.NONE;
    for (SourceFile each : sources) {
      last = each;
    }
    return last;
  }

  /** Whether {@code source} belongs to the library, not to the program. */
  public boolean isLibrary(SourceFile source) {
    return library.map(each -> each.sources.contains(source)).orElse(false);
  }

  /** The routine that a use of {@code name} in {@code from} means. */
  public Optional<Declaration.Routine> routine(RoutineKind kind, String name, SourceFile from) {
    return find(kind.toString(), name, from).map(Declaration.Routine.class::cast);
  }

  /** The {@code fn} that a use of {@code name} in {@code from} means. */
  public Optional<Declaration.Function> function(String name, SourceFile from) {
    return find("fn", name, from).map(Declaration.Function.class::cast);
  }

  public Optional<Declaration.Model> model(String name) {
    return Optional.ofNullable(byName.get(new Key("model", name)))
        .map(Declaration.Model.class::cast);
  }

  private Optional<Declaration> find(String kind, String name, SourceFile from) {
    Declaration own = byName.get(new Key(kind, name));
    if (own != null && !isLibrary(from)) {
      return Optional.of(own);
    }
    return library.flatMap(each -> each.find(kind, name, from));
  }

  /** All names of a kind such as {@code layer} or {@code fn}, the library's included. */
  public Collection<String> names(String kind) {
    Set<String> names = new LinkedHashSet<>();
    byName.keySet().stream()
        .filter(key -> key.kind().equals(kind))
        .forEach(key -> names.add(key.name()));
    library.ifPresent(each -> names.addAll(each.names(kind)));
    return names;
  }

  /** All that the program itself declares by a name. */
  Collection<Declaration> own() {
    return byName.values();
  }

  public List<Declaration.Model> models() {
    return byName.values().stream()
        .filter(Declaration.Model.class::isInstance)
        .map(Declaration.Model.class::cast)
        .toList();
  }

  public List<Declaration.Param> params() {
    return params;
  }

  public List<Declaration.Train> trains() {
    return trains;
  }
}
