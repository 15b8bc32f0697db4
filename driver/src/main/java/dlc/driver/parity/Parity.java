// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.file.JsonTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compares dlc with recorded cases.
 *
 * <p>A case is a folder with a {@code manifest.json}: of a model ({@code optimizers}), of single
 * ops ({@code ops}), or of learning rates ({@code traces}).
 */
public final class Parity {

  private static final String MANIFEST = "manifest.json";

  private Parity() {}

  /** The cases that {@code folder} is or holds, in the order of names. */
  public static List<Path> cases(Path folder) {
    if (Files.isRegularFile(folder.resolve(MANIFEST))) {
      return List.of(folder);
    }
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> cases =
          entries.filter(each -> Files.isRegularFile(each.resolve(MANIFEST))).sorted().toList();
      if (!cases.isEmpty()) {
        return cases;
      }
    } catch (IOException _) {
      // Reported with the same words as a folder without cases.
    }
    throw new UserError(Code.DATA_NOT_FOUND, folder.resolve(MANIFEST))
        .help("a case is a folder with a manifest.json");
  }

  /** Runs the case in {@code folder}. */
  public static CaseReport run(Path folder, Machine machine) {
    JsonTree manifest = JsonTree.read(folder.resolve(MANIFEST));
    ReportBuilder report = new ReportBuilder(name(folder));
    if (manifest.find("optimizers").isPresent()) {
      new ModelParity(ModelCase.read(folder, manifest), machine, report).run();
    } else if (manifest.find("ops").isPresent()) {
      new OpParity(folder, machine, report).run(manifest.get("ops"));
    } else if (manifest.find("traces").isPresent()) {
      new ScheduleParity(machine, report).run(manifest.get("traces"));
    } else {
      throw new UserError(
          Code.DATA_MALFORMED, folder.resolve(MANIFEST), "it has no optimizers, ops or traces");
    }
    return report.build();
  }

  private static String name(Path folder) {
    try {
      return folder.toRealPath().getFileName().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
