// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The folder {@code benchmarks}, and what lies where in it. */
record Home(Path path) {

  Path model(String name) {
    return path.resolve("models").resolve(name + ".dl");
  }

  Path sample(String name) {
    return root().resolve("samples").resolve(name + ".dl");
  }

  Path layers() {
    return path.resolve("layers.txt");
  }

  Path results() {
    return path.resolve("results");
  }

  /** The folder of dlc itself. */
  Path root() {
    return path.toAbsolutePath().getParent();
  }

  /** The command {@code dlc}; $DLC_CLASSPATH may name another build. */
  List<String> dlc() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return Optional.ofNullable(System.getenv("DLC_CLASSPATH"))
        .map(jar -> List.of(java, "--enable-native-access=ALL-UNNAMED", "-cp", jar, "dlc.cli.Main"))
        .orElse(List.of(root().resolve("dlc").toString()));
  }

  /** A program that {@code run} has built. */
  Path program(String name) {
    return path.resolve("target").resolve(name);
  }

  /** The libraries of one PyTorch. */
  Path libraries(String version) {
    return path.resolve("target").resolve("libraries").resolve(version);
  }
}
