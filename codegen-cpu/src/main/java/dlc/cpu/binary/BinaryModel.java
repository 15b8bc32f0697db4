// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.runtime.data.Split;
import dlc.runtime.train.EarlyStop;
import dlc.runtime.train.Metric;
import dlc.runtime.train.Task;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All that a program says of its model beside machine code.
 *
 * @param devices the same for OpenCL devices, where the program is to run on such, too
 * @param states weights and buffers in the order of the text, then what the optimizer keeps
 * @param slots where states lie
 * @param params the program's params with the values that it was compiled with
 * @param steered those of them that are told when the program starts
 * @param layers the name of each layer and what it gives
 * @param embedded weights inside the program, as a safetensors file
 */
public record BinaryModel(
    Identity identity,
    Map<String, TensorType> states,
    Map<String, KernelProgram.Slot> slots,
    long stateBytes,
    long weightCount,
    List<Version> versions,
    List<DeviceVersion> devices,
    Map<String, TensorType> inputs,
    Optional<TensorType> target,
    String output,
    Optional<Data> data,
    Optional<Training> training,
    Scoring scoring,
    Map<String, String> params,
    Steered steered,
    Map<String, String> layers,
    Optional<byte[]> embedded) {

  /**
   * What the program is called.
   *
   * @param compiler the version of dlc
   * @param file the program's file, without its folder
   */
  public record Identity(String model, String compiler, String file) {}

  /**
   * The machine code for one kind of processor.
   *
   * @param level of x86-64; 0 is code that needs nothing in particular
   */
  public record Version(String name, int level, Target target, List<Code> code) {
    public Version {
      code = List.copyOf(code);
    }
  }

  /** An entry point for one batch size: the only one of {@code program}. */
  public record Code(int batch, KernelProgram program) {
    KernelProgram.Entry entry() {
      return program.entries().getFirst();
    }
  }

  /**
   * The program for one kind of OpenCL devices.
   *
   * @param vectorBytes how long the vectors of the processors are that it suits; 0 for all devices
   *     that are no processors
   */
  public record DeviceVersion(String name, int vectorBytes, List<DeviceCode> code) {
    public DeviceVersion {
      code = List.copyOf(code);
    }
  }

  /**
   * An entry point for one batch size in OpenCL C.
   *
   * @param tellsSteps whether functions take the first and last step that they are to run
   * @param landmarks the lines at which kernels begin, with what to call these
   * @param workBytes with the constants, which lie at {@code constantsAt}
   */
  public record DeviceCode(
      int batch,
      KernelProgram program,
      String text,
      boolean tellsSteps,
      boolean needsDoubles,
      List<DeviceLaunch> launches,
      Map<Integer, String> landmarks,
      long workBytes,
      long constantsAt,
      Content constants) {
    public DeviceCode {
      launches = List.copyOf(launches);
      landmarks = Collections.unmodifiableMap(new LinkedHashMap<>(landmarks));
    }

    KernelProgram.Entry entry() {
      return program.entries().getFirst();
    }
  }

  /**
   * A function of that text, the steps that it is to run, how many turns these make, how many
   * work-items a group for one of them must have, or 0, and how much memory these share.
   */
  public record DeviceLaunch(
      String function, int first, int last, int turns, int items, long sharedBytes) {}

  /**
   * Where samples come from.
   *
   * @param options the source's arguments by name, lists as one argument for each element
   * @param test the source of the test part, where it is apart
   */
  public record Data(String kind, List<Map.Entry<String, String>> options, Optional<Data> test) {
    public Data {
      options = List.copyOf(options);
    }

    /** What a program reads or makes by itself. */
    public static final List<String> KINDS =
        List.of(
            "cifar10",
            "cifar100",
            "mnist",
            "fashion_mnist",
            "csv",
            "npy",
            "safetensors",
            "digits",
            "spirals",
            "random");
  }

  /**
   * How training goes, as the program says.
   *
   * @param folds of cross-validation; 0 is none
   */
  public record Training(
      String optimizer,
      String loss,
      int batch,
      OptionalInt epochs,
      OptionalInt steps,
      int seed,
      double lr,
      boolean dropLast,
      Split split,
      int folds,
      int accumulate,
      boolean hasSchedule,
      Optional<EarlyStop> early,
      Saved saved) {}

  /** Which checkpoints are written: after so many epochs, how many stay, and whether the best. */
  public record Saved(int every, int kept, boolean keepsBest) {}

  /** One step of a calculation in reverse Polish notation; {@code model.h} has the kinds. */
  public record Term(Kind kind, double value) {

    /** In the order of {@code model.h}. */
    public enum Kind {
      NUMBER,
      PARAM,
      ADD,
      SUBTRACT,
      MULTIPLY,
      DIVIDE,
      EQUAL,
      UNEQUAL,
      LESS,
      AT_MOST,
      GREATER,
      AT_LEAST
    }
  }

  /**
   * A number that follows from params.
   *
   * @param name the setting that gets it; of a comparison its text
   * @param holds what a comparison must say
   */
  public record Formula(String name, List<Term> terms, boolean holds) {
    public Formula {
      terms = List.copyOf(terms);
    }
  }

  /**
   * Params that are flags of the program.
   *
   * @param presets their values without the flag
   * @param aliases those that are another way to say an option
   * @param formulas the settings that follow from them
   * @param constraints comparisons that must stay as they were
   */
  public record Steered(
      Map<String, Double> presets,
      Map<String, String> aliases,
      List<Formula> formulas,
      List<Formula> constraints) {

    /** All params are fixed. */
    public static final Steered NONE = new Steered(Map.of(), Map.of(), List.of(), List.of());

    public Steered {
      presets = Collections.unmodifiableMap(new LinkedHashMap<>(presets));
      aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
      formulas = List.copyOf(formulas);
      constraints = List.copyOf(constraints);
    }
  }

  /** What makes probabilities of an output. */
  public enum Link {
    SOFTMAX,
    EXP,
    SIGMOID,
    NONE
  }

  /** What outputs mean. */
  public record Scoring(Task task, Link link, List<Metric> metrics, List<String> classes) {
    public Scoring {
      metrics = List.copyOf(metrics);
      classes = List.copyOf(classes);
    }
  }

  public BinaryModel {
    states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
    slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
    versions = List.copyOf(versions);
    devices = List.copyOf(devices);
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
    layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
  }

  /** Whether some version has the entry point {@code name}. */
  boolean has(String name) {
    return versions.stream()
        .flatMap(version -> version.code().stream())
        .anyMatch(code -> code.entry().name().equals(name));
  }
}
