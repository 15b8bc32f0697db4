// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import dlc.drawing.Network.Edge;
import dlc.drawing.Network.Node;
import dlc.drawing.Picture.Box;
import dlc.drawing.Picture.Point;
import dlc.drawing.Picture.Route;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.math.KVector;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.options.HierarchyHandling;
import org.eclipse.elk.core.options.SizeConstraint;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/** Gives boxes and lines their places: layer below layer, by ELK's layered algorithm. */
final class PlaceNodes {

  private static final double JOIN = 26;
  private static final double MARGIN = 24;

  /** Room for the name of the model. */
  private static final double HEADING = 58;

  private static final double GROUP_HEADING = 30;

  private final Network network;
  private final Map<String, ElkNode> placed = new HashMap<>();

  private PlaceNodes(Network network) {
    this.network = network;
  }

  static Picture of(Network network) {
    return new PlaceNodes(network).place();
  }

  private Picture place() {
    ElkNode root = ElkGraphUtil.createGraph();
    settings(root);
    root.setProperty(CoreOptions.PADDING, new ElkPadding(HEADING, MARGIN, MARGIN, MARGIN));
    network.nodes().forEach(node -> add(node, root));
    Map<ElkEdge, Edge> edges = new LinkedHashMap<>();
    for (Edge edge : network.edges()) {
      edges.put(ElkGraphUtil.createSimpleEdge(box(edge.from()), box(edge.to())), edge);
    }
    new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
    List<Box> boxes = new ArrayList<>();
    network.nodes().forEach(node -> collect(node, boxes));
    List<Route> routes = new ArrayList<>();
    edges.forEach((line, edge) -> routes.add(route(line, edge)));
    return new Picture(network, root.getWidth(), root.getHeight(), boxes, routes);
  }

  private static void settings(ElkNode node) {
    node.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
    node.setProperty(CoreOptions.DIRECTION, Direction.DOWN);
    node.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
    node.setProperty(CoreOptions.HIERARCHY_HANDLING, HierarchyHandling.INCLUDE_CHILDREN);
    node.setProperty(CoreOptions.SPACING_NODE_NODE, 28.0);
    node.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 24.0);
    node.setProperty(LayeredOptions.SPACING_EDGE_NODE, 16.0);
    node.setProperty(LayeredOptions.SPACING_EDGE_NODE_BETWEEN_LAYERS, 12.0);
    node.setProperty(LayeredOptions.NODE_PLACEMENT_FAVOR_STRAIGHT_EDGES, true);
  }

  private void add(Node node, ElkNode parent) {
    ElkNode box = ElkGraphUtil.createNode(parent);
    placed.put(node.id(), box);
    if (node.isGroup()) {
      settings(box);
      box.setProperty(CoreOptions.PADDING, new ElkPadding(GROUP_HEADING, 16, 16, 16));
      node.children().forEach(child -> add(child, box));
      String heading = Lettering.heading(node);
      box.setProperty(CoreOptions.NODE_SIZE_CONSTRAINTS, EnumSet.of(SizeConstraint.MINIMUM_SIZE));
      double width = new Lettering.Line(heading + " ×99" + Lettering.remark(node), "title").width();
      box.setProperty(CoreOptions.NODE_SIZE_MINIMUM, new KVector(width, 0));
    } else if (node.family() == Family.JOIN && node.title().length() == 1) {
      box.setDimensions(JOIN, JOIN);
    } else {
      box.setDimensions(Lettering.width(node), Lettering.height(node));
    }
  }

  private ElkNode box(String id) {
    return Objects.requireNonNull(placed.get(id), id);
  }

  private void collect(Node node, List<Box> boxes) {
    ElkNode box = box(node.id());
    Point corner = corner(box);
    boxes.add(new Box(node, corner.x(), corner.y(), box.getWidth(), box.getHeight()));
    node.children().forEach(child -> collect(child, boxes));
  }

  /** The top left corner, not relative to the group around. */
  private static Point corner(ElkNode node) {
    double x = 0;
    double y = 0;
    for (ElkNode each = node; each.getParent() != null; each = each.getParent()) {
      x += each.getX();
      y += each.getY();
    }
    return new Point(x, y);
  }

  private static Route route(ElkEdge line, Edge edge) {
    ElkNode container = line.getContainingNode();
    Point origin = container == null ? new Point(0, 0) : corner(container);
    List<Point> points = new ArrayList<>();
    for (ElkEdgeSection section : line.getSections()) {
      points.add(moved(section.getStartX(), section.getStartY(), origin));
      section.getBendPoints().forEach(bend -> points.add(moved(bend.getX(), bend.getY(), origin)));
      points.add(moved(section.getEndX(), section.getEndY(), origin));
    }
    return new Route(edge.from(), edge.to(), points);
  }

  private static Point moved(double x, double y, Point origin) {
    return new Point(x + origin.x(), y + origin.y());
  }
}
