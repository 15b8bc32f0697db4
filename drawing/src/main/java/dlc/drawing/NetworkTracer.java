// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import dlc.drawing.Network.Edge;
import dlc.drawing.Network.Node;
import dlc.frontend.CheckedModel;
import dlc.frontend.ast.Argument;
import dlc.frontend.ast.Name;
import dlc.frontend.elaborate.Witness;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.ir.Role;
import dlc.ir.Value;
import dlc.ir.op.Contraction;
import dlc.ir.op.Leaf;
import dlc.ir.op.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes a network of what a model does.
 *
 * <p>Layers of the library are boxes, those of the program hold the boxes of the layers that they
 * apply. Arithmetic between layers is not drawn, but where it brings two values together.
 */
final class NetworkTracer implements Witness {

  private static final Map<String, String> SYMBOLS =
      Map.of("add", "+", "sub", "−", "mul", "×", "div", "÷", "dot", "@", "convolution", "∗");

  /** A box that is not finished. */
  private record Open(Set<String> sources, List<Node> children) {}

  private final Deque<Open> open = new ArrayDeque<>();
  private final Deque<String> turns = new ArrayDeque<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<Edge> edges = new LinkedHashSet<>();
  private final Map<Value, Set<String>> sources = new HashMap<>();
  private int count;

  private NetworkTracer() {}

  static Network trace(CheckedModel model) {
    NetworkTracer tracer = new NetworkTracer();
    model.trace(tracer);
    return new Network(model.name(), tracer.nodes, List.copyOf(tracer.edges), model.weightCount());
  }

  @Override
  public void input(String name, Datum value) {
    Node node = plain(Family.PORT, name, shape(value));
    add(node);
    produced(value, node.id());
  }

  @Override
  public void output(Datum value) {
    Set<String> from = sources(value);
    Node node = plain(Family.PORT, "output", shape(value));
    add(node);
    from.forEach(each -> edges.add(new Edge(each, node.id())));
  }

  @Override
  public void enter(Application layer) {
    Set<String> from = new LinkedHashSet<>(sources(layer.input()));
    layer.arguments().values().forEach(each -> from.addAll(sources(each)));
    open.push(new Open(from, new ArrayList<>()));
  }

  @Override
  public void leave(Application layer, Datum result, long weights) {
    boolean hasParts = !open.element().children().isEmpty();
    if (hasParts) {
      // A last sum, as that of a residual, still belongs to this layer.
      sources(result);
    }
    Open done = open.pop();
    String kind = layer.routine().name().text();
    String label = layer.use().label().map(Name::text).orElse(layer.isNew() ? "" : again(layer));
    boolean isSame = weights == 0 && !hasParts && layer.input().type().equals(result.type());
    Node node =
        new Node(
            nextId(),
            hasParts ? Family.GROUP : Family.of(layer.routine().span().source()),
            label.equals("_") ? "" : label,
            kind + arguments(layer),
            isSame ? "" : shape(result),
            weights,
            !layer.isNew(),
            false,
            1,
            done.children());
    add(node);
    if (!hasParts) {
      done.sources().forEach(each -> edges.add(new Edge(each, node.id())));
      produced(result, node.id());
    }
  }

  private static String again(Application layer) {
    return layer.use().kind().text();
  }

  @Override
  public void enterTurn(String loop, int index) {
    turns.push(loop);
    open.push(new Open(Set.of(), new ArrayList<>()));
  }

  @Override
  public void leaveTurn(Optional<Datum> current) {
    current.ifPresent(this::sources);
    Open done = open.pop();
    String loop = turns.pop();
    String name = loop.substring(loop.lastIndexOf('.') + 1);
    if (!done.children().isEmpty()) {
      add(new Node(nextId(), Family.GROUP, "", name, "", 0, false, true, 1, done.children()));
    }
  }

  /** The arguments as given, with their values. */
  private static String arguments(Application layer) {
    List<Argument> given = layer.use().arguments().orElse(List.of());
    List<String> names =
        layer.routine().parameters().stream().map(each -> each.name().text()).toList();
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      Optional<Name> name = given.get(i).name();
      Datum value = layer.arguments().get(name.map(Name::text).orElse(names.get(i)));
      boolean isPlain = value != null && value.isKnown();
      String text = isPlain ? String.valueOf(value) : given.get(i).value().span().text();
      boolean isLong = text.length() > 24 || value instanceof Datum.InitializerDatum;
      texts.add(name.map(each -> each + "=").orElse("") + (isLong ? "…" : text));
    }
    return texts.isEmpty() ? "" : "(" + String.join(", ", texts) + ")";
  }

  private Node plain(Family family, String title, String type) {
    return new Node(nextId(), family, "", title, type, 0, false, false, 1, List.of());
  }

  private String nextId() {
    return "n" + count++;
  }

  private void add(Node node) {
    if (open.isEmpty()) {
      nodes.add(node);
    } else {
      open.element().children().add(node);
    }
  }

  private void produced(Datum value, String id) {
    if (value instanceof TensorDatum tensor) {
      sources.put(tensor.value(), Set.of(id));
    }
  }

  private Set<String> sources(Datum value) {
    return value instanceof TensorDatum tensor ? sources(tensor.value()) : Set.of();
  }

  /** The boxes that {@code value} comes from; where it brings some together, a box for that. */
  private Set<String> sources(Value value) {
    Set<String> known = sources.get(value);
    if (known != null) {
      return known;
    }
    Set<String> all = new LinkedHashSet<>();
    value.operands().forEach(operand -> all.addAll(sources(operand)));
    boolean isInput = value.op() instanceof Leaf.Parameter leaf && leaf.role() == Role.INPUT;
    boolean isBox = !all.isEmpty() && (all.size() > 1 || value.op() instanceof Contraction);
    Set<String> result = isBox ? Set.of(join(value, all)) : Set.copyOf(all);
    if (!isInput) {
      sources.put(value, result);
    }
    return result;
  }

  private String join(Value value, Set<String> from) {
    Op op = value.op();
    Node node = plain(Family.JOIN, SYMBOLS.getOrDefault(op.mnemonic(), op.mnemonic()), "");
    add(node);
    from.forEach(each -> edges.add(new Edge(each, node.id())));
    return node.id();
  }

  /** A type as people say it: {@code 16 × 32 × 32}, with the element type where it is not f32. */
  private static String shape(Datum value) {
    if (!(value instanceof TensorDatum tensor)) {
      return "";
    }
    String dims = tensor.dims().stream().map(String::valueOf).collect(Collectors.joining(" × "));
    String type = tensor.sampleType().dtype().toString();
    String prefix = type.equals("f32") ? "" : type + " ";
    return prefix + (dims.isEmpty() ? "scalar" : dims);
  }
}
