// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.frontend.parse.Lexeme;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.lsp4j.TextEdit;
import org.eclipse.lsp4j.WorkspaceEdit;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseError;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseErrorCode;

/** Gives a symbol another name, wherever the open files and their imports mean it. */
final class Renaming {

  private final Workspace workspace;

  Renaming(Workspace workspace) {
    this.workspace = workspace;
  }

  /**
   * The changes that call {@code symbol} {@code name}.
   *
   * @throws ResponseErrorException when that is no name, or taken, or the symbol is the library's
   */
  WorkspaceEdit to(String name, Symbol symbol, FileIndex file) {
    requireOwn(symbol);
    List<Lexeme> words = Lexeme.of(new SourceFile("name", name));
    boolean isName =
        words.size() == 1 && words.getFirst().kind() == Lexeme.Kind.WORD && !name.equals("it");
    if (!isName) {
      throw refused("'" + name + "' is not a name");
    }
    Map<String, List<TextEdit>> changes = new LinkedHashMap<>();
    for (FileIndex each : files(file)) {
      Names names = new Names(each, workspace.program(each.source()));
      requireFree(name, symbol, each);
      for (Span place : names.uses(symbol)) {
        changes
            .computeIfAbsent(workspace.uri(each.source()), _ -> new ArrayList<>())
            .add(new TextEdit(Positions.of(place), name));
      }
    }
    return new WorkspaceEdit(changes);
  }

  /** Refuses what no program may rename. */
  void requireOwn(Symbol symbol) {
    boolean isLibrary =
        Workspace.library().stream().anyMatch(each -> each.source() == symbol.name().source());
    if (isLibrary) {
      throw refused("'" + symbol.text() + "' belongs to the standard library");
    }
  }

  private static void requireFree(String name, Symbol symbol, FileIndex file) {
    for (Symbol other : file.symbols()) {
      boolean isNear =
          symbol.isLocal() ? other.home().equals(symbol.home()) : other.kind() == symbol.kind();
      if (isNear && other.text().equals(name) && !symbol.text().equals(name)) {
        throw refused("'" + name + "' is taken, in line " + other.name().line());
      }
    }
  }

  /** The program of {@code file}, and open programs that import from it. */
  private List<FileIndex> files(FileIndex file) {
    Map<String, FileIndex> all = new LinkedHashMap<>();
    List<FileIndex> program = workspace.program(file.source());
    program.forEach(each -> all.put(each.source().name(), each));
    for (SourceFile open : workspace.sources()) {
      List<FileIndex> other = workspace.program(open);
      boolean shares =
          other.stream().anyMatch(each -> each.source().name().equals(file.source().name()));
      if (shares) {
        other.forEach(each -> all.putIfAbsent(each.source().name(), each));
      }
    }
    return List.copyOf(all.values());
  }

  private static ResponseErrorException refused(String why) {
    return new ResponseErrorException(
        new ResponseError(ResponseErrorCode.RequestFailed, why, null));
  }
}
