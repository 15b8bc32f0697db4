// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.Diagnostics;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.cpu.binary.Binary;
import dlc.driver.Compiler;
import dlc.driver.ModelFile;
import dlc.driver.Processor;
import dlc.driver.Workbench;
import dlc.frontend.CheckedModel;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.File;
import dlc.frontend.ast.TreePrinter;
import dlc.frontend.parse.Parser;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.ir.text.GraphPrinter;
import dlc.ir.text.KernelVerifier;
import dlc.opencl.ProgramText;
import dlc.passes.Pipeline;
import dlc.passes.PrintingObserver;
import dlc.passes.RemarkObserver;
import dlc.passes.ReproducerObserver;
import dlc.passes.TimingObserver;
import dlc.passes.VerifyingObserver;
import dlc.runtime.file.AtomicFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dlc compile}. */
@Command(
    name = "compile",
    description = "Makes a program of FILE that trains and predicts by itself, or shows a stage.",
    footer = {
      "",
      "The program needs nothing but the C library of Linux; OUT --help says what it can do.",
      "Stages: ast, ir (tensor IR), opt (after the passes), kernel (scheduled loops), llvm, asm,"
          + " opencl.",
      "Libraries: obj, staticlib and sharedlib with a C header, jar with a Java class.",
      "",
      "Examples:",
      "  dlc compile samples/simple_cnn.dl -o simple_cnn --data ~/data",
      "  dlc compile samples/digits.dl --emit=kernel --entry predict",
      "  dlc compile samples/digits.dl --emit=sharedlib -o libdigits.so"
    })
final class CompileCommand implements Callable<Integer> {

  /** A stage of the compiler. */
  enum Stage {
    ast,
    ir,
    opt,
    kernel,
    llvm,
    asm,
    obj,
    opencl,
    staticlib,
    sharedlib,
    jar;

    /** Whether it is for other programs to call, not to be read. */
    boolean isLibrary() {
      return switch (this) {
        case ast, ir, opt, kernel, llvm, asm, opencl -> false;
        case obj, staticlib, sharedlib, jar -> true;
      };
    }
  }

  private static final String PREDICT = "predict";

  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private ProgramArguments program;
  @Mixin private ExecutableArguments executable;

  @Option(names = "--emit", paramLabel = "STAGE", description = "Show this stage; see below.")
  private Optional<Stage> emit;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      description = "Write to this file instead of standard output.")
  private Optional<Path> file;

  @Option(
      names = "--entry",
      paramLabel = "NAME",
      description = "Only this entry point: init, train_step, eval_step, predict or gradients.")
  private Optional<String> entry;

  @Option(names = "--batch", paramLabel = "N", description = "Instead of the program's batch.")
  private Optional<Integer> batch;

  @Option(
      names = "--cpu",
      paramLabel = "NAME",
      description =
          "The processor to compile for: native, x86-64-v3, … (default: programs choose among three"
              + " when they start, stages are for native).")
  private Optional<String> cpu;

  @Option(
      names = "--print-after",
      paramLabel = "PASS",
      description = "Print the IR after this pass, where it changed something.")
  private Optional<String> printAfter;

  @Option(names = "--print-after-all", description = "Print the IR after every pass.")
  private boolean printAfterAll;

  @Option(names = "--time-passes", description = "Print how long each pass took.")
  private boolean timePasses;

  @Option(
      names = "--remarks",
      description = "Print why values were not fused, and loops run without vectors or threads.")
  private boolean hasRemarks;

  @Option(names = "--verify", description = "Verify the IR after every pass.")
  private boolean verify;

  @Override
  public Integer call() {
    if (batch.isPresent() && batch.get() < 1) {
      throw usage("--batch is %d, it must be at least 1".formatted(batch.get()));
    }
    if (hasRemarks) {
      printRemarks();
    }
    TimingObserver timing = new TimingObserver();
    if (emit.isEmpty()) {
      writeExecutable(timing);
    } else if (emit.get().isLibrary()) {
      writeLibrary(emit.get(), timing);
    } else {
      file.ifPresent(AtomicFile::requireWritable);
      write(bytes(emit.get(), timing));
    }
    if (timePasses) {
      output.err().print(timing.report());
      output.err().flush();
    }
    return 0;
  }

  /** Compiles the entry points once more for one processor, and prints what there is to say. */
  private void printRemarks() {
    CheckedModel model = program.load().checked().model(program.model());
    Program whole = model.program(Workbench.arriving(model, size(model)));
    RemarkObserver remarks = new RemarkObserver();
    Target target = Processor.named(cpu.orElse(Processor.NATIVE));
    new Compiler(target, remarks, Tilings.read(output.err()).choiceFor(target))
        .compile(whole, entries(whole));
    output.err().print(remarks.text());
    output.err().flush();
  }

  private int size(CheckedModel model) {
    return batch.orElse(model.train().map(TrainSection::batch).orElse(TrainSection.DEFAULT_BATCH));
  }

  private void writeExecutable(TimingObserver timing) {
    Path path = file.orElseThrow(() -> usage("a program needs a file to be written to: -o OUT"));
    AtomicFile.requireWritable(path);
    requireWholeOrPredict();
    Binary.Executable made = executable.compile(request(timing));
    write(made.content().toArray());
    if (executable.reportsSizes()) {
      Table table = new Table(2);
      made.sizes().forEach((what, bytes) -> table.row(what, Words.count(bytes)));
      table.row("all", Words.count(made.content().size()));
      output.out().print(table);
      output.out().flush();
    }
    if (!path.toFile().setExecutable(true, false)) {
      throw new UserError(Code.CANNOT_WRITE, path, "it cannot be made executable");
    }
  }

  private void requireWholeOrPredict() {
    if (entry.isPresent() && !entry.get().equals(PREDICT)) {
      throw usage(
          "--entry is %s: of a program only predict can stand alone".formatted(entry.get()));
    }
  }

  private ExecutableArguments.Request request(TimingObserver timing) {
    cpu.ifPresent(Processor::named);
    return new ExecutableArguments.Request(
        program.load(),
        program.model(),
        batch,
        cpu,
        entry.isPresent(),
        Tilings.read(output.err()),
        observer(timing));
  }

  private void writeLibrary(Stage kind, TimingObserver timing) {
    Path path = file.orElseThrow(() -> usage("a library needs a file to be written to: -o OUT"));
    AtomicFile.requireWritable(path);
    requireWholeOrPredict();
    if (kind == Stage.jar) {
      write(executable.jar(request(timing)));
      return;
    }
    Path header =
        path.resolveSibling(path.getFileName().toString().replaceFirst("\\.\\w+$", "") + ".h");
    AtomicFile.requireWritable(header);
    Binary.Library library =
        executable.library(
            request(timing),
            switch (kind) {
              case staticlib -> Binary.LibraryKind.STATIC;
              case sharedlib -> Binary.LibraryKind.SHARED;
              case obj -> Binary.LibraryKind.OBJECT;
              case ast, ir, opt, kernel, llvm, asm, opencl, jar ->
                  throw new IllegalStateException(kind + " is no library with a header");
            });
    write(library.content().toArray());
    write(header, utf8(library.header()));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private byte[] bytes(Stage stage, TimingObserver timing) {
    if (stage == Stage.ast) {
      Diagnostics diagnostics = new Diagnostics();
      File tree = Parser.parse(ModelFile.source(program.file()), diagnostics);
      diagnostics.throwIfAny();
      return utf8(TreePrinter.print(tree));
    }
    CheckedModel model = program.load().checked().model(program.model());
    Program whole = model.program(Workbench.arriving(model, size(model)));
    List<String> entries = entries(whole);
    Compiler compiler = compiler(stage, timing);
    return switch (stage) {
      case ast -> throw new IllegalStateException("handled above");
      case ir -> utf8(GraphPrinter.print(whole.only(entries)));
      case opt -> utf8(GraphPrinter.print(compiler.optimize(whole.only(entries))));
      case kernel -> utf8(KernelPrinter.print(kernels(compiler, whole, entries)));
      case opencl ->
          utf8(ProgramText.of(kernels(compiler, whole, entries), compiler.target()).text());
      case obj, staticlib, sharedlib, jar -> throw new IllegalStateException("handled above");
      case llvm, asm -> NativeText.of(kernels(compiler, whole, entries), compiler.target(), stage);
    };
  }

  private Compiler compiler(Stage stage, TimingObserver timing) {
    Target target = target(stage);
    return new Compiler(target, observer(timing), Tilings.read(output.err()).choiceFor(target));
  }

  private KernelProgram kernels(Compiler compiler, Program whole, List<String> entries) {
    KernelProgram kernels = compiler.compile(whole, entries);
    if (verify) {
      KernelVerifier.verify(kernels);
    }
    return kernels;
  }

  private Target target(Stage stage) {
    return switch (stage) {
      case ast, ir, opt -> Target.X86_64_V3;
      case kernel, llvm, asm, obj, opencl, staticlib, sharedlib, jar ->
          Processor.named(cpu.orElse(Processor.NATIVE));
    };
  }

  private List<String> entries(Program whole) {
    List<String> names = whole.entries().stream().map(Graph::name).toList();
    if (entry.isEmpty()) {
      return names;
    }
    if (!names.contains(entry.get())) {
      throw new UserError(Code.BAD_OPTION, "there is no entry point '%s'".formatted(entry.get()))
          .help(
              NearestName.of(entry.get(), names)
                  .map(near -> "did you mean '" + near + "'?")
                  .orElse("there are " + String.join(", ", names)));
    }
    return List.of(entry.get());
  }

  private Pipeline.Observer observer(TimingObserver timing) {
    Pipeline.Observer observer =
        new ReproducerObserver(Path.of(ReproducerObserver.FILE_NAME)).and(timing);
    if (verify) {
      observer = observer.and(new VerifyingObserver());
    }
    Optional<String> printed = printAfterAll ? Optional.of(PrintingObserver.ALL) : printAfter;
    if (printed.isPresent()) {
      requirePass(printed.get());
      observer = observer.and(new PrintingObserver(printed.get(), output.err()::print));
    }
    return observer;
  }

  private static void requirePass(String id) {
    List<String> known =
        Stream.concat(dlc.passes.Pipelines.ids().stream(), Stream.of(PrintingObserver.ALL))
            .toList();
    if (!known.contains(id)) {
      throw new UserError(Code.BAD_OPTION, "no pass is called '%s'".formatted(id))
          .help(
              NearestName.of(id, known)
                  .map(near -> "did you mean '" + near + "'?")
                  .orElse("there are " + String.join(", ", known)));
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void write(byte[] bytes) {
    if (file.isEmpty()) {
      output.out().print(new String(bytes, StandardCharsets.UTF_8));
      output.out().flush();
      return;
    }
    write(file.get(), bytes);
  }

  private void write(Path path, byte[] bytes) {
    AtomicFile.write(
        path,
        channel -> {
          ByteBuffer rest = ByteBuffer.wrap(bytes);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        });
    output.note("wrote " + path);
  }
}
