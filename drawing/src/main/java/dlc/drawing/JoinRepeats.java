// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import dlc.drawing.Network.Edge;
import dlc.drawing.Network.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes one box of groups that are the same and follow each other, as the blocks of a transformer.
 *
 * <pre>
 * block → block → block → norm   becomes   block ×3 → norm
 * </pre>
 *
 * <p>Groups are the same when their boxes and the lines between these are. What remains of loops,
 * whose turns differ, is drawn without a box around each turn.
 */
final class JoinRepeats {

  private final Set<Edge> edges;

  private JoinRepeats(Network network) {
    this.edges = new LinkedHashSet<>(network.edges());
  }

  static Network in(Network network) {
    JoinRepeats joining = new JoinRepeats(network);
    List<Node> nodes = joining.joined(network.nodes());
    return new Network(network.name(), nodes, List.copyOf(joining.edges), network.weights());
  }

  private List<Node> joined(List<Node> siblings) {
    List<Node> inner = new ArrayList<>();
    for (Node node : siblings) {
      inner.add(node.isGroup() ? node.withChildren(joined(node.children())) : node);
    }
    List<Node> result = new ArrayList<>();
    for (int i = 0; i < inner.size(); ) {
      int end = i + 1;
      while (inner.get(i).isGroup() && end < inner.size() && follows(inner, end)) {
        end++;
      }
      if (end - i > 1) {
        drop(inner.subList(i, end));
      }
      result.addAll(opened(inner.get(i).withTimes(end - i)));
      i = end;
    }
    return result;
  }

  /** A turn that is not repeated is its boxes; one that is a single group is that group. */
  private static List<Node> opened(Node node) {
    if (!node.isTurn()) {
      return List.of(node);
    }
    if (node.times() == 1) {
      return node.children();
    }
    Node only = node.children().getFirst();
    boolean isOne = node.children().size() == 1 && only.isGroup() && only.times() == 1;
    return List.of(isOne ? only.withTimes(node.times()) : node);
  }

  /** Whether the group at {@code i} does the same as the one before, with what that one makes. */
  private boolean follows(List<Node> siblings, int i) {
    Node before = siblings.get(i - 1);
    Node node = siblings.get(i);
    if (!node.isGroup() || !signature(before).equals(signature(node))) {
      return false;
    }
    Set<String> inside = ids(node);
    Set<String> insideBefore = ids(before);
    Set<Edge> leaving =
        edges.stream()
            .filter(edge -> insideBefore.contains(edge.from()) && !insideBefore.contains(edge.to()))
            .collect(Collectors.toSet());
    Set<Edge> entering =
        edges.stream()
            .filter(edge -> inside.contains(edge.to()) && !inside.contains(edge.from()))
            .collect(Collectors.toSet());
    return leaving.equals(entering) && leaving.stream().map(Edge::from).distinct().count() == 1;
  }

  private static Set<String> ids(Node node) {
    return node.leaves().stream().map(Node::id).collect(Collectors.toSet());
  }

  /** What a group is but for ids and labels: its boxes, and where each of their inputs is from. */
  private String signature(Node node) {
    Map<String, Integer> places = new HashMap<>();
    List<Node> leaves = node.leaves();
    for (Node leaf : leaves) {
      places.put(leaf.id(), places.size());
    }
    StringBuilder text = new StringBuilder(node.title()).append(node.weights());
    for (Node leaf : leaves) {
      text.append('|').append(leaf.title()).append(leaf.label()).append(leaf.type());
      text.append(leaf.weights()).append(leaf.isShared());
      edges.stream()
          .filter(edge -> edge.to().equals(leaf.id()))
          .map(edge -> places.getOrDefault(edge.from(), -1))
          .sorted()
          .forEach(place -> text.append(',').append(place));
    }
    return text.toString();
  }

  /** Leaves the first of {@code same}; what the last one made, the first one makes. */
  private void drop(List<Node> same) {
    List<Node> first = same.getFirst().leaves();
    List<Node> last = same.getLast().leaves();
    Map<String, String> standIns = new HashMap<>();
    for (int i = 0; i < first.size(); i++) {
      standIns.put(last.get(i).id(), first.get(i).id());
    }
    Set<String> dropped = new HashSet<>();
    same.subList(1, same.size()).forEach(node -> dropped.addAll(ids(node)));
    Set<Edge> kept = new LinkedHashSet<>();
    for (Edge edge : edges) {
      if (!dropped.contains(edge.to())) {
        kept.add(new Edge(standIns.getOrDefault(edge.from(), edge.from()), edge.to()));
      }
    }
    kept.removeIf(edge -> dropped.contains(edge.from()));
    edges.clear();
    edges.addAll(kept);
  }
}
