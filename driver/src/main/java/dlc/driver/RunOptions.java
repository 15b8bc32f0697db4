// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.passes.Pipeline;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a run may say beside its program.
 *
 * @param model which model of the file, where there are several
 * @param data where relative paths of data are looked up first
 * @param environment where they are looked up next
 * @param batch instead of the program's
 * @param seed instead of the program's
 * @param threads how many threads compute
 * @param device a name of {@link Devices}
 * @param cpu a name of {@link Processor}
 * @param observer hears of every pass
 * @param code how machine code is made
 */
public record RunOptions(
    Optional<String> model,
    Optional<Path> data,
    Optional<Path> environment,
    OptionalInt batch,
    OptionalLong seed,
    int threads,
    String device,
    String cpu,
    Pipeline.Observer observer,
    CodeOptions code) {

  private static final int MOST_THREADS = 1024;

  public RunOptions {
    device = Devices.chosen(device);
    Processor.requireKnown(cpu);
    if (threads < 1 || threads > MOST_THREADS) {
      throw new UserError(
          Code.BAD_OPTION,
          "--threads is %d, it must be from 1 to %d".formatted(threads, MOST_THREADS));
    }
    if (batch.isPresent() && batch.getAsInt() < 1) {
      throw new UserError(
          Code.BAD_OPTION, "--batch is %d, it must be at least 1".formatted(batch.getAsInt()));
    }
  }

  /** What the program says, on all cores of this processor. */
  public static RunOptions usual() {
    return new RunOptions(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalLong.empty(),
        Runtime.getRuntime().availableProcessors(),
        Devices.CPU,
        Processor.NATIVE,
        Pipeline.SILENT,
        CodeOptions.USUAL);
  }

  public RunOptions withModel(String name) {
    return new RunOptions(
        Optional.of(name), data, environment, batch, seed, threads, device, cpu, observer, code);
  }

  public RunOptions withData(Path folder) {
    return new RunOptions(
        model, Optional.of(folder), environment, batch, seed, threads, device, cpu, observer, code);
  }

  public RunOptions withBatch(int size) {
    return new RunOptions(
        model, data, environment, OptionalInt.of(size), seed, threads, device, cpu, observer, code);
  }

  public RunOptions withSeed(long value) {
    return new RunOptions(
        model,
        data,
        environment,
        batch,
        OptionalLong.of(value),
        threads,
        device,
        cpu,
        observer,
        code);
  }

  public RunOptions withThreads(int count) {
    return new RunOptions(
        model, data, environment, batch, seed, count, device, cpu, observer, code);
  }

  public RunOptions withDevice(String name) {
    return new RunOptions(
        model, data, environment, batch, seed, threads, name, cpu, observer, code);
  }

  public RunOptions withCode(CodeOptions options) {
    return new RunOptions(
        model, data, environment, batch, seed, threads, device, cpu, observer, options);
  }
}
