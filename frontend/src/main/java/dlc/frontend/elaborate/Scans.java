// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.frontend.ast.Expression;
import dlc.frontend.ast.Expression.ScanClause;
import dlc.frontend.library.TensorOps;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.Poison;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Read;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Unrolls recurrences over dimension 0, step by step with the same weights. */
final class Scans {

  private static final String REVERSE = "reverse";

  private final Elaboration run;

  Scans(Elaboration run) {
    this.run = run;
  }

  /** What the steps yield, stacked; the carried names keep their last values. */
  Datum scan(Expression.Scan scan, Context context) {
    Map<String, TensorDatum> sequences = new LinkedHashMap<>();
    Map<String, Datum> carried = new LinkedHashMap<>();
    boolean reverse = false;
    for (ScanClause clause : scan.clauses()) {
      String name = clause.name().text();
      Datum value = run.expressions.evaluate(clause.value(), context);
      if (value == Poison.POISON) {
        return value;
      }
      if (clause.isSequence()) {
        sequences.put(name, run.located(clause.value().span(), context, () -> sequence(value)));
      } else if (name.equals(REVERSE)) {
        reverse = run.located(clause.value().span(), context, () -> Read.bool(REVERSE, value));
      } else {
        carried.put(
            name, run.located(clause.value().span(), context, () -> run.ops().tensor(name, value)));
      }
    }
    int steps = run.located(scan.span(), context, () -> steps(sequences));
    Scope names = context.scope().inner();
    carried.forEach(names::defineAssignable);
    String loop =
        run.located(scan.span(), context, () -> context.frame().next("scan", Optional.empty()));
    List<Datum> yields = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      int at = reverse ? steps - 1 - i : i;
      yields.add(step(scan, context, names, loop, sequences, at));
    }
    carried.keySet().forEach(name -> keep(context, name, names));
    if (yields.contains(Poison.POISON)) {
      return Poison.POISON;
    }
    if (reverse) {
      Collections.reverse(yields);
    }
    return run.located(scan.span(), context, () -> stack(yields));
  }

  private static void keep(Context context, String name, Scope names) {
    Datum last = names.lookup(name).orElseThrow();
    if (!context.scope().assign(name, last)) {
      context.scope().define(name, last);
    }
  }

  private TensorDatum sequence(Datum value) {
    TensorDatum tensor = run.ops().tensor("scan", value);
    if (tensor.rank() == 0) {
      throw new Complaint(Code.SHAPE, "scan", "needs a dimension to walk, found " + value.type());
    }
    return tensor;
  }

  private static int steps(Map<String, TensorDatum> sequences) {
    List<Integer> lengths =
        sequences.values().stream().map(each -> each.dims().getFirst()).distinct().toList();
    if (lengths.isEmpty()) {
      throw new Complaint(Code.BAD_ARGUMENT, "scan", "needs a sequence: scan x in it, …");
    }
    if (lengths.size() > 1) {
      throw new Complaint(Code.SHAPE, "scan", "the sequences have the lengths " + lengths);
    }
    return lengths.getFirst();
  }

  private Datum step(
      Expression.Scan scan,
      Context context,
      Scope names,
      String loop,
      Map<String, TensorDatum> sequences,
      int at) {
    run.located(scan.span(), context, () -> run.step(1));
    Scope scope = names.inner();
    sequences.forEach((name, whole) -> scope.define(name, element(whole, at)));
    List<Datum> yielded = new ArrayList<>();
    context.activation().yields().add(yielded);
    Frame frame = Frame.at(context.frame().path(loop));
    run.statements.run(scan.body(), new Context(context.activation(), frame, scope));
    context.activation().yields().removeLast();
    if (yielded.size() != 1) {
      throw run.failure(
          new Complaint(
                  Code.BAD_ARGUMENT, "scan", "a step yields " + yielded.size() + " values, not one")
              .help("end the body with yield and a value"),
          scan.span(),
          context.activation());
    }
    return yielded.getFirst();
  }

  private TensorDatum element(TensorDatum whole, int at) {
    var place =
        new Subscripts.Subscript(false, Optional.of(at), Optional.empty(), Optional.empty());
    return (TensorDatum) Subscripts.apply(run.ops(), whole, List.of(place));
  }

  private Datum stack(List<Datum> yields) {
    TensorOps ops = run.ops();
    List<TensorDatum> rows = new ArrayList<>();
    for (Datum each : yields) {
      TensorDatum row = ops.tensor("yield", each);
      rows.add(ops.reshape(row, TensorOps.prefixed(1, row.dims())));
    }
    if (rows.stream().map(TensorDatum::dims).distinct().count() > 1) {
      throw new Complaint(Code.SHAPE, "scan", "the steps yield different shapes");
    }
    return ops.concat(rows, 0);
  }
}
