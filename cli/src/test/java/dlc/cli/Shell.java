// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a command line, run in this process, came to. */
record Shell(int code, String out, String err) {

  private static final String OUT = "out.txt";
  private static final String ERR = "err.txt";

  static {
    // What reaches this process is for those who run the tests; a command would take it from them.
    System.setIn(InputStream.nullInputStream());
  }

  static Shell dlc(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new Shell(code, out.toString(), err.toString());
  }

  /** Runs dlc in {@code folder} in a process of its own, to whose environment are added some. */
  static Shell inProcess(Path folder, Map<String, String> environment, Object... arguments)
      throws IOException, InterruptedException {
    return ended(folder, start(folder, environment, arguments));
  }

  /** Begins to run dlc in {@code folder}, where it leaves what it says. */
  static Process start(Path folder, Map<String, String> environment, Object... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(folder.resolve(OUT).toFile())
            .redirectError(folder.resolve(ERR).toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Does what Ctrl-C on a terminal does: it reaches a process and all that it has started. */
  static void interrupt(Process process) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-INT", Long.toString(process.pid())));
    process.descendants().map(each -> Long.toString(each.pid())).forEach(command::add);
    new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /**
   * Whether Ctrl-C does anything here: shells have what they start in the background ignore it, and
   * what that starts in turn.
   */
  static boolean hearsInterrupts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).trim(), 16))
        .noneMatch(ignored -> (ignored & 2) != 0);
  }

  /** What a process in {@code folder} said last about what it does. */
  static String said(Path folder) throws IOException {
    return said(folder, ERR);
  }

  /** What a process in {@code folder} came to that has ended. */
  static Shell ended(Path folder, Process process) throws IOException, InterruptedException {
    return new Shell(process.waitFor(), said(folder, OUT), said(folder, ERR));
  }

  private static String said(Path folder, String file) throws IOException {
    return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
  }
}
