// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import dlc.drawing.Network.Node;
import java.util.List;

/** A network with places, in pixels from the top left corner. Groups come before what they hold. */
record Picture(Network network, double width, double height, List<Box> boxes, List<Route> routes) {

  /** A node and where it is. */
  record Box(Node node, double x, double y, double width, double height) {}

  record Point(double x, double y) {}

  /** A line from corner to corner, with an arrow at its end. */
  record Route(String from, String to, List<Point> points) {
    Route {
      points = List.copyOf(points);
    }
  }

  Picture {
    boxes = List.copyOf(boxes);
    routes = List.copyOf(routes);
  }
}
