// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.ModelFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
  private List<String> params = List.of();

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

  /** The values of params by name; of several for one, the last counts. */
  Map<String, String> params() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String param : params) {
      int sign = param.indexOf('=');
      if (sign < 1) {
        throw new UserError(Code.BAD_OPTION, "-D needs NAME=VALUE, found '" + param + "'")
            .help("as in -D width=128");
      }
      values.put(param.substring(0, sign), param.substring(sign + 1));
    }
    return values;
  }

  /** Reads and checks the program. */
  ModelFile load() {
    return ModelFile.load(file, params());
  }
}
