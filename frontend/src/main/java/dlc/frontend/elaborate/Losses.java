// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Span;
import dlc.frontend.TrainSection;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Declaration.Routine;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.Expression;
import dlc.frontend.library.Functions;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.Poison;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Read;
import dlc.ir.DType;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.op.Elementwise;
import dlc.ir.op.ReduceFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Computes the loss of a model's outputs: an expression of them, of the inputs and the target, in
 * which losses stand by their names. Where it is a value per sample, the loss is the mean.
 */
final class Losses {

  private static final String OUTPUT = "output";
  private static final String TARGET = "target";
  private static final int MOST_TARGETS = 16;

  /** Sources whose targets are classes, for losses that are expressions. */
  private static final Set<String> CLASS_SOURCES =
      Set.of("cifar10", "cifar100", "mnist", "fashion_mnist", "image_folder", "digits", "spirals");

  private final ModelRun model;
  private final Elaboration run;
  private final Optional<TrainSection> section;

  Losses(ModelRun model, Optional<TrainSection> section) {
    this.model = model;
    this.run = model.run();
    this.section = section;
  }

  /** The loss of the batch, a scalar; empty when something is wrong, which is reported. */
  Optional<TensorDatum> value(Expression loss) {
    int before = run.diagnostics.count();
    try {
      Datum value = evaluate(loss);
      return value instanceof TensorDatum tensor && run.diagnostics.count() == before
          ? Optional.of(tensor)
          : Optional.empty();
    } catch (Failure failure) {
      run.report(failure);
      return Optional.empty();
    }
  }

  private Datum evaluate(Expression loss) {
    Activation activation = new Activation("loss", loss.span(), loss.span(), false, null, "");
    Context context = context(activation);
    requireOneTarget(loss, context);
    Optional<Losses> before = run.exchangeLosses(Optional.of(this));
    try {
      Optional<TensorDatum> target =
          comparison(loss, context)
              .map(each -> run.located(loss.span(), context, () -> target(each.target())));
      target.ifPresent(each -> context.scope().define(TARGET, each));
      Datum value = evaluate(loss, context);
      Optional<TensorDatum> share = model.ownShare();
      if (share.isEmpty() || target.isEmpty() || !(value instanceof TensorDatum own)) {
        return value;
      }
      Context mixed = context(activation);
      mixed.scope().define(TARGET, run.ops().reverseBatch(target.get()));
      return evaluate(loss, mixed) instanceof TensorDatum other
          ? mix(share.get(), own, other)
          : Poison.POISON;
    } finally {
      run.exchangeLosses(before);
    }
  }

  private Datum evaluate(Expression loss, Context context) {
    Datum value =
        switch (loss) {
          case Expression.Call call when !isFunction(call) ->
              apply(call.function().text(), call.span(), call.arguments(), context);
          case Expression.NameUse use when context.scope().lookup(use.name()).isEmpty() ->
              apply(use.name(), use.span(), List.of(), context);
          default -> run.expressions.evaluate(loss, context);
        };
    return value == Poison.POISON
        ? value
        : run.located(loss.span(), context, () -> scalar(run.ops().tensor("loss", value)));
  }

  /** {@code other + share (own - other)}. */
  private TensorDatum mix(TensorDatum share, TensorDatum own, TensorDatum other) {
    TensorOps ops = run.ops();
    TensorDatum difference = ops.elementwise("-", Elementwise.SUB, own, other);
    TensorDatum part = ops.elementwise("*", Elementwise.MUL, share, difference);
    return ops.elementwise("+", Elementwise.ADD, other, part);
  }

  private void requireOneTarget(Expression loss, Context context) {
    for (int i = 0; i < MOST_TARGETS; i++) {
      if (ExpressionNames.uses(loss, TARGET + "_" + i)) {
        throw run.failure(
            new Complaint(Code.BAD_SETTING, "loss", "there is no target_" + i)
                .help("data have one target for each sample, which is called target"),
            loss.span(),
            context.activation());
      }
    }
  }

  private boolean isFunction(Expression.Call call) {
    String name = call.function().text();
    return !declares(name)
        && (run.declarations.function(name, call.span().source()).isPresent()
            || Functions.named(name).isPresent());
  }

  /** Whether {@code name} is a loss that the expression of the setting may use. */
  boolean declares(String name) {
    return routine(name).isPresent();
  }

  private Context context(Activation activation) {
    Scope scope = run.params.inner();
    model.inputs().forEach(scope::define);
    for (int i = 0; i < model.outputs().size(); i++) {
      TensorDatum output = model.outputs().get(i);
      model.returnedName(i).ifPresent(name -> scope.define(name, output));
      scope.define("output_" + i, output);
    }
    scope.define(OUTPUT, model.outputs().getFirst());
    return new Context(activation, Frame.at(""), scope);
  }

  private Optional<Routine> routine(String name) {
    return run.declarations.routine(RoutineKind.LOSS, name, model.model().span().source());
  }

  /**
   * A named loss within the expression of the setting.
   *
   * @param arguments tensors first, if any: what is compared, and with what; then options
   */
  Datum apply(String name, Span span, List<Argument> arguments, Context context) {
    Routine routine =
        routine(name)
            .orElseThrow(
                () ->
                    run.failure(
                        new Complaint(Code.UNKNOWN_LOSS, name)
                            .nearest(name, run.declarations.names("loss")),
                        span,
                        context.activation()));
    Compared compared = Compared.of(run, arguments, context);
    Map<String, Datum> bound =
        run.calls.bind(name, routine.parameters(), compared.options(), span, context);
    if (bound.containsValue(Poison.POISON)) {
      return Poison.POISON;
    }
    TensorDatum output = compared.output().orElse(model.outputs().getFirst());
    Map<String, Datum> options =
        new ClassWeights(model.classCounts()).balanced(bound, output.dims());
    Activation activation =
        run.activate(
            name,
            routine.span(),
            span,
            Optional.of(context.activation()),
            "output here is " + output.type());
    activation.setCurrent(output);
    Scope scope = run.outerScope(routine.span().source());
    options.forEach(scope::define);
    scope.define(OUTPUT, output);
    scope.define(
        TARGET, compared.target().or(() -> context.scope().lookup(TARGET)).orElse(Poison.POISON));
    run.statements.run(routine.body(), new Context(activation, Frame.at("loss"), scope));
    return activation.current().orElse(Poison.POISON);
  }

  /**
   * What {@code loss} compares with the target: classes where some loss wants them, else what the
   * first loss wants; nothing where the loss has no use for a target, or something is wrong.
   */
  Optional<Comparison> comparison(Expression loss) {
    Activation activation = new Activation("loss", loss.span(), loss.span(), false, null, "");
    return comparison(loss, context(activation));
  }

  private Optional<Comparison> comparison(Expression loss, Context context) {
    Optional<Comparison> values = Optional.empty();
    String explicit = "";
    for (ExpressionNames.Use use : ExpressionNames.calls(loss)) {
      boolean isValue = use.arguments().isEmpty() && context.scope().lookup(use.name()).isPresent();
      Optional<Routine> routine = isValue ? Optional.empty() : routine(use.name());
      if (routine.isEmpty()) {
        continue;
      }
      if (use.arguments().stream().anyMatch(each -> isMadeOfTarget(each.value()))) {
        explicit = explicit.isEmpty() ? use.name() : explicit;
        continue;
      }
      Compared compared = Compared.of(run, use.arguments(), context);
      if (compared.target().isPresent()) {
        continue;
      }
      Comparison comparison = comparison(use, routine.get(), compared, context);
      if (routine.get().target().isPresent()) {
        return Optional.of(comparison);
      }
      values = values.or(() -> Optional.of(comparison));
    }
    if (values.isPresent() || !ExpressionNames.uses(loss, TARGET)) {
      return values;
    }
    TensorDatum output = model.outputs().getFirst();
    TensorType target =
        isClasses()
            ? TensorType.of(DType.I32)
            : output.sampleType().withDType(run.ops().floatType());
    return Optional.of(Comparison.of(explicit, 0, output.dims(), target));
  }

  private static boolean isMadeOfTarget(Expression argument) {
    return !(argument instanceof Expression.NameUse) && ExpressionNames.uses(argument, TARGET);
  }

  private Comparison comparison(
      ExpressionNames.Use use, Routine routine, Compared compared, Context context) {
    TensorDatum output = compared.output().orElse(model.outputs().getFirst());
    Map<String, Datum> bound =
        run.calls.bind(use.name(), routine.parameters(), compared.options(), use.span(), context);
    int index = Math.max(0, model.outputs().indexOf(output));
    List<Integer> dims = model.outputs().get(index).dims();
    return run.located(
        use.span(),
        context,
        () -> {
          if (routine.target().isEmpty()) {
            TensorType target = output.sampleType().withDType(run.ops().floatType());
            return Comparison.of(use.name(), index, dims, target);
          }
          int place = classPlace(use.name(), bound, output);
          List<Integer> rest = new ArrayList<>(output.dims());
          rest.remove(/* index */ place);
          return Comparison.of(use.name(), index, dims, TensorType.of(DType.I32, rest))
              .ofClasses(dims, place, ignored(bound));
        });
  }

  private static OptionalInt ignored(Map<String, Datum> bound) {
    Datum ignored = bound.get("ignore_index");
    return ignored instanceof Datum.IntDatum
        ? OptionalInt.of(Read.small("ignore_index", ignored))
        : OptionalInt.empty();
  }

  private static int classPlace(String name, Map<String, Datum> bound, TensorDatum output) {
    int dim = Read.small("dim", bound.getOrDefault("dim", new Datum.IntDatum(-1)));
    int rank = output.rank();
    int place = dim < 0 ? dim + rank : dim;
    if (place < 0 || place >= rank) {
      throw new Complaint(
          Code.SHAPE,
          name,
          "needs classes in dimension " + dim + " of the output, " + "which is " + output.type());
    }
    return place;
  }

  private TensorDatum target(TensorType type) {
    TensorOps ops = run.ops();
    TensorType full = TensorType.of(type.dtype(), TensorOps.prefixed(ops.batch(), type.dims()));
    return new TensorDatum(ops.builder().parameter(TARGET, full, Role.INPUT, ops.place()), true);
  }

  private boolean isClasses() {
    return section
        .flatMap(TrainSection::data)
        .map(data -> CLASS_SOURCES.contains(data.name()))
        .orElse(false);
  }

  private TensorDatum scalar(TensorDatum value) {
    TensorOps ops = run.ops();
    if (!TensorOps.dtype(value).isFloat()) {
      throw new Complaint(Code.WRONG_TYPE, "the loss", "a float", value.type());
    }
    TensorDatum one = value;
    if (value.rank() > 0) {
      double count = value.sampleType().elements();
      TensorDatum sum = ops.reduce(ReduceFn.SUM, value, TensorOps.range(0, value.rank()), false);
      one = times(sum, 1 / count);
    }
    return one.batched() ? times(ops.sumOverBatch(one, List.of()), 1.0 / ops.batch()) : one;
  }

  private TensorDatum times(TensorDatum x, double factor) {
    TensorOps ops = run.ops();
    return ops.elementwise("*", Elementwise.MUL, x, ops.scalar(ops.floatType(), factor));
  }
}
