// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.cpu.CpuBackend;
import dlc.driver.Compiler;
import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.interp.Inputs;
import dlc.ir.kernel.KernelProgram;
import dlc.runtime.Backend;
import dlc.runtime.Executable;
import dlc.runtime.ModelState;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Runs the kernels of a model one by one on the processor and on a device, from the same memory,
 * and compares what each writes.
 *
 * <p>Since every kernel starts from the processor's numbers, the one that differs is the one to
 * blame.
 */
public final class Crosscheck implements AutoCloseable {

  private static final String STEP = "train_step";

  /**
   * What was found.
   *
   * @param kernels how many kernels a step has
   * @param runs how many runs of kernels were compared
   * @param largest the largest difference, relative to the largest element beside it
   * @param difference the first one that is too large
   */
  public record Report(
      int kernels, int runs, double largest, Optional<KernelDifference> difference) {}

  /**
   * What is compared.
   *
   * @param batch how many samples a step has
   * @param steps how many steps are taken
   * @param tolerance relative to the largest element of a buffer
   */
  public record Options(int batch, int steps, double tolerance) {}

  private final Options options;
  private final CpuBackend cpu;
  private final Backend device;

  /** Compares with {@code device}, which is not closed. */
  public Crosscheck(Backend device, Options options) {
    this.options = options;
    this.device = device;
    this.cpu = new CpuBackend(CpuBackend.host(), 1);
  }

  /** Compares {@code init} and some steps of training on random data. */
  public Report run(CheckedModel model) {
    boolean trains = model.train().flatMap(train -> train.loss()).isPresent();
    ProgramOptions plain = ProgramOptions.of(options.batch);
    Program program = model.program(trains ? plain : plain.withLoss("mean(output * output)"));
    KernelProgram kernels = Compiler.of(device.target()).compile(program, List.of("init", STEP));
    KernelProgram apart = SingleCalls.of(kernels);
    try (ModelState cpuState = cpu.reserve(kernels.stateBytes());
        ModelState deviceState = device.reserve(kernels.stateBytes());
        Executable expected = cpu.load(apart, cpuState);
        Executable actual = device.load(apart, deviceState)) {
      return compare(program, kernels, expected, actual);
    }
  }

  private Report compare(
      Program program, KernelProgram kernels, Executable expected, Executable actual) {
    int runs = 0;
    double largest = 0;
    for (int step = 0; step <= options.steps; step++) {
      String name = step == 0 ? "init" : STEP;
      KernelProgram.Entry entry =
          kernels.entries().stream()
              .filter(each -> each.name().equals(name))
              .findFirst()
              .orElseThrow();
      Map<String, double[]> inputs = inputs(program.entry(name).orElseThrow(), step);
      entry
          .inputs()
          .forEach(
              (input, slot) ->
                  BackendMachine.write(
                      expected.slot(SingleCalls.inputs(name), input),
                      slot.type(),
                      Objects.requireNonNull(inputs.get(input))));
      for (int i = 0; i < entry.calls().size(); i++) {
        KernelRun run =
            new KernelRun(entry.calls().get(i), SingleCalls.name(name, i), kernels.constants());
        Optional<KernelDifference> difference =
            run.compare(expected, actual, options.tolerance, step);
        runs++;
        largest = Math.max(largest, run.largest());
        if (difference.isPresent()) {
          return new Report(kernels.kernels().size(), runs, largest, difference);
        }
      }
    }
    return new Report(kernels.kernels().size(), runs, largest, Optional.empty());
  }

  private static Map<String, double[]> inputs(Graph graph, int step) {
    Map<String, double[]> inputs = new HashMap<>(Inputs.random(graph, step));
    Map<String, Double> settings =
        Map.of("lr", 0.01, "seed", 1.0, "step", (double) step, "epoch", 0.0, "epochs", 1.0);
    settings.forEach(
        (name, value) -> inputs.computeIfPresent(name, (_, _) -> new double[] {value}));
    return inputs;
  }

  /** How far two blocks of the same type may be apart by rounding alone. */
  static double rounding(DType type) {
    return switch (type) {
      case F32, F64, I32, U8, BOOL -> 0;
      case F16 -> 0x1p-10;
      case BF16 -> 0x1p-7;
    };
  }

  /** All of {@code from} in {@code to}. */
  static void copy(MemorySegment from, MemorySegment to) {
    MemorySegment.copy(from, 0, to, 0, from.byteSize());
  }

  @Override
  public void close() {
    cpu.close();
  }
}
