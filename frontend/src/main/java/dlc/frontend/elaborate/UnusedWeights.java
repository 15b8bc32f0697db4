// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.Role;
import dlc.ir.Value;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the weights that the loss does not depend on, or without a loss no output does. */
final class UnusedWeights {

  private UnusedWeights() {}

  /** A warning for each place of the program that declares some. */
  static List<Diagnostic> in(Program program) {
    Optional<Graph> measured = program.entry("gradients").or(() -> program.entry("predict"));
    return measured.map(UnusedWeights::in).orElse(List.of());
  }

  private static List<Diagnostic> in(Graph graph) {
    Map<String, Value> ends = new LinkedHashMap<>();
    Optional<Value> loss = Optional.ofNullable(graph.results().get("loss"));
    loss.ifPresentOrElse(value -> ends.put("loss", value), () -> ends.putAll(graph.results()));
    Set<Value> used = new HashSet<>(new Graph(graph.name(), List.of(), ends).values());
    Map<Span, List<Leaf.Parameter>> unused = new LinkedHashMap<>();
    for (Value value : graph.parameters()) {
      Leaf.Parameter declared = Graph.declaration(value);
      boolean isOfProgram = value.span().source() != SourceFile.NONE;
      if (declared.role() == Role.WEIGHT && isOfProgram && !used.contains(value)) {
        unused.computeIfAbsent(value.span(), _ -> new ArrayList<>()).add(declared);
      }
    }
    List<Diagnostic> warnings = new ArrayList<>();
    unused.forEach((span, weights) -> warnings.add(warning(span, weights, loss.isPresent())));
    return warnings;
  }

  private static Diagnostic warning(Span span, List<Leaf.Parameter> weights, boolean hasLoss) {
    List<String> names = weights.stream().map(each -> "'" + each.name() + "'").toList();
    long count = weights.stream().mapToLong(each -> each.type().elements()).sum();
    String subject =
        names.size() == 1
            ? "the weight " + names.getFirst() + " has"
            : "the weights %s and %s have"
                .formatted(String.join(", ", names.subList(0, names.size() - 1)), names.getLast());
    return Code.UNUSED_WEIGHT
        .at(span, subject, hasLoss ? "the loss" : "any output")
        .withLabel(count == 1 ? "1 number is never trained" : count + " numbers are never trained")
        .withHelp("use the result of this layer, or remove it");
  }
}
