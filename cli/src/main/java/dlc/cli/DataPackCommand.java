// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.Workbench;
import dlc.runtime.data.Loaded;
import dlc.runtime.data.Packing;
import dlc.runtime.file.AtomicFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc data pack}. */
@Command(
    name = "pack",
    description = "Writes the data that FILE trains and tests on as arrays into one file.",
    footer = {
      "",
      "It prints the setting 'data' that reads them. What is held out for validation is packed"
          + " with",
      "the training part, from which the program takes it.",
      "",
      "Example:",
      "  dlc data pack samples/digits.dl -o digits-data.safetensors"
    })
final class DataPackCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private RunArguments run;

  @Option(
      names = "-o",
      paramLabel = "OUT",
      required = true,
      description = "The file to write, in the safetensors format.")
  private Path file;

  @Override
  public Integer call() {
    AtomicFile.requireWritable(file);
    try (Workbench bench = run.open()) {
      Loaded data = bench.wholeData();
      data.notes().forEach(note -> output.note("note: " + note));
      output.out().println(Packing.write(file, data));
      output.note(
          "wrote %s samples to train on%s to %s"
              .formatted(
                  Words.count(data.training().size()),
                  data.test()
                      .map(test -> " and %s to test".formatted(Words.count(test.size())))
                      .orElse(""),
                  file));
    }
    return 0;
  }
}
