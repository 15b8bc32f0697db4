// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.file.Csv;
import java.nio.file.Path;
import java.util.List;

/** A table of numbers and texts, one column of which is the target. */
final class CsvSource implements Source {

  private static final List<String> PARAMETERS =
      List.of("file", "label", "features", "header", "task", "missing", "separator");

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    Options options = options(spec);
    Csv csv = read(options, request.paths());
    return Parts.of(CsvEncoding.learn(csv, options).encode(csv));
  }

  @Override
  public Dataset loadTest(SourceSpec test, SourceSpec training, DataRequest request) {
    CsvEncoding encoding = encoding(training, request.paths());
    return encoding.encode(read(options(test), request.paths()));
  }

  /** How the table of {@code spec} becomes numbers. */
  static CsvEncoding encoding(SourceSpec spec, DataPaths paths) {
    Options options = options(spec);
    return CsvEncoding.learn(read(options, paths), options);
  }

  private static Options options(SourceSpec spec) {
    return Options.of(spec, PARAMETERS);
  }

  private static Csv read(Options options, DataPaths paths) {
    Path path = paths.resolve(options.text("file"));
    String separator = options.text("separator", ",");
    if (separator.length() != 1) {
      throw new UserError(Code.BAD_ARGUMENT, "csv", "separator must be one character");
    }
    return Csv.read(path, separator.charAt(0), options.flag("header", true));
  }
}
