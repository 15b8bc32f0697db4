// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import java.util.ArrayList;
import java.util.List;

/** A model as boxes and the lines between them. */
record Network(String name, List<Node> nodes, List<Edge> edges, long weights) {

  /**
   * A box.
   *
   * @param label the name that the program gives it; may be empty
   * @param title what it is, with its arguments: {@code conv2d(16, kernel=3)}
   * @param type of what it makes, for one sample; empty where that is nothing new
   * @param weights how many trained numbers it has
   * @param isShared whether its weights are those of an earlier box
   * @param isTurn whether it stands for a turn of a loop
   * @param times how often it follows itself
   * @param children what is inside, in order
   */
  record Node(
      String id,
      Family family,
      String label,
      String title,
      String type,
      long weights,
      boolean isShared,
      boolean isTurn,
      int times,
      List<Node> children) {

    Node {
      children = List.copyOf(children);
    }

    boolean isGroup() {
      return !children.isEmpty();
    }

    Node withTimes(int count) {
      return new Node(id, family, label, title, type, weights, isShared, isTurn, count, children);
    }

    Node withChildren(List<Node> nodes) {
      return new Node(id, family, label, title, type, weights, isShared, isTurn, times, nodes);
    }

    /** The boxes within that hold no others, or the box itself. */
    List<Node> leaves() {
      if (!isGroup()) {
        return List.of(this);
      }
      List<Node> leaves = new ArrayList<>();
      children.forEach(child -> leaves.addAll(child.leaves()));
      return leaves;
    }
  }

  /** What flows from a box to another, by their ids. */
  record Edge(String from, String to) {}

  Network {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
  }
}
