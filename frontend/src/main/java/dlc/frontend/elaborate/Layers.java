// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.LayerUse;
import dlc.frontend.ast.Name;
import dlc.frontend.library.Functions;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Applies layers. */
final class Layers {

  private final Elaboration run;

  Layers(Elaboration run) {
    this.run = run;
  }

  /** What the layer that {@code use} says makes of {@code input}. */
  Datum apply(LayerUse use, Datum input, Context context) {
    Optional<Frame.Instance> again =
        use.arguments().isEmpty() ? context.frame().labelled(use.kind().text()) : Optional.empty();
    if (again.isPresent()) {
      use.label().ifPresent(label -> context.frame().label(label.text(), again.get()));
      return apply(again.get(), use.kind().text(), use, input, context, false);
    }
    Declaration.Routine routine = routine(use.kind(), context);
    String name =
        run.located(
            use.label().orElse(use.kind()).span(),
            context,
            () -> context.frame().next(routine.name().text(), use.label()));
    String path = context.frame().layerPath(name);
    Map<String, Datum> arguments;
    try {
      arguments = bind(routine, use, context);
    } catch (Failure failure) {
      use.label().ifPresent(label -> label(label, path, routine, Map.of(), context));
      run.states.markBroken(path);
      throw failure;
    }
    Frame.Instance instance = new Frame.Instance(path, routine, arguments);
    use.label().ifPresent(label -> label(label, path, routine, arguments, context));
    return apply(instance, name, use, input, context, true);
  }

  private static void label(
      Name label,
      String path,
      Declaration.Routine routine,
      Map<String, Datum> arguments,
      Context context) {
    context.frame().label(label.text(), new Frame.Instance(path, routine, arguments));
  }

  private Declaration.Routine routine(Name kind, Context context) {
    return run.declarations
        .routine(RoutineKind.LAYER, kind.text(), kind.span().source())
        .orElseThrow(() -> run.failure(unknown(kind), kind.span(), context.activation()));
  }

  /** What is wrong with a layer of a kind that is not there. */
  Complaint unknown(Name kind) {
    Complaint complaint = new Complaint(Code.UNKNOWN_LAYER, kind);
    boolean isFunction =
        run.declarations.function(kind.text(), kind.span().source()).isPresent()
            || Functions.named(kind.text()).isPresent();
    if (isFunction) {
      return complaint.help("'" + kind + "' is a function: it = " + kind + "(it)");
    }
    return complaint.nearest(kind.text(), run.declarations.names("layer"));
  }

  private Map<String, Datum> bind(Declaration.Routine routine, LayerUse use, Context context) {
    List<Argument> arguments = use.arguments().orElse(List.of());
    return run.calls.bind(
        routine.name().text(), routine.parameters(), arguments, use.span(), context);
  }

  private Datum apply(
      Frame.Instance instance,
      String name,
      LayerUse use,
      Datum input,
      Context context,
      boolean isNew) {
    boolean poisoned =
        input == Datum.Poison.POISON
            || instance.arguments().containsValue(Datum.Poison.POISON)
            || run.states.isBroken(instance.path());
    if (poisoned) {
      run.states.markBroken(instance.path());
      return Datum.Poison.POISON;
    }
    try {
      return applyWell(instance, name, use, input, context, isNew);
    } catch (Failure failure) {
      run.states.markBroken(instance.path());
      throw failure;
    }
  }

  private Datum applyWell(
      Frame.Instance instance,
      String name,
      LayerUse use,
      Datum input,
      Context context,
      boolean isNew) {
    Declaration.Routine routine = instance.routine();
    Activation activation =
        run.located(
            use.span(),
            context,
            () ->
                run.activate(
                    routine.name().text(),
                    routine.span(),
                    use.span(),
                    Optional.of(context.activation()),
                    "input here is " + input.type()));
    activation.setCurrent(input);
    Scope scope = run.outerScope(routine.span().source());
    instance.arguments().forEach(scope::define);
    Frame frame = name.equals(Frame.TRANSPARENT) ? context.frame() : Frame.at(instance.path());
    int mark = run.trail.mark();
    boolean isOwn = !run.isLibrary(use.span());
    Witness.Application application =
        new Witness.Application(use, instance.path(), routine, instance.arguments(), input, isNew);
    if (isOwn) {
      run.witness.enter(application);
    }
    int rowsBefore = run.rows.size();
    Cost before = cost();
    run.statements.run(routine.body(), new Context(activation, frame, scope));
    run.trail.backTo(mark);
    Datum result = result(activation);
    if (isOwn) {
      run.trail.add(context.frame().path(name), result);
      long weights = run.states.weights() - before.weights;
      run.witness.leave(application, result, weights);
      addRow(instance, activation, result, rowsBefore, isNew, before);
    }
    return result;
  }

  /** What the model costs up to some place. */
  private record Cost(long weights, long flops) {}

  private Cost cost() {
    return new Cost(run.states.weights(), run.ops().flops());
  }

  /** What the body made of its input; several values that it returns are a list. */
  private static Datum result(Activation activation) {
    List<Datum> results = activation.results().orElse(List.of());
    if (results.size() > 1) {
      return results.contains(Datum.Poison.POISON)
          ? Datum.Poison.POISON
          : new Datum.ListDatum(results);
    }
    return results.isEmpty()
        ? activation.current().orElse(Datum.Poison.POISON)
        : results.getFirst();
  }

  /** A row for a layer of the library, or for one of the program that has something of its own. */
  private void addRow(
      Frame.Instance instance,
      Activation activation,
      Datum result,
      int rowsBefore,
      boolean isNew,
      Cost before) {
    long own = run.states.weights() - before.weights;
    long flops = run.ops().flops() - before.flops;
    for (LayerRow row : run.rows.subList(rowsBefore, run.rows.size())) {
      own -= row.weights();
      flops -= row.flops();
    }
    if (activation.isLibrary() || own > 0 || flops > 0 || run.rows.size() == rowsBefore) {
      String kind = instance.routine().name().text();
      run.rows.add(new LayerRow(instance.path(), kind, result.type(), isNew ? own : 0, flops));
    }
  }

  /** The weight, or the layer within, that {@code path.member} names. */
  Datum member(String path, Name member, Context context) {
    String name = path + "." + member;
    if (run.states.isBroken(path) || run.states.isBroken(name)) {
      return Datum.Poison.POISON;
    }
    Optional<Datum.TensorDatum> value = run.states.value(name);
    if (value.isPresent()) {
      return value.get();
    }
    if (!run.states.below(name).isEmpty()) {
      return new Datum.LayerDatum(name);
    }
    List<String> known = new ArrayList<>(run.states.below(path));
    throw run.failure(
        new Complaint(Code.UNKNOWN_WEIGHT, path, member).nearest(member.text(), known),
        member.span(),
        context.activation());
  }
}
