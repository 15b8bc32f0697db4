// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.frontend.parse.Formatter;
import dlc.frontend.parse.Lexeme;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.eclipse.lsp4j.CompletionItem;
import org.eclipse.lsp4j.CompletionList;
import org.eclipse.lsp4j.CompletionParams;
import org.eclipse.lsp4j.DefinitionParams;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DiagnosticSeverity;
import org.eclipse.lsp4j.DidChangeTextDocumentParams;
import org.eclipse.lsp4j.DidCloseTextDocumentParams;
import org.eclipse.lsp4j.DidOpenTextDocumentParams;
import org.eclipse.lsp4j.DidSaveTextDocumentParams;
import org.eclipse.lsp4j.DocumentFormattingParams;
import org.eclipse.lsp4j.DocumentSymbol;
import org.eclipse.lsp4j.DocumentSymbolParams;
import org.eclipse.lsp4j.Hover;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.Location;
import org.eclipse.lsp4j.LocationLink;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.MessageType;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.PrepareRenameDefaultBehavior;
import org.eclipse.lsp4j.PrepareRenameParams;
import org.eclipse.lsp4j.PrepareRenameResult;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.RenameParams;
import org.eclipse.lsp4j.SymbolInformation;
import org.eclipse.lsp4j.TextEdit;
import org.eclipse.lsp4j.WorkspaceEdit;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.Either;
import org.eclipse.lsp4j.jsonrpc.messages.Either3;
import org.eclipse.lsp4j.services.LanguageClient;
import org.eclipse.lsp4j.services.TextDocumentService;
import org.jspecify.annotations.Nullable;

/**
 * Answers what editors ask about texts.
 *
 * <p>Names are looked up at once; the front end runs on a thread of its own, and only on the newest
 * text of each file.
 */
final class DlTexts implements TextDocumentService {

  private final Workspace workspace = new Workspace();
  private final Map<String, Analysis> analyses = new ConcurrentHashMap<>();
  private final ExecutorService analyst =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("dlc-lsp").factory());
  private @Nullable LanguageClient client;

  void connect(LanguageClient remote) {
    client = remote;
  }

  void close() {
    analyst.shutdownNow();
    workspace.clear();
  }

  @Override
  public void didOpen(DidOpenTextDocumentParams params) {
    changed(params.getTextDocument().getUri(), params.getTextDocument().getText());
  }

  @Override
  public void didChange(DidChangeTextDocumentParams params) {
    changed(params.getTextDocument().getUri(), params.getContentChanges().getLast().getText());
  }

  @Override
  public void didClose(DidCloseTextDocumentParams params) {
    String uri = params.getTextDocument().getUri();
    workspace.close(uri);
    analyses.remove(uri);
    publish(uri, List.of());
  }

  @Override
  public void didSave(DidSaveTextDocumentParams params) {
    // Others may import what was saved.
    workspace.sources().forEach(source -> analyse(workspace.uri(source), source));
  }

  private void changed(String uri, String text) {
    analyse(uri, workspace.put(uri, text));
  }

  private void analyse(String uri, SourceFile source) {
    analyst.execute(
        () -> {
          boolean isNewest = workspace.source(uri).filter(each -> each == source).isPresent();
          if (isNewest) {
            guarded(
                () -> {
                  report(uri, Analysis.of(source, workspace));
                  return true;
                },
                false);
          }
        });
  }

  private void report(String uri, Analysis analysis) {
    if (analysis.isWhole() || !analyses.containsKey(uri)) {
      analyses.put(uri, analysis);
    }
    Problems problems = new Problems(workspace, analysis.source());
    List<Diagnostic> all =
        new ArrayList<>(problems.of(analysis.inspection().diagnostics(), DiagnosticSeverity.Error));
    all.addAll(problems.of(analysis.inspection().warnings(), DiagnosticSeverity.Warning));
    publish(uri, all);
  }

  private void publish(String uri, List<Diagnostic> problems) {
    if (client != null) {
      client.publishDiagnostics(new PublishDiagnosticsParams(uri, problems));
    }
  }

  /** What {@code task} says; where it fails, the client is told and {@code otherwise} is said. */
  private <T extends @Nullable Object> T guarded(Supplier<T> task, T otherwise) {
    try {
      return task.get();
    } catch (ResponseErrorException refused) {
      throw refused;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError bug) {
      if (client != null) {
        client.logMessage(new MessageParams(MessageType.Error, "dlc has a bug: " + bug));
      }
      return otherwise;
    }
  }

  /** What is at a position of an open text. */
  private record Place(FileIndex file, Names names, int offset) {}

  private Optional<Place> place(String uri, Position position) {
    return workspace
        .source(uri)
        .map(
            source -> {
              FileIndex file = workspace.index(source);
              Names names = new Names(file, workspace.program(source));
              return new Place(file, names, Positions.offset(source, position));
            });
  }

  private <T extends @Nullable Object> CompletableFuture<T> answer(Supplier<T> task, T otherwise) {
    return CompletableFuture.supplyAsync(() -> guarded(task, otherwise));
  }

  /** The same, where there may be no answer, which the protocol calls null. */
  private <T> CompletableFuture<@Nullable T> answerIfAny(Supplier<Optional<T>> task) {
    return CompletableFuture.<@Nullable T>supplyAsync(
        () -> guarded(task, Optional.empty()).orElse(null));
  }

  @Override
  public CompletableFuture<@Nullable Hover> hover(HoverParams params) {
    String uri = params.getTextDocument().getUri();
    return answerIfAny(
        () ->
            place(uri, params.getPosition())
                .flatMap(
                    at ->
                        Hovers.at(
                            at.offset(),
                            at.file(),
                            at.names(),
                            Optional.ofNullable(analyses.get(uri)))));
  }

  @Override
  public CompletableFuture<Either<List<CompletionItem>, CompletionList>> completion(
      CompletionParams params) {
    return answer(
        () ->
            Either.forLeft(
                place(params.getTextDocument().getUri(), params.getPosition())
                    .map(at -> Completions.at(at.offset(), at.file(), at.names()))
                    .orElse(List.of())),
        Either.forLeft(List.of()));
  }

  @Override
  public CompletableFuture<Either<List<? extends Location>, List<? extends LocationLink>>>
      definition(DefinitionParams params) {
    return answer(
        () ->
            Either.forLeft(
                place(params.getTextDocument().getUri(), params.getPosition())
                    .flatMap(this::definition)
                    .map(List::of)
                    .orElse(List.of())),
        Either.forLeft(List.of()));
  }

  private Optional<Location> definition(Place at) {
    SourceFile source = at.file().source();
    for (FileIndex.Import each : at.file().imports()) {
      if (each.span().start() <= at.offset() && at.offset() <= each.span().end()) {
        return workspace
            .file(source, each.path())
            .map(
                file ->
                    new Location(workspace.uri(file), new Range(new Position(), new Position())));
      }
    }
    return at.names()
        .at(at.offset())
        .map(
            symbol ->
                new Location(workspace.uri(symbol.name().source()), Positions.of(symbol.name())));
  }

  @Override
  public CompletableFuture<
          @Nullable Either3<Range, PrepareRenameResult, PrepareRenameDefaultBehavior>>
      prepareRename(PrepareRenameParams params) {
    return answerIfAny(
        () ->
            place(params.getTextDocument().getUri(), params.getPosition())
                .flatMap(
                    at ->
                        at.names()
                            .at(at.offset())
                            .map(
                                symbol -> {
                                  new Renaming(workspace).requireOwn(symbol);
                                  Lexeme word =
                                      at.file().words().get(at.file().wordAt(at.offset()));
                                  return Either3
                                      .<Range, PrepareRenameResult, PrepareRenameDefaultBehavior>
                                          forFirst(Positions.of(word.span()));
                                })));
  }

  @Override
  public CompletableFuture<@Nullable WorkspaceEdit> rename(RenameParams params) {
    return answerIfAny(
        () ->
            place(params.getTextDocument().getUri(), params.getPosition())
                .flatMap(
                    at ->
                        at.names()
                            .at(at.offset())
                            .map(
                                symbol ->
                                    new Renaming(workspace)
                                        .to(params.getNewName(), symbol, at.file()))));
  }

  @Override
  public CompletableFuture<List<? extends TextEdit>> formatting(DocumentFormattingParams params) {
    return answer(
        () ->
            workspace
                .source(params.getTextDocument().getUri())
                .map(DlTexts::formatted)
                .orElse(List.of()),
        List.of());
  }

  /** A text that is not dl yet stays as it is. */
  private static List<TextEdit> formatted(SourceFile source) {
    try {
      String text = Formatter.format(source);
      return text.equals(source.text())
          ? List.of()
          : List.of(new TextEdit(Positions.whole(source), text));
    } catch (CompilationFailed _) {
      return List.of();
    }
  }

  @Override
  public CompletableFuture<List<Either<SymbolInformation, DocumentSymbol>>> documentSymbol(
      DocumentSymbolParams params) {
    return answer(
        () ->
            workspace
                .source(params.getTextDocument().getUri())
                .map(source -> Outlines.of(workspace.index(source)))
                .orElse(List.of())
                .stream()
                .map(Either::<SymbolInformation, DocumentSymbol>forRight)
                .toList(),
        List.of());
  }
}
