// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Locale;

/** A program of {@code peer} in a process of its own, which waits while others are measured. */
final class PeerContender implements Contender {

  private final String name;
  private final Process process;
  private final Writer requests;
  private final BufferedReader answers;

  private PeerContender(String name, Process process) {
    this.name = name;
    this.process = process;
    this.requests = process.outputWriter();
    this.answers = process.inputReader();
  }

  static PeerContender start(String name, ProcessBuilder program) {
    try {
      return new PeerContender(name, program.start());
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public double round(Work work, double seconds) {
    String[] words = ask(String.format(Locale.ROOT, "%s %.6f", work.request(), seconds)).split(" ");
    if (!Double.isFinite(Double.parseDouble(words[1]))) {
      throw new IllegalStateException(name + ": the result is " + words[1]);
    }
    return Double.parseDouble(words[0]);
  }

  /** Writes what it computes into {@code file}. */
  void dump(Path file) {
    ask("dump " + file);
  }

  private String ask(String request) {
    try {
      requests.write(request + "\n");
      requests.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException(name + " ended");
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  @Override
  public void close() {
    try {
      requests.close();
      process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
