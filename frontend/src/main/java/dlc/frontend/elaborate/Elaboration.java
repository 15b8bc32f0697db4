// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.TypeSyntax;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Read;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.TypeError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One run of a model for one entry point: what the parts of the elaborator share.
 *
 * <p>The parts are {@link Statements}, {@link Expressions}, {@link Layers}, {@link Calls} and
 * {@link States}. A mistake is a {@link Complaint} where a rule is checked, a {@link Failure} once
 * it has a place, and reported by the nearest statement of the program, which then goes on with
 * poison.
 */
final class Elaboration {

  private static final int MAX_STEPS = 200_000;
  private static final int MAX_DEPTH = 200;

  final Declarations declarations;
  final Diagnostics diagnostics;
  final Scope params;
  final boolean training;
  final Witness witness;
  final Trail trail = new Trail();
  private Span place = Span.NONE;
  final List<LayerRow> rows = new ArrayList<>();
  final Expressions expressions = new Expressions(this);
  final Statements statements = new Statements(this);
  final Calls calls = new Calls(this);
  final Layers layers = new Layers(this);
  final States states;
  private final Set<Span> ran;
  private TensorOps ops;
  private Optional<Losses> losses = Optional.empty();
  private int steps;

  /**
   * @param params the params of the program, which its bodies see
   * @param witness is told what the program does
   * @param ops makes the values of the entry point
   * @param initial makes the initial values of weights
   * @param ran gets the declarations whose bodies run
   */
  Elaboration(
      Declarations declarations,
      Diagnostics diagnostics,
      Scope params,
      boolean training,
      Witness witness,
      TensorOps ops,
      TensorOps initial,
      Set<Span> ran) {
    this.declarations = declarations;
    this.diagnostics = diagnostics;
    this.params = params;
    this.training = training;
    this.witness = witness;
    this.ops = ops;
    this.states = new States(this, initial);
    this.ran = ran;
  }

  TensorOps ops() {
    return ops;
  }

  /** Reports a mistake; what only follows from one before is not shown. */
  void report(Failure failure) {
    if (failure.isConsequence()) {
      diagnostics.reportConsequence(failure.diagnostic());
    } else {
      diagnostics.report(failure.diagnostic());
    }
  }

  /** Makes the next values with other ops; returns those before. */
  TensorOps exchangeOps(TensorOps next) {
    TensorOps before = ops;
    ops = next;
    return before;
  }

  /** The losses that expressions may use by name: none but in the setting {@code loss}. */
  Optional<Losses> losses() {
    return losses;
  }

  /** Lets expressions use other losses; returns those before. */
  Optional<Losses> exchangeLosses(Optional<Losses> next) {
    Optional<Losses> before = losses;
    losses = next;
    return before;
  }

  /** Counts work, so that a small program cannot keep the compiler busy for ever. */
  void step(long count) {
    if (count > MAX_STEPS - steps) {
      throw new Complaint(Code.TOO_MANY_STEPS, MAX_STEPS);
    }
    steps += (int) count;
  }

  /** Tells the witness what the program's text at {@code place} stands for. */
  void tell(Span place, Datum value) {
    if (!isLibrary(place)) {
      witness.value(place, value);
    }
  }

  boolean isLibrary(Span span) {
    return declarations.isLibrary(span.source());
  }

  /** What a body of {@code source} sees from outside: the params, or nothing in the library. */
  Scope outerScope(SourceFile source) {
    return declarations.isLibrary(source) ? Scope.root() : params.inner();
  }

  /** A use of {@code name}, which must not be under way already. */
  Activation activate(
      String name, Span body, Span call, Optional<Activation> caller, String label) {
    int depth = 0;
    for (Optional<Activation> each = caller; each.isPresent(); each = each.get().caller()) {
      depth++;
      if (each.get().body().equals(body)) {
        throw new Complaint(Code.RECURSION, name, cycle(name, body, caller))
            .help("a program has no recursion; use repeat or for");
      }
    }
    if (depth > MAX_DEPTH) {
      throw new Complaint(Code.DEEP_CALLS, MAX_DEPTH);
    }
    ran.add(body);
    return new Activation(name, body, call, isLibrary(body), caller.orElse(null), label);
  }

  private static String cycle(String name, Span body, Optional<Activation> caller) {
    StringBuilder cycle = new StringBuilder(name);
    for (Optional<Activation> each = caller; each.isPresent(); each = each.get().caller()) {
      cycle.insert(0, each.get().name() + " → ");
      if (each.get().body().equals(body)) {
        break;
      }
    }
    return cycle.toString();
  }

  /** A tensor type as written, for one sample; {@code f32} stands for the precision in use. */
  TensorType type(TypeSyntax syntax, Context context) {
    String name = syntax.name().text();
    List<String> known = List.of("f32", "i32", "bool");
    if (!known.contains(name)) {
      Complaint complaint = new Complaint(Code.UNKNOWN_TYPE, name);
      throw failure(
          name.matches("b?f16|f64")
              ? complaint.help("write f32; the setting precision " + name + " changes it")
              : complaint.nearest(name, known),
          syntax.name().span(),
          context.activation());
    }
    if (syntax.dims().isEmpty()) {
      throw failure(
          new Complaint(Code.WRONG_TYPE, "the type", "a tensor type", name)
              .help("write " + name + "[] for a scalar per sample"),
          syntax.span(),
          context.activation());
    }
    DType dtype = name.startsWith("f") ? ops.floatType() : DType.named(name).orElse(DType.F32);
    List<Integer> dims = new ArrayList<>();
    for (Expression expression : syntax.dims().get()) {
      Datum value = expressions.evaluate(expression, context);
      located(expression.span(), context, () -> dims.addAll(Read.ints("a size", value)));
    }
    return located(syntax.span(), context, () -> TensorType.of(dtype, dims));
  }

  void located(Span span, Context context, Runnable task) {
    located(
        span,
        context,
        () -> {
          task.run();
          return true;
        });
  }

  /** What {@code task} returns; its complaints are about {@code span}. */
  <T> T located(Span span, Context context, Supplier<T> task) {
    try {
      // Initializers that the library gives are those of the layer that is being applied.
      place = used(place(span, context.activation()));
      ops.at(place);
      return task.get();
    } catch (Complaint complaint) {
      throw failure(complaint, span, context.activation());
    } catch (TypeError broken) {
      throw failure(complaint(broken, context.activation().name()), span, context.activation());
    }
  }

  /** {@code span}, or where it is in the library, the place in the program that is elaborated. */
  Span used(Span span) {
    return isLibrary(span) ? place : span;
  }

  /** What the program has at {@code span}: of the library, the use of it that led there. */
  Span place(Span span, Activation activation) {
    return isLibrary(span) ? blamed(activation).call() : span;
  }

  /** The use of the library, by the program, that {@code activation} is a part of. */
  private Activation blamed(Activation activation) {
    Activation blamed = activation;
    while (isLibrary(blamed.call()) && blamed.caller().isPresent()) {
      blamed = blamed.caller().get();
    }
    return blamed;
  }

  private static Complaint complaint(TypeError broken, String name) {
    String rule = String.valueOf(broken.getMessage());
    return rule.contains("2^31")
        ? new Complaint(Code.TOO_LARGE, rule.substring(0, rule.indexOf(" has")))
        : new Complaint(Code.SHAPE, name, rule);
  }

  /** Finds the place in the program that is to blame, which for library code is who uses it. */
  Failure failure(Complaint complaint, Span span, Activation activation) {
    Code code = complaint.code();
    String message = String.valueOf(complaint.getMessage());
    Span place = span;
    String label = "";
    Activation blamed = activation;
    if (isLibrary(span)) {
      blamed = blamed(activation);
      place = blamed.call();
      label = blamed.label();
      message = renamed(message, activation.name(), blamed.name());
      blamed = blamed.caller().orElse(blamed);
    }
    Diagnostic diagnostic = Diagnostic.of(code, place, message).withLabel(label);
    if (code.id().startsWith("E03") && !trail.isEmpty()) {
      diagnostic = diagnostic.withNote("shape so far: " + trail);
    }
    if (blamed.caller().isPresent() && blamed.call().source() != SourceFile.NONE) {
      diagnostic = diagnostic.withNote(blamed.call(), "'" + blamed.name() + "' is used here");
    }
    Diagnostic shown = complaint.help().map(diagnostic::withHelp).orElse(diagnostic);
    return complaint.isConsequence() ? Failure.consequence(shown) : new Failure(shown);
  }

  /** Errors inside the library start with the name that the program used. */
  private static String renamed(String message, String inner, String used) {
    if (message.startsWith(used + ":")) {
      return message;
    }
    String rest =
        message.startsWith(inner + ":") ? message.substring(inner.length() + 1) : " " + message;
    return used + ":" + rest;
  }
}
