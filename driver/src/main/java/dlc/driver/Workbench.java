// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.Span;
import dlc.base.UserError;
import dlc.frontend.CheckedModel;
import dlc.frontend.Invocation;
import dlc.frontend.ProgramOptions;
import dlc.frontend.TrainSection;
import dlc.frontend.elaborate.Comparison;
import dlc.frontend.elaborate.Outline;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.TensorType;
import dlc.ir.kernel.Target;
import dlc.opencl.device.OpenCl;
import dlc.runtime.Backend;
import dlc.runtime.Executable;
import dlc.runtime.data.CsvEncoding;
import dlc.runtime.data.DataPaths;
import dlc.runtime.data.DataRequest;
import dlc.runtime.data.Loaded;
import dlc.runtime.data.Normalization;
import dlc.runtime.data.SourceSpec;
import dlc.runtime.data.Sources;
import dlc.runtime.data.Split;
import dlc.runtime.data.Strata;
import dlc.runtime.data.Vocabulary;
import dlc.runtime.train.EarlyStop;
import dlc.runtime.train.Metric;
import dlc.runtime.train.Task;
import dlc.runtime.train.TrainSettings;
import dlc.runtime.train.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/**
 * A model, its train section, its data and its session, each made when it is first needed.
 *
 * <p>LLVM starts on a thread of its own while the data are read. A workbench is used by one thread.
 */
public final class Workbench implements AutoCloseable {

  /** A loss whose weights come from the data. */
  private static final Pattern BALANCED = Pattern.compile("weight\\s*=\\s*\"balanced\"");

  private final ModelFile file;
  private final RunOptions options;
  private final CheckedModel model;
  private final ProgramOptions plain;
  private final CompletableFuture<Backend> backend;
  private final Optional<Split.Fold> fold;
  private Optional<Loaded> data = Optional.empty();
  private Optional<ModelSession> session = Optional.empty();

  private Workbench(ModelFile file, RunOptions options, Optional<Split.Fold> fold) {
    this.file = file;
    this.fold = fold;
    this.options = options;
    this.model = file.checked().model(options.model());
    int batch =
        options
            .batch()
            .orElse(model.train().map(TrainSection::batch).orElse(TrainSection.DEFAULT_BATCH));
    this.plain = plain(model, batch);
    this.backend = CompletableFuture.supplyAsync(() -> Devices.open(options, options.threads()));
  }

  /** Lays out the model of {@code file} that {@code options} name. */
  public static Workbench open(ModelFile file, RunOptions options) {
    return new Workbench(file, options, Optional.empty());
  }

  /** The same program anew, validating on one fold of the training part. */
  public Workbench onFold(Split.Fold part) {
    return new Workbench(file, options, Optional.of(part));
  }

  public CheckedModel model() {
    return model;
  }

  /** How the model is trained; complains when the file does not say. */
  public TrainSection section() {
    return model
        .train()
        .orElseThrow(
            () ->
                new UserError(
                        Code.BAD_SETTING,
                        file.path(),
                        "it has no train section for the model '%s'".formatted(model.name()))
                    .help("add train %s { data … loss … optimizer … }".formatted(model.name())));
  }

  /** The seed of everything random, folded to 32 bits. */
  public int seed() {
    long seed = options.seed().orElse(model.train().map(TrainSection::seed).orElse(0L));
    return (int) seed == seed ? (int) seed : Long.hashCode(seed);
  }

  public int batch() {
    return plain.batch();
  }

  public int threads() {
    return options.threads();
  }

  /** What computes, for people to read. */
  public String device() {
    if (!Devices.isCpu(options.device())) {
      return OpenCl.named(options.device()).name();
    }
    return options.threads() == 1 ? "1 thread" : options.threads() + " threads";
  }

  /**
   * The OpenCL device that computes, by its name for options; nothing where it is the processor.
   */
  public Optional<String> otherDevice() {
    return Optional.of(options.device()).filter(name -> !Devices.isCpu(name));
  }

  /** The processor that code is made for. */
  public Target processor() {
    return backend().target();
  }

  /** What the program says of its data. */
  SourceSpec source() {
    TrainSection section = section();
    SourceSpec spec = spec(section.data().orElseThrow());
    return section.test().map(test -> spec.withTest(spec(test))).orElse(spec);
  }

  private static SourceSpec spec(Invocation source) {
    return SourceSpec.of(source.name(), source.positional(), source.named());
  }

  /** The program's file. */
  public ModelFile file() {
    return file;
  }

  DataPaths paths() {
    return new DataPaths(options.data(), options.environment(), file.folder());
  }

  /** The data in their parts, as the model wants them. */
  public Loaded data() {
    if (data.isEmpty()) {
      data = Optional.of(load(split()));
    }
    return data.get();
  }

  /** The data with nothing held out for validation. */
  public Loaded wholeData() {
    return load(Split.NONE);
  }

  /** What is held out, but for folds. */
  Split split() {
    TrainSection.Split split = section().split();
    return new Split(
        split.validation().map(Split.Share::of), Optional.empty(), split.isStratified(), fold);
  }

  private Loaded load(Split split) {
    Optional<TensorType> target = target();
    int classes = task() instanceof Task.Classes task ? task.count() : 0;
    DataRequest request =
        new DataRequest(source(), split, seed(), paths(), inputs(), target, classes);
    try {
      return Sources.load(request).forModel(inputs(), target);
    } catch (UserError error) {
      throw error.causedAt(dataSpan());
    }
  }

  private Span dataSpan() {
    Span span = section().data().orElseThrow().span();
    return section().test().map(test -> span.to(test.span())).orElse(span);
  }

  /** What the elements of a sample are called, where the data are a table that says so. */
  List<String> featureNames() {
    return source().kind().equals("csv")
        ? CsvEncoding.of(source(), paths()).featureNames()
        : List.of();
  }

  /** The inputs of one sample, by name. */
  Map<String, TensorType> inputs() {
    Map<String, TensorType> inputs = new LinkedHashMap<>();
    for (Outline.Port port : model.inputs()) {
      inputs.put(port.name(), withFloats(port.type()));
    }
    return inputs;
  }

  /** The output of one sample that the loss compares with the target, else the first. */
  Outline.Port output() {
    return model.outputs().get(model.comparison().map(Comparison::output).orElse(0));
  }

  private TensorType withFloats(TensorType type) {
    return type.dtype().isFloat() ? type.withDType(plain.floatType()) : type;
  }

  /** What the loss compares one sample's output with, if it does. */
  Optional<TensorType> target() {
    Graph eval = model.program(plain.withBatch(1)).entry("eval_step").orElseThrow();
    return eval.parameters().stream()
        .filter(value -> Graph.declaration(value).name().equals("target"))
        .findFirst()
        .map(
            value ->
                TensorType.of(
                    value.type().dtype(), value.type().dims().subList(1, value.type().rank())));
  }

  Task task() {
    return Tasks.of(model.outputs(), model.comparison());
  }

  /** What the program asks for; nothing where it does not train. */
  List<Metric> metrics() {
    return model.train().stream()
        .flatMap(section -> section.metrics().stream())
        .flatMap(name -> Metric.named(name).stream())
        .toList();
  }

  /** What the program and {@code limits} say of training. */
  public TrainSettings settings(TrainLimits limits) {
    TrainSection section = section();
    int samples = data().training().size();
    long batches =
        section.dropLast() ? Math.max(1, samples / batch()) : Math.ceilDiv((long) samples, batch());
    long inEpoch = Math.ceilDiv(batches, section.updates().accumulate());
    OptionalLong steps =
        limits.steps().isPresent() || section.steps().isEmpty()
            ? limits.steps()
            : OptionalLong.of(section.steps().get());
    boolean stepsAlone = limits.epochs().isEmpty() && limits.steps().isPresent();
    int epochs =
        limits
            .epochs()
            .orElseGet(
                () ->
                    steps.isPresent() && (stepsAlone || section.epochs().isEmpty())
                        ? Math.toIntExact(
                            Math.min(Integer.MAX_VALUE, Math.ceilDiv(steps.getAsLong(), inEpoch)))
                        : section.epochs().orElse(1));
    List<Metric> metrics = metrics();
    TrainSection.Updates updates = section.updates();
    return new TrainSettings(
        batch(),
        updates.accumulate(),
        epochs,
        steps,
        seed(),
        section.learningRate().orElse(0.0),
        section.dropLast(),
        true,
        task(),
        metrics,
        output().name(),
        section.stop().map(Workbench::early),
        limits.checkFinite());
  }

  static EarlyStop early(TrainSection.Stop rule) {
    return new EarlyStop(rule.patience(), rule.on(), rule.least(), rule.restores());
  }

  /** Float inputs, or bytes where the source of the data gives such. */
  static ProgramOptions arriving(CheckedModel model, ProgramOptions options) {
    boolean bytes =
        model
            .train()
            .flatMap(TrainSection::data)
            .filter(data -> Sources.givesBytes(data.name()))
            .isPresent();
    return bytes ? options.withByteImages() : options;
  }

  /**
   * What a training run of {@code model} is specialised for, as far as it is known without data: a
   * normalization that is to be measured is left out.
   */
  public static ProgramOptions arriving(CheckedModel model, int batch) {
    ProgramOptions options = arriving(model, plain(model, batch));
    return model
        .train()
        .flatMap(TrainSection::normalize)
        .filter(normalize -> !normalize.measured())
        .map(
            normalize ->
                options.withNormalization(
                    new ProgramOptions.Normalization(normalize.mean(), normalize.std())))
        .orElse(options);
  }

  private static ProgramOptions plain(CheckedModel model, int batch) {
    ProgramOptions single = ProgramOptions.of(batch);
    TrainSection.Precision precision =
        model.train().map(TrainSection::precision).orElse(TrainSection.Precision.F32);
    return switch (precision) {
      case F32 -> single;
      case F64 -> single.withFloatType(DType.F64);
      case BF16 -> single.withNarrowType(DType.BF16);
      case F16 -> single.withNarrowType(DType.F16);
    };
  }

  /** Float inputs, normalized as in training. */
  ProgramOptions normalized() {
    Optional<TrainSection.Normalize> normalize = model.train().flatMap(TrainSection::normalize);
    if (normalize.isEmpty()) {
      return plain;
    }
    if (!normalize.get().measured()) {
      return plain.withNormalization(
          new ProgramOptions.Normalization(normalize.get().mean(), normalize.get().std()));
    }
    Normalization measured = Normalization.measure(data().training());
    return plain.withNormalization(
        new ProgramOptions.Normalization(measured.mean(), measured.std()));
  }

  /** Whether the loss has weights that come from the data. */
  boolean isBalanced() {
    return model.train().flatMap(TrainSection::loss).filter(BALANCED.asPredicate()).isPresent();
  }

  /** What training is specialised for: the data as they arrive, and what is measured on them. */
  ProgramOptions trained() {
    ProgramOptions options = arriving(model, normalized());
    if (!isBalanced()) {
      return options;
    }
    try {
      long[] counts = Strata.counts(data().training());
      return options.withClassCounts(Arrays.stream(counts).boxed().toList());
    } catch (UserError missing) {
      // Who predicts needs no data.
      if (missing.code() == Code.DATA_NOT_FOUND) {
        return options;
      }
      throw missing;
    }
  }

  /** The model on its backend; its state is all 0 until it is initialized or loaded. */
  public ModelSession session() {
    if (session.isEmpty()) {
      ProgramOptions usual = trained();
      Backend ready = backend();
      session = Optional.of(new ModelSession(model, usual, ready, compiler(ready), piece()));
    }
    return session.get();
  }

  /** The most samples that are computed at once, so that the memory is enough. */
  int piece() {
    OptionalLong most = options.code().maxMemory();
    if (most.isEmpty()) {
      return Integer.MAX_VALUE;
    }
    ProgramOptions usual = arriving(model, normalized());
    Tails tails = model.train().isPresent() ? Tails.of(this, List.of()) : Tails.NONE;
    return MemoryPlan.of(model, usual, tails, compilerFor(processor()), most).piece();
  }

  /** The model once more, with a state of its own and without a schedule; to be closed. */
  public ModelSession trialSession() {
    ModelSession trial =
        new ModelSession(
            model, trained().withConstantRate(), backend(), compiler(backend()), piece());
    trial.init(seed());
    return trial;
  }

  /** The weights, buffers and optimizer state, to load and to save. */
  public Executable state() {
    return session().usual();
  }

  /** Writes the weights, and what the tokens are that a model of text knows. */
  public void save(Path path) {
    Map<String, String> metadata =
        data.flatMap(parts -> parts.training().vocabulary())
            .map(Vocabulary::metadata)
            .orElse(Map.of());
    Weights.save(state(), path, metadata);
  }

  /** What the model computes of one sample when it predicts. */
  public Graph network() {
    return model.program(plain.withBatch(1)).entry("predict").orElseThrow();
  }

  /** What makes kernels for {@code target}, as the options say. */
  Compiler compilerFor(Target target) {
    return new Compiler(target, options.observer(), options.code().tilings().apply(target));
  }

  private Compiler compiler(Backend ready) {
    return compilerFor(ready.target());
  }

  private Backend backend() {
    try {
      return backend.join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof UserError error) {
        throw error;
      }
      throw failure;
    }
  }

  /** A backend of its own on the same device, which the caller closes. */
  Backend backendForOneThread() {
    return Devices.open(options, 1);
  }

  @Override
  public void close() {
    session.ifPresent(ModelSession::close);
    backend.handle((ready, _) -> Optional.ofNullable(ready)).join().ifPresent(Backend::close);
  }
}
