// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** PyTorch in a process of its own, which waits while others are measured. */
final class PyTorchContender implements Contender {

  private final String name;
  private final Process process;
  private final Writer requests;
  private final BufferedReader answers;

  private PyTorchContender(String name, Process process) {
    this.name = name;
    this.process = process;
    this.requests = process.outputWriter();
    this.answers = process.inputReader();
  }

  /** All settings worth trying for {@code which}; the best of them counts. */
  static List<PyTorchContender> startAll(Case which, Home home) {
    List<PyTorchContender> contenders = new ArrayList<>();
    for (PyTorch torch : PyTorch.all(home)) {
      for (String layout : layouts(which.isConvolutional())) {
        contenders.add(start(torch, layout, torch.process(which, layout)));
      }
    }
    return contenders;
  }

  /** The same for the layer on {@code tape}. */
  static List<PyTorchContender> startAll(Path tape, boolean images, int threads, Home home) {
    List<PyTorchContender> contenders = new ArrayList<>();
    for (PyTorch torch : PyTorch.all(home)) {
      for (String layout : layouts(images)) {
        ProcessBuilder process =
            torch.process("layer", tape.toString(), Integer.toString(threads), layout);
        contenders.add(start(torch, layout, process));
      }
    }
    return contenders;
  }

  private static List<String> layouts(boolean images) {
    return images ? List.of("nchw", "nhwc") : List.of("nchw");
  }

  private static PyTorchContender start(PyTorch torch, String layout, ProcessBuilder process) {
    try {
      return new PyTorchContender(torch.version() + " " + layout, process.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
        throw new IllegalStateException("PyTorch " + name + " ended");
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException("PyTorch " + name, e);
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
