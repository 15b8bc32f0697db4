// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.Diagnostics;
import dlc.base.NearestName;
import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Expression;
import dlc.frontend.library.TensorOps;
import dlc.frontend.parse.Parser;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.Poison;
import dlc.frontend.value.Steering;
import dlc.ir.DType;
import dlc.ir.GraphBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The hyper-parameters of a program with the values in force.
 *
 * @param scope defines them
 * @param texts their values, to show
 * @param floats those that are floats
 */
record Params(Scope scope, Map<String, String> texts, Set<String> floats) {

  static Params evaluate(
      Declarations declarations,
      Map<String, String> overrides,
      Steering steering,
      Diagnostics diagnostics) {
    Scope scope = Scope.root();
    Elaboration run = constants(declarations, diagnostics, scope);
    Activation activation = new Activation("param", Span.NONE, Span.NONE, false, null, "");
    Context context = new Context(activation, Frame.at(""), scope);
    Map<String, String> texts = new LinkedHashMap<>();
    Set<String> floats = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (Declaration.Param param : declarations.params()) {
      String name = param.name().text();
      names.add(name);
      Datum value = value(param, Optional.ofNullable(overrides.get(name)), run, context);
      scope.define(name, steering.param(name, value));
      texts.put(name, value.toString());
      if (value instanceof Datum.FloatDatum) {
        floats.add(name);
      }
    }
    for (String name : overrides.keySet()) {
      if (!names.contains(name)) {
        Diagnostic unknown = Code.UNKNOWN_PARAM.at(Span.NONE, name);
        diagnostics.report(NearestName.advice(name, names).map(unknown::withHelp).orElse(unknown));
      }
    }
    return new Params(scope, texts, floats);
  }

  private static Elaboration constants(
      Declarations declarations, Diagnostics diagnostics, Scope scope) {
    TensorOps ops =
        new TensorOps(new GraphBuilder("params"), 1, DType.F32, Optional.empty(), Optional.of(0));
    return new Elaboration(
        declarations, diagnostics, scope, false, Witness.NONE, ops, ops, new HashSet<>());
  }

  private static Datum value(
      Declaration.Param param, Optional<String> override, Elaboration run, Context context) {
    try {
      Datum preset = run.expressions.evaluate(param.value(), context);
      if (preset == Poison.POISON) {
        return preset;
      }
      String type = param.type().map(each -> each.name().text()).orElse(preset.type());
      String what = "param " + param.name();
      Datum checked =
          run.located(
              param.value().span(),
              context,
              () -> {
                if (!preset.isKnown()) {
                  throw new Complaint(Code.NOT_KNOWN_EARLY, what);
                }
                return Calls.coerce(what, type, preset);
              });
      return override.map(text -> overridden(param, type, text, run, context)).orElse(checked);
    } catch (Failure failure) {
      run.report(failure);
      return Poison.POISON;
    }
  }

  private static Datum overridden(
      Declaration.Param param, String type, String text, Elaboration run, Context context) {
    if (type.equals("string")) {
      return new Datum.StringDatum(text);
    }
    Diagnostics ignored = new Diagnostics();
    Optional<Expression> expression =
        Parser.parseExpression(new SourceFile("-D " + param.name(), text), ignored);
    try {
      Datum value = run.expressions.evaluate(expression.orElseThrow(), context);
      return Calls.coerce(param.name().text(), type, value);
    } catch (RuntimeException unfit) {
      String article = type.equals("int") ? "an int" : "a " + type;
      throw new Failure(Code.BAD_OVERRIDE.at(param.name().span(), param.name(), text, article));
    }
  }
}
