// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The server as an editor starts it: a process of its own. */
final class LspCommandTest {

  private static final String INITIALIZE =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"capabilities\":{}}}";
  private static final String OPEN =
      "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{\"textDocument\":"
          + "{\"uri\":\"file:///tmp/a.dl\",\"languageId\":\"dl\",\"version\":1,"
          + "\"text\":\"model M(x: f32[4]) { linaer(3) }\"}}}";
  private static final String SHUTDOWN =
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"shutdown\",\"params\":null}";
  private static final String EXIT = "{\"jsonrpc\":\"2.0\",\"method\":\"exit\",\"params\":null}";

  private static Process start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "dlc.cli.Main",
            "lsp")
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void send(OutputStream out, String message) throws IOException {
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    out.write(("Content-Length: " + bytes.length + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
    out.write(bytes);
    out.flush();
  }

  /** The messages that {@code text} is made of, and of nothing else. */
  private static List<String> messages(byte[] bytes) {
    List<String> messages = new ArrayList<>();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    while (!text.isEmpty()) {
      assertThat(text).startsWith("Content-Length: ");
      int end = text.indexOf("\r\n\r\n");
      int length = Integer.parseInt(text.substring(16, text.indexOf("\r\n")).strip());
      messages.add(text.substring(end + 4, end + 4 + length));
      text = text.substring(end + 4 + length);
    }
    return messages;
  }

  @Test
  void speaksTheProtocolAndNothingElse() throws Exception {
    Process process = start();
    OutputStream out = process.getOutputStream();
    send(out, INITIALIZE);
    send(out, OPEN);
    // What is open is looked at on a thread of its own, which leaving does not wait for.
    StringBuilder read = new StringBuilder();
    while (!read.toString().contains("linaer")) {
      int next = process.getInputStream().read();
      assertThat(next).isNotNegative();
      read.append((char) next);
    }
    send(out, SHUTDOWN);
    send(out, EXIT);
    byte[] rest = process.getInputStream().readAllBytes();
    read.append(new String(rest, StandardCharsets.ISO_8859_1));
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    List<String> messages = messages(read.toString().getBytes(StandardCharsets.ISO_8859_1));
    assertThat(process.exitValue()).isZero();
    assertThat(messages.getFirst()).contains("hoverProvider", "renameProvider");
    assertThat(messages).anyMatch(each -> each.contains("E0103") && each.contains("linear"));
  }

  @Test
  void endsWithTheEditor() throws Exception {
    Process process = start();
    send(process.getOutputStream(), INITIALIZE);
    process.getOutputStream().close();
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
  }
}
