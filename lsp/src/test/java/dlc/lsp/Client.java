// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DidChangeTextDocumentParams;
import org.eclipse.lsp4j.DidOpenTextDocumentParams;
import org.eclipse.lsp4j.InitializeParams;
import org.eclipse.lsp4j.InitializedParams;
import org.eclipse.lsp4j.MessageActionItem;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.ShowMessageRequestParams;
import org.eclipse.lsp4j.TextDocumentContentChangeEvent;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.eclipse.lsp4j.TextDocumentItem;
import org.eclipse.lsp4j.VersionedTextDocumentIdentifier;
import org.eclipse.lsp4j.launch.LSPLauncher;
import org.eclipse.lsp4j.services.LanguageClient;
import org.eclipse.lsp4j.services.LanguageServer;

/** An editor, as far as the server sees one: LSP4J's client at the other end of two pipes. */
final class Client implements LanguageClient, AutoCloseable {

  private static final int PIPE = 1 << 16;

  private final Map<String, BlockingQueue<List<Diagnostic>>> problems = new ConcurrentHashMap<>();
  private final List<String> logged = new ArrayList<>();
  private final LanguageServer server;
  private final CompletableFuture<Boolean> ended;
  private int version;

  private Client(InputStream in, OutputStream out, CompletableFuture<Boolean> ended) {
    this.ended = ended;
    var launcher = LSPLauncher.createClientLauncher(this, in, out);
    this.server = launcher.getRemoteProxy();
    launcher.startListening();
  }

  /** A client of a server that runs in this process. */
  static Client start() throws Exception {
    PipedInputStream toServer = new PipedInputStream(PIPE);
    PipedInputStream toClient = new PipedInputStream(PIPE);
    PipedOutputStream fromClient = new PipedOutputStream(toServer);
    PipedOutputStream fromServer = new PipedOutputStream(toClient);
    CompletableFuture<Boolean> ended =
        CompletableFuture.supplyAsync(() -> DlServer.serve(toServer, fromServer));
    Client client = new Client(toClient, fromClient, ended);
    client.server.initialize(new InitializeParams()).get(30, TimeUnit.SECONDS);
    client.server.initialized(new InitializedParams());
    return client;
  }

  LanguageServer server() {
    return server;
  }

  List<String> logged() {
    return logged;
  }

  static TextDocumentIdentifier id(String uri) {
    return new TextDocumentIdentifier(uri);
  }

  void open(String uri, String text) {
    server
        .getTextDocumentService()
        .didOpen(new DidOpenTextDocumentParams(new TextDocumentItem(uri, "dl", 0, text)));
  }

  void change(String uri, String text) {
    server
        .getTextDocumentService()
        .didChange(
            new DidChangeTextDocumentParams(
                new VersionedTextDocumentIdentifier(uri, ++version),
                List.of(new TextDocumentContentChangeEvent(text))));
  }

  /** The next problems that the server reports for {@code uri}. */
  List<Diagnostic> problems(String uri) throws InterruptedException {
    List<Diagnostic> next = queue(uri).poll(60, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("the server reports nothing about " + uri);
    }
    return next;
  }

  private BlockingQueue<List<Diagnostic>> queue(String uri) {
    return problems.computeIfAbsent(uri, _ -> new LinkedBlockingQueue<>());
  }

  /** Where {@code wanted} stands in {@code text}, for the {@code nth} time. */
  static Position find(String text, String wanted, int nth) {
    int offset = -1;
    for (int i = 0; i <= nth; i++) {
      offset = text.indexOf(wanted, offset + 1);
    }
    if (offset < 0) {
      throw new AssertionError(wanted);
    }
    return at(text, offset);
  }

  static Position at(String text, int offset) {
    String before = text.substring(0, offset);
    int line = (int) before.chars().filter(c -> c == '\n').count();
    return new Position(line, offset - before.lastIndexOf('\n') - 1);
  }

  @Override
  public void publishDiagnostics(PublishDiagnosticsParams params) {
    queue(params.getUri()).add(params.getDiagnostics());
  }

  @Override
  public void logMessage(MessageParams message) {
    logged.add(message.getMessage());
  }

  @Override
  public void showMessage(MessageParams message) {}

  @Override
  public void telemetryEvent(Object object) {}

  @Override
  public CompletableFuture<MessageActionItem> showMessageRequest(ShowMessageRequestParams params) {
    return CompletableFuture.completedFuture(new MessageActionItem(""));
  }

  @Override
  public void close() throws IOException {
    server.shutdown().join();
    server.exit();
    if (!ended.join()) {
      throw new AssertionError("the server did not notice that it was shut down");
    }
  }
}
