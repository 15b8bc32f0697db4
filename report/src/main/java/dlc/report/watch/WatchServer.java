// SPDX-License-Identifier: Apache-2.0
package dlc.report.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dlc.base.Code;
import dlc.base.UserError;
import dlc.report.Run;
import dlc.report.RunFolder;
import dlc.report.page.Page;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Shows the page of a run that may be under way, and keeps it up to date.
 *
 * <p>It answers this machine alone, and only to be read: what it shows are the run's files.
 */
public final class WatchServer implements AutoCloseable {

  private final RunFolder folder;
  private final HttpServer server;

  private WatchServer(RunFolder folder, HttpServer server) {
    this.folder = folder;
    this.server = server;
  }

  /**
   * Begins to answer.
   *
   * @param port where, or 0 for any that is free
   */
  public static WatchServer start(RunFolder folder, int port) {
    folder.read();
    try {
      InetSocketAddress address = new InetSocketAddress(loopback(), port);
      WatchServer watch = new WatchServer(folder, HttpServer.create(address, 0));
      watch.server.createContext("/", watch::answer);
      watch.server.start();
      return watch;
    } catch (IOException failure) {
      throw new UserError(Code.BAD_OPTION, "--port %d: %s".formatted(port, failure.getMessage()))
          .help("another program listens there; choose another port, or 0 for any that is free");
    }
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
  }

  /** Where a browser finds the page. */
  public URI address() {
    return URI.create("http://127.0.0.1:%d/".formatted(server.getAddress().getPort()));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, 405, "text/plain", () -> "only to be read\n");
        return;
      }
      // A page elsewhere whose name leads here must not read what is for this machine.
      String host = String.valueOf(exchange.getRequestHeaders().getFirst("Host"));
      if (!host.matches("(127\\.0\\.0\\.1|localhost)(:\\d+)?")) {
        send(exchange, 403, "text/plain", () -> "this is " + address() + "\n");
        return;
      }
      switch (exchange.getRequestURI().getPath()) {
        case "/", "/index.html" ->
            send(exchange, 200, "text/html", () -> Page.of(folder.read().name(), runs()).html());
        case "/runs.json" -> send(exchange, 200, "application/json", () -> runs().toString());
        default -> send(exchange, 404, "text/plain", () -> "there is no such page\n");
      }
    }
  }

  private ArrayNode runs() {
    Run run = folder.read();
    ObjectNode json = run.json();
    json.put("watched", true);
    json.put("live", run.state() == Run.State.UNFINISHED && folder.hasChangedLately());
    return JsonNodeFactory.instance.arrayNode().add(json);
  }

  private static void send(HttpExchange exchange, int code, String type, Supplier<String> content)
      throws IOException {
    int status = code;
    byte[] body;
    try {
      body = content.get().getBytes(StandardCharsets.UTF_8);
    } catch (UserError failure) {
      status = 503;
      body = (failure.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
    }
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.sendResponseHeaders(status, isHead ? -1 : body.length);
    if (!isHead) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
