// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The program {@code peer} with one PyTorch's libraries.
 *
 * @param version a folder of libraries
 */
record PyTorch(Home home, String version) {

  /** The one that results are compared with. */
  static final String USUAL = "2.13";

  /** The last is not there on every machine. */
  private static final List<String> VERSIONS = List.of(USUAL, "2.7", "2.13-openblas");

  static PyTorch usual(Home home) {
    return new PyTorch(home, USUAL);
  }

  /** Every PyTorch of this machine. */
  static List<PyTorch> all(Home home) {
    return VERSIONS.stream()
        .filter(version -> Files.isDirectory(home.libraries(version)))
        .map(version -> new PyTorch(home, version))
        .toList();
  }

  /** All settings worth trying for {@code which}; the best of them counts. */
  static List<PeerContender> startAll(Case which, Home home) {
    return startAll(home, which.isConvolutional(), (torch, layout) -> torch.process(which, layout));
  }

  /** The same for the layer on {@code tape}. */
  static List<PeerContender> startAll(Path tape, boolean images, int threads, Home home) {
    return startAll(
        home,
        images,
        (torch, layout) ->
            torch.process("layer", tape.toString(), Integer.toString(threads), layout));
  }

  private static List<PeerContender> startAll(
      Home home, boolean images, BiFunction<PyTorch, String, ProcessBuilder> program) {
    List<PeerContender> contenders = new ArrayList<>();
    for (PyTorch torch : all(home)) {
      for (String layout : images ? List.of("nchw", "nhwc") : List.of("nchw")) {
        String name = torch.version() + " " + layout;
        contenders.add(PeerContender.start(name, program.apply(torch, layout)));
      }
    }
    return contenders;
  }

  /** The program {@code peer}, see {@link #program}. */
  ProcessBuilder process(String... arguments) {
    return program("peer", arguments);
  }

  /**
   * A program ready to start, with MKL on the same OpenMP threads as the rest of PyTorch, and
   * OpenBLAS on AVX-512, which this version does not find out of newer processors.
   */
  ProcessBuilder program(String name, String... arguments) {
    List<String> command = new ArrayList<>(List.of(home.program(name).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder
        .environment()
        .putAll(
            Map.of(
                "LD_LIBRARY_PATH", home.libraries(version).toString(),
                "MKL_THREADING_LAYER", "GNU",
                "MKL_INTERFACE_LAYER", "LP64"));
    if (Machine.has("avx512f")) {
      builder.environment().put("OPENBLAS_CORETYPE", "SKYLAKEX");
    }
    return builder;
  }

  /** The program for a model. */
  ProcessBuilder process(Case which, String layout) {
    return process(
        "model",
        which.model(),
        Integer.toString(which.batch()),
        Integer.toString(which.threads()),
        layout,
        which.precision());
  }
}
