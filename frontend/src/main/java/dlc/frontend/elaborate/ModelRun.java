// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.Span;
import dlc.frontend.ProgramOptions;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Parameter;
import dlc.frontend.ast.Statement;
import dlc.frontend.ast.TypeSyntax;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.Poison;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Gradient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model's body run once, for one entry point that is then completed. */
final class ModelRun {

  private final Declaration.Model model;
  private final Elaboration run;
  private final ProgramOptions options;
  private final Optional<TrainSection.Updates> training;
  private final Augmentations augmentations;
  private final Map<String, TensorDatum> parameters = new LinkedHashMap<>();
  private final Map<String, TensorDatum> inputs = new LinkedHashMap<>();
  private final List<TensorDatum> outputs = new ArrayList<>();
  private long flops;
  private boolean isWhole;

  private ModelRun(
      Declaration.Model model,
      Elaboration run,
      ProgramOptions options,
      Optional<TrainSection.Updates> training,
      Augmentations augmentations) {
    this.model = model;
    this.run = run;
    this.options = options;
    this.training = training;
    this.augmentations = augmentations;
  }

  /**
   * Runs the body of {@code model}, which is trained as {@code training} says; reports errors.
   *
   * @param augmentations of the first input
   */
  static ModelRun of(
      Declaration.Model model,
      Elaboration run,
      ProgramOptions options,
      Optional<TrainSection.Updates> training,
      Augmentations augmentations) {
    ModelRun result = new ModelRun(model, run, options, training, augmentations);
    if (!run.training && training.flatMap(TrainSection.Updates::ema).isPresent()) {
      run.states.readAverages();
    }
    int before = run.diagnostics.count();
    try {
      result.runBody();
    } catch (Failure failure) {
      run.report(failure);
    }
    // A model of values whose error was reported earlier, such as a param's, has no outputs.
    result.isWhole = run.diagnostics.count() == before && !result.outputs.isEmpty();
    return result;
  }

  private void runBody() {
    String name = model.name().text();
    Activation activation =
        run.activate(name, model.span(), model.name().span(), Optional.empty(), "");
    Scope scope = run.outerScope(model.span().source());
    Context context = new Context(activation, Frame.at(""), scope);
    if (model.inputs().isEmpty()) {
      throw run.failure(
          new Complaint(Code.MISSING_ARGUMENT, "model " + name, "input")
              .help("a model has an input, as in model " + name + "(image: f32[3, 32, 32])"),
          model.name().span(),
          activation);
    }
    for (Parameter input : model.inputs()) {
      Datum value = input(input, context);
      scope.define(input.name().text(), value);
      if (activation.current().isEmpty()) {
        activation.setCurrent(value);
      }
    }
    run.statements.run(model.body(), context);
    flops = run.ops().flops();
    List<Datum> results =
        activation.results().orElseGet(() -> List.of(activation.current().orElseThrow()));
    if (results.contains(Poison.POISON)) {
      return;
    }
    for (Datum result : results) {
      TensorDatum tensor =
          run.located(model.name().span(), context, () -> run.ops().tensor("the result", result));
      outputs.add(run.ops().broadcast(tensor, tensor.dims(), true));
      run.witness.output(outputs.getLast());
    }
    checkResults(context);
  }

  /** An input as the body sees it; poison where its type is wrong, which is reported. */
  private Datum input(Parameter parameter, Context context) {
    String name = parameter.name().text();
    try {
      boolean isFirst = parameter.equals(model.inputs().getFirst());
      TensorDatum value = input(parameter, context, isFirst);
      inputs.put(name, value);
      run.trail.add(name, value);
      run.witness.input(name, value);
      run.witness.value(parameter.name().span(), value);
      return value;
    } catch (Failure failure) {
      run.report(failure);
      return Poison.POISON;
    }
  }

  private TensorDatum input(Parameter parameter, Context context, boolean first) {
    Span span = parameter.name().span();
    String name = parameter.name().text();
    TypeSyntax syntax =
        parameter
            .type()
            .orElseThrow(
                () ->
                    run.failure(
                        new Complaint(Code.MISSING_ARGUMENT, "input " + name, "type")
                            .help("as in " + name + ": f32[3, 32, 32]"),
                        span,
                        context.activation()));
    if (inputs.containsKey(name)) {
      throw run.failure(new Complaint(Code.DUPLICATE_NAME, name), span, context.activation());
    }
    TensorType type = run.type(syntax, context);
    boolean bytes = first && options.byteImages() && type.dtype().isFloat();
    return run.located(
        syntax.span(),
        context,
        () -> {
          TensorOps ops = run.ops();
          TensorType full =
              TensorType.of(
                  bytes ? DType.U8 : type.dtype(), TensorOps.prefixed(ops.batch(), type.dims()));
          Value value = ops.builder().parameter(name, full, Role.INPUT, span);
          TensorDatum raw = new TensorDatum(value, true);
          parameters.put(name, raw);
          return first && type.dtype().isFloat() ? prepared(raw, bytes) : raw;
        });
  }

  // Bytes are divided by 255, then (x - mean) / std; as one product and one sum, but for what is
  // augmented between.
  private TensorDatum prepared(TensorDatum raw, boolean bytes) {
    TensorOps ops = run.ops();
    TensorDatum x = ops.cast(raw, ops.floatType());
    double unit = bytes ? 1.0 / 255 : 1;
    if (augmentations.isEmpty()) {
      return normalized(x, unit);
    }
    TensorDatum whole = bytes ? times(x, ops.scalar(ops.floatType(), unit)) : x;
    return normalized(augmentations.apply(whole), 1);
  }

  private TensorDatum normalized(TensorDatum x, double unit) {
    TensorOps ops = run.ops();
    if (options.normalization().isEmpty()) {
      return unit == 1 ? x : times(x, ops.scalar(ops.floatType(), unit));
    }
    ProgramOptions.Normalization by = options.normalization().get();
    int channels = by.mean().size();
    boolean fits =
        channels == by.std().size()
            && (channels == 1 || (x.rank() > 0 && x.dims().getFirst() == channels));
    if (!fits) {
      throw new Complaint(
          Code.BAD_SETTING,
          "normalize",
          channels + " means and " + by.std().size() + " deviations for the input " + x.type());
    }
    double[] factors = new double[channels];
    double[] shifts = new double[channels];
    for (int i = 0; i < channels; i++) {
      factors[i] = unit / by.std().get(i);
      shifts[i] = -by.mean().get(i) / by.std().get(i);
    }
    List<Integer> view = new ArrayList<>(TensorOps.repeated(1, x.rank()));
    if (channels > 1) {
      view.set(0, channels);
    }
    TensorDatum scaled = times(x, ops.constant(view, factors));
    return ops.elementwise("+", Elementwise.ADD, scaled, ops.constant(view, shifts));
  }

  private TensorDatum times(TensorDatum x, TensorDatum factor) {
    return run.ops().elementwise("*", Elementwise.MUL, x, factor);
  }

  private void checkResults(Context context) {
    if (model.results().isEmpty()) {
      return;
    }
    List<TensorType> declared =
        model.results().stream().map(each -> run.type(each, context)).toList();
    List<TensorType> found = outputs.stream().map(TensorDatum::sampleType).toList();
    if (!declared.equals(found)) {
      Span span = model.results().getFirst().span().to(model.results().getLast().span());
      throw run.failure(
          new Complaint(Code.RESULT_TYPE, "model " + model.name(), shown(found), shown(declared)),
          span,
          context.activation());
    }
  }

  private static String shown(List<TensorType> types) {
    String text = String.join(", ", types.stream().map(TensorType::toString).toList());
    return types.size() == 1 ? text : "(" + text + ")";
  }

  /** Whether the body ran without errors. */
  boolean isWhole() {
    return isWhole;
  }

  Elaboration run() {
    return run;
  }

  States states() {
    return run.states;
  }

  Declaration.Model model() {
    return model;
  }

  /** The inputs as the body sees them. */
  Map<String, TensorDatum> inputs() {
    return inputs;
  }

  List<TensorDatum> outputs() {
    return outputs;
  }

  /** The name that the body returns output {@code index} by, if it is one. */
  Optional<String> returnedName(int index) {
    return model.body().statements().stream()
        .filter(Statement.Return.class::isInstance)
        .map(Statement.Return.class::cast)
        .map(each -> each.values().get(Math.min(index, each.values().size() - 1)))
        .filter(Expression.NameUse.class::isInstance)
        .map(each -> ((Expression.NameUse) each).name())
        .filter(name -> !name.equals("it"))
        .findFirst();
  }

  /** How many samples of the training part have each class, if that is known. */
  List<Long> classCounts() {
    return options.classCounts();
  }

  /** By how much each sample is itself, where augmentations mix it with another. */
  Optional<TensorDatum> ownShare() {
    return augmentations.share();
  }

  /** The float inputs as the caller hands them in. */
  Map<String, TensorDatum> floatParameters() {
    Map<String, TensorDatum> floats = new LinkedHashMap<>(parameters);
    floats.values().removeIf(each -> !TensorOps.dtype(each).isFloat());
    return floats;
  }

  void result(String name, TensorDatum value) {
    run.ops().builder().result(name, value.value());
  }

  TensorDatum gradient(TensorDatum loss, TensorDatum of) {
    return new TensorDatum(run.ops().emit(new Gradient(), loss.value(), of.value()), of.batched());
  }

  /** The gradient of each weight that is trained. */
  Map<States.State, TensorDatum> weightGradients(TensorDatum loss) {
    Map<States.State, TensorDatum> grads = new LinkedHashMap<>();
    run.states.all().values().stream()
        .filter(each -> each.role() == Role.WEIGHT)
        .filter(each -> training.filter(how -> how.freezes(each.name())).isEmpty())
        .forEach(each -> grads.put(each, gradient(loss, each.parameter())));
    return grads;
  }

  void addOutputs() {
    for (int i = 0; i < outputs.size(); i++) {
      result(outputName(i), outputs.get(i));
    }
  }

  String outputName(int index) {
    return outputs.size() == 1 ? "output" : "output_" + index;
  }

  void addBuffers() {
    run.states.updates().forEach(this::result);
  }

  Graph build() {
    return run.ops().builder().build();
  }

  /** The initial values of all that the model keeps. */
  Graph initial() {
    return run.states.initialGraph();
  }

  /** The results of one sample, by name. */
  List<Outline.Port> ports() {
    List<Outline.Port> ports = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      ports.add(new Outline.Port(outputName(i), outputs.get(i).sampleType()));
    }
    return ports;
  }

  Outline outline(Optional<Comparison> comparison, List<Diagnostic> warnings) {
    return new Outline(
        model.name().text(),
        inputs.entrySet().stream()
            .map(each -> new Outline.Port(each.getKey(), each.getValue().sampleType()))
            .toList(),
        ports(),
        run.states.all().values().stream()
            .map(each -> new Outline.Variable(each.name(), each.type(), each.role() == Role.WEIGHT))
            .toList(),
        run.rows,
        flops,
        comparison,
        warnings);
  }
}
