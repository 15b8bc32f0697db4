// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.SideBySide;
import dlc.cpu.binary.Binary;
import dlc.cpu.binary.BinaryModel;
import dlc.cpu.binary.BinaryModel.Code;
import dlc.cpu.binary.BinaryModel.DeviceVersion;
import dlc.cpu.binary.BinaryModel.Version;
import dlc.cpu.binary.Content;
import dlc.cpu.binary.Linkage;
import dlc.cpu.binary.Platform;
import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.ir.DType;
import dlc.ir.Program;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.passes.lower.PlanMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes of a model a program that trains, measures and predicts by itself. */
public final class StandAlone {

  private static final String TRAIN = "train_step";
  private static final String ACCUMULATE = "accumulate_step";
  private static final String EVAL = "eval_step";
  private static final String EPOCH_END = "epoch_end";
  private static final String PREDICT = "predict";

  /**
   * What is wanted.
   *
   * @param compiler what the program says of the version of dlc
   * @param linkage where the C library is taken from
   * @param cpu the only processor to make code for
   * @param predictOnly whether training and measuring are left out
   * @param tails smaller batches to make code for beside those that the data have
   * @param weights a safetensors file to carry inside
   * @param symbols whether debuggers find the lines of the program
   * @param devices what can compute beside the processor
   */
  public record Options(
      String compiler,
      Platform platform,
      Linkage linkage,
      Optional<String> cpu,
      boolean predictOnly,
      List<Integer> tails,
      Optional<byte[]> weights,
      Binary.Symbols symbols,
      OtherDevices devices) {
    public Options {
      tails = List.copyOf(tails);
    }
  }

  /** What can compute beside the processor. */
  public enum OtherDevices {
    NONE,
    OPENCL
  }

  /** One entry point to compile: the program that it is in, and for how many samples. */
  record Wanted(String entry, int batch, Program program) {

    /** Its kernels for no target yet. */
    Plain plain(Compiler compiler) {
      return new Plain(this, compiler.lower(program, List.of(entry)));
    }
  }

  /** An entry point with the kernels that those of all targets are made of. */
  record Plain(Wanted wanted, List<Compiler.Lowered> kernels) {

    KernelProgram scheduled(Compiler compiler) {
      return compiler.schedule(wanted.program, kernels);
    }
  }

  /** Entry points, and what the model is specialised for in them. */
  private record Specialized(List<String> entries, ProgramOptions options) {}

  /** An entry point for all targets, in their order. */
  private record Compiled(Plain plain, List<Code> code) {}

  private final Workbench bench;
  private final CheckedModel model;
  private final BinaryModel.Steered steered;
  private final Options options;
  private final int piece;

  private StandAlone(Workbench bench, Options options, SteeredParams params) {
    this.bench = bench;
    this.model = params.model();
    this.steered = params.steered();
    this.options = options;
    this.piece = bench.piece();
  }

  /** A library has no flags, so that all params are what they are. */
  private static StandAlone library(Workbench bench, Options options) {
    return new StandAlone(
        bench, options, new SteeredParams(bench.model(), BinaryModel.Steered.NONE));
  }

  /** A program that trains, measures and predicts. */
  public static Binary.Executable executable(Workbench bench, Options options) {
    return Binary.executable(
        new StandAlone(bench, options, SteeredParams.of(bench)).model(),
        options.platform(),
        options.linkage(),
        options.symbols());
  }

  /** A library for other programs, with its header; it takes batches of one size. */
  public static Binary.Library library(Workbench bench, Options options, Binary.LibraryKind kind) {
    StandAlone standAlone = library(bench, options);
    return Binary.library(
        standAlone.model(Tails.NONE, false), options.platform(), kind, options.symbols());
  }

  /** A library in a jar with a Java class that calls it. */
  public static Content jar(Workbench bench, Options options) {
    StandAlone standAlone = library(bench, options);
    return Binary.jar(standAlone.model(Tails.NONE, false), options.platform(), options.symbols());
  }

  /** That library and the text of that class, in {@code packageName}. */
  public static Binary.JavaSource javaSource(Workbench bench, Options options, String packageName) {
    StandAlone standAlone = library(bench, options);
    return Binary.javaSource(
        standAlone.model(Tails.NONE, false), options.platform(), packageName, options.symbols());
  }

  private BinaryModel model() {
    boolean trains = !options.predictOnly && model.train().isPresent();
    Tails tails = trains ? Tails.of(bench, options.tails()) : Tails.NONE;
    return model(tails, trains);
  }

  private BinaryModel model(Tails tails, boolean readsData) {
    List<Wanted> wanted = wanted(tails);
    Program layout = wanted.getFirst().program;
    KernelProgram memory = PlanMemory.run(layout.name(), List.of(), layout.states());
    List<Target> targets = targets();
    List<Compiled> compiled = SideBySide.map(wanted, each -> compiled(each, targets));
    List<Plain> plain = compiled.stream().map(Compiled::plain).toList();
    return new ModelDescription(bench, options, steered)
        .of(memory, layout.states(), versions(targets, compiled), devices(plain), readsData);
  }

  private List<Wanted> wanted(Tails tails) {
    List<Specialized> specialized = new ArrayList<>();
    if (!options.predictOnly && model.train().isPresent()) {
      ProgramOptions arriving = bench.trained();
      List<String> usual = List.of("init", TRAIN, ACCUMULATE, EVAL, EPOCH_END);
      specialized.add(new Specialized(usual, arriving));
      // Last, so that two threads share the work evenly: each has a training step to make.
      for (int tail : tails.training()) {
        specialized.add(new Specialized(List.of(TRAIN, ACCUMULATE), arriving.withBatch(tail)));
      }
      for (int tail : tails.measured()) {
        specialized.add(new Specialized(List.of(EVAL), arriving.withBatch(tail)));
      }
    }
    specialized.add(new Specialized(List.of(PREDICT), bench.normalized().withBatch(1)));
    return SideBySide.map(specialized, this::entries).stream().flatMap(List::stream).toList();
  }

  /** Those of the entry points that the model has. */
  private List<Wanted> entries(Specialized specialized) {
    Program program = MemoryPlan.program(model, specialized.options, piece);
    return specialized.entries.stream()
        .filter(entry -> program.entry(entry).isPresent())
        .map(entry -> new Wanted(entry, specialized.options.batch(), program))
        .toList();
  }

  private Compiled compiled(Wanted wanted, List<Target> targets) {
    Plain plain = wanted.plain(bench.compilerFor(options.platform().plain()));
    return new Compiled(
        plain,
        SideBySide.map(
            targets, target -> new Code(wanted.batch, scheduled(wanted, plain, target))));
  }

  /** What multiplies matrices has other kernels to begin with. */
  private KernelProgram scheduled(Wanted wanted, Plain plain, Target target) {
    Compiler compiler = bench.compilerFor(target);
    return (target.multipliesMatrices() ? wanted.plain(compiler) : plain).scheduled(compiler);
  }

  private List<Version> versions(List<Target> targets, List<Compiled> compiled) {
    List<Version> versions = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      int own = i;
      Target target = targets.get(i);
      List<Code> code = compiled.stream().map(each -> each.code.get(own)).toList();
      versions.add(new Version(target.cpu(), level(target), target, code));
    }
    return versions;
  }

  private List<DeviceVersion> devices(List<Plain> plain) {
    return switch (options.devices()) {
      case NONE -> List.of();
      case OPENCL -> DeviceVersions.of(plain, bench::compilerFor);
    };
  }

  private List<Target> targets() {
    if (options.cpu().isPresent()) {
      return List.of(Processor.named(options.cpu().get()));
    }
    return switch (options.platform()) {
      case X86_64 ->
          isOfBf16()
              ? List.of(
                  Target.X86_64_V2, Target.X86_64_V3, Target.X86_64_V4, Target.SAPPHIRE_RAPIDS)
              : List.of(Target.X86_64_V2, Target.X86_64_V3, Target.X86_64_V4);
      case AARCH64, RISCV64 -> List.of(options.platform().plain());
    };
  }

  private boolean isOfBf16() {
    return bench.normalized().narrowType().equals(Optional.of(DType.BF16));
  }

  /** The level of x86-64 that has all that {@code target} uses. */
  private int level(Target target) {
    if (options.platform() != Platform.X86_64 || target.equals(Target.X86_64)) {
      return 0;
    }
    return switch (target.vectorBytes()) {
      case 64 -> target.multipliesMatrices() ? 5 : 4;
      case 32 -> 3;
      default -> 2;
    };
  }
}
