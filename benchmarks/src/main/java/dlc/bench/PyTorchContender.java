// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** PyTorch in a process of its own, which waits while others are measured. */
final class PyTorchContender implements Contender {

  /** Folders of libraries; the last is not there on every machine. */
  private static final List<String> VERSIONS = List.of("2.13", "2.7", "2.13-openblas");

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
  static List<Contender> startAll(Case which, Path home) {
    List<String> layouts = which.isConvolutional() ? List.of("nchw", "nhwc") : List.of("nchw");
    List<Contender> contenders = new ArrayList<>();
    for (String version : VERSIONS) {
      if (!Files.isDirectory(libraries(home, version))) {
        continue;
      }
      for (String layout : layouts) {
        contenders.add(start(which, home, version, layout));
      }
    }
    return contenders;
  }

  private static PyTorchContender start(Case which, Path home, String version, String layout) {
    ProcessBuilder builder = process(which, home, version, layout);
    try {
      return new PyTorchContender("PyTorch " + version + " " + layout, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path libraries(Path home, String version) {
    return home.resolve("target").resolve("libraries").resolve(version);
  }

  /**
   * The program {@code peer}, with MKL on the same OpenMP threads as the rest of PyTorch, and
   * OpenBLAS on AVX-512, which this version does not find out of newer processors.
   */
  static ProcessBuilder process(Case which, Path home, String version, String layout) {
    ProcessBuilder builder = peer(home, version);
    builder
        .command()
        .addAll(
            List.of(
                which.model(),
                Integer.toString(which.batch()),
                Integer.toString(which.threads()),
                layout));
    return builder;
  }

  /** The program alone; its arguments are to be added. */
  static ProcessBuilder peer(Path home, String version) {
    List<String> command =
        new ArrayList<>(List.of(home.resolve("target").resolve("peer").toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder
        .environment()
        .putAll(
            Map.of(
                "LD_LIBRARY_PATH", libraries(home, version).toString(),
                "MKL_THREADING_LAYER", "GNU",
                "MKL_INTERFACE_LAYER", "LP64"));
    if (Machine.has("avx512f")) {
      builder.environment().put("OPENBLAS_CORETYPE", "SKYLAKEX");
    }
    return builder;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public double round(double seconds) {
    try {
      requests.write(String.format(Locale.ROOT, "%.6f%n", seconds));
      requests.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException(name + " ended");
      }
      String[] words = answer.split(" ");
      if (!Double.isFinite(Double.parseDouble(words[1]))) {
        throw new IllegalStateException(name + ": the loss is " + words[1]);
      }
      return Double.parseDouble(words[0]);
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
