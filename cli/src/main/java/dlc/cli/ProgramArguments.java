// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.ModelFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which program, and with which params. */
final class ProgramArguments {

  @Parameters(index = "0", paramLabel = "FILE", description = "A program, such as digits.dl.")
  private Path file;

  @Option(
      names = "-D",
      paramLabel = "NAME=VALUE",
      description = "Set a param of the program; may be given often.")
  private Map<String, String> params = new LinkedHashMap<>();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Which model of the file (default: the one that is trained).")
  private Optional<String> model;

  Path file() {
    return file;
  }

  Optional<String> model() {
    return model;
  }

  Map<String, String> params() {
    return params;
  }

  /** Reads and checks the program. */
  ModelFile load() {
    return ModelFile.load(file, params);
  }
}
