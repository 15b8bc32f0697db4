// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.drawing.Network.Edge;
import dlc.drawing.Network.Node;
import dlc.drawing.Picture.Box;
import dlc.drawing.Picture.Point;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

final class DrawingTest {

  private static final Path SAMPLES = Path.of("..", "samples");

  private static CheckedModel model(String text) {
    return FrontEnd.check(new SourceFile("test.dl", text), Imports.none(), Map.of())
        .model(Optional.empty());
  }

  private static Network network(String text) {
    return JoinRepeats.in(NetworkTracer.trace(model(text)));
  }

  private static List<Node> leaves(Network network) {
    return network.nodes().stream().flatMap(node -> node.leaves().stream()).toList();
  }

  private static List<String> lines(Network network) {
    List<Node> leaves = leaves(network);
    return network.edges().stream()
        .map(edge -> title(leaves, edge.from()) + " -> " + title(leaves, edge.to()))
        .toList();
  }

  private static String title(List<Node> leaves, String id) {
    return leaves.stream()
        .filter(node -> node.id().equals(id))
        .map(Node::title)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aResidualGoesAroundAndComesBackInASum() {
    Network network =
        network(
            """
            model M(x: f32[4, 8]) -> f32[4, 8] {
              let skip = it
              up: linear(16) relu linear(8)
              it = it * 0.5 + skip
            }
            """);
    assertThat(lines(network))
        .containsExactlyInAnyOrder(
            "x -> linear(16)",
            "linear(16) -> relu",
            "relu -> linear(8)",
            "linear(8) -> +",
            "x -> +",
            "+ -> output");
    Node first = leaves(network).get(1);
    assertThat(first.label()).isEqualTo("up");
    assertThat(first.type()).isEqualTo("4 × 16");
    assertThat(first.weights()).isEqualTo(8 * 16 + 16);
    assertThat(leaves(network).get(2).type()).as("relu changes no shape").isEmpty();
  }

  @Test
  void repeatedBlocksAreOne() {
    Network network =
        network(
            """
            layer block { let x = it linear(8) relu it = it + x }
            model M(x: f32[8]) { linear(8) blocks: repeat 5 { block } linear(2) }
            """);
    List<Node> groups = network.nodes().stream().filter(Node::isGroup).toList();
    assertThat(groups).hasSize(1);
    assertThat(groups.getFirst().times()).isEqualTo(5);
    assertThat(lines(network))
        .containsExactlyInAnyOrder(
            "x -> linear(8)",
            "linear(8) -> linear(8)",
            "linear(8) -> relu",
            "relu -> +",
            "linear(8) -> +",
            "+ -> linear(2)",
            "linear(2) -> output");
    assertThat(network.weights()).isEqualTo(6 * 72 + 18);
  }

  @Test
  void blocksThatDifferStayApart() {
    Network network =
        network(
            """
            layer block(size: int) { linear(size) relu }
            model M(x: f32[8]) { for size in [8, 8, 4] { block(size) } }
            """);
    assertThat(network.nodes().stream().filter(Node::isGroup).map(Node::times))
        .containsExactly(2, 1);
  }

  @Test
  void blocksWhoseResultsAreKeptAreNotJoined() {
    Network network =
        network(
            """
            layer block { linear(8) relu }
            model M(x: f32[8]) { block let a = it block it = it + a }
            """);
    assertThat(network.nodes().stream().filter(Node::isGroup)).hasSize(2);
  }

  @Test
  void layersThatAreAppliedAgainSaySo() {
    Network network =
        network(
            """
            model M(a: f32[4], b: f32[4]) {
              let x = a -> tower: linear(3)
              let y = b -> tower
              it = concat([x, y], dim=0)
            }
            """);
    assertThat(leaves(network).stream().map(Node::isShared))
        .containsExactly(false, false, false, true, false, false);
    assertThat(lines(network)).contains("linear(3) -> concat", "linear -> concat");
  }

  @TestFactory
  Stream<DynamicTest> everySampleIsDrawn() throws IOException {
    try (Stream<Path> files = Files.list(SAMPLES)) {
      List<Path> programs = files.filter(file -> file.toString().endsWith(".dl")).sorted().toList();
      assertThat(programs).isNotEmpty();
      return programs.stream()
          .map(file -> DynamicTest.dynamicTest(file.toString(), () -> checkDrawing(file)));
    }
  }

  private static void checkDrawing(Path file) throws Exception {
    SourceFile source = new SourceFile(file.toString(), Files.readString(file));
    CheckedModel model = FrontEnd.check(source, Imports.files(), Map.of()).model(Optional.empty());
    Network network = JoinRepeats.in(NetworkTracer.trace(model));
    Picture picture = PlaceNodes.of(network);
    checkPlaces(picture);
    String svg = Drawing.of(model).svg();
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    assertThat(svg).contains(model.name(), model.inputs().getFirst().name());
    assertThat(svg).isEqualTo(Drawing.of(model).svg());
  }

  /** Boxes lie within the picture and not over each other; each line goes from box to box. */
  private static void checkPlaces(Picture picture) {
    List<Box> leaves = picture.boxes().stream().filter(box -> !box.node().isGroup()).toList();
    for (Box box : leaves) {
      assertThat(box.x()).isPositive();
      assertThat(box.x() + box.width()).isLessThan(picture.width());
      assertThat(box.y() + box.height()).isLessThan(picture.height());
      for (Box other : leaves) {
        boolean isApart =
            box == other
                || box.x() >= other.x() + other.width()
                || other.x() >= box.x() + box.width()
                || box.y() >= other.y() + other.height()
                || other.y() >= box.y() + box.height();
        assertThat(isApart).as("%s over %s", box, other).isTrue();
      }
    }
    assertThat(picture.routes()).hasSameSizeAs(picture.network().edges());
    for (Picture.Route route : picture.routes()) {
      Edge edge = new Edge(route.from(), route.to());
      assertThat(touches(route.points().getFirst(), leaves, edge.from())).as("%s", route).isTrue();
      assertThat(touches(route.points().getLast(), leaves, edge.to())).as("%s", route).isTrue();
    }
  }

  private static boolean touches(Point point, List<Box> boxes, String id) {
    Box box = boxes.stream().filter(each -> each.node().id().equals(id)).findFirst().orElseThrow();
    return point.x() >= box.x() - 1
        && point.x() <= box.x() + box.width() + 1
        && point.y() >= box.y() - 1
        && point.y() <= box.y() + box.height() + 1;
  }

  @Test
  void pngIsTwiceAsLarge() throws IOException {
    Drawing drawing = Drawing.of(model("model M(x: f32[4]) { linear(2) }"));
    var image = ImageIO.read(new ByteArrayInputStream(drawing.png()));
    assertThat(drawing.svg()).contains("width=\"" + image.getWidth() / 2 + "\"");
    boolean hasBlue = false;
    for (int y = 0; y < image.getHeight(); y++) {
      hasBlue |= (image.getRGB(image.getWidth() / 2 - 40, y) & 0xFFFFFF) == 0xDBE9FB;
    }
    assertThat(hasBlue).as("the box of linear has its color").isTrue();
  }

  @Test
  void thePageNeedsNoOtherFile() {
    String page = Drawing.of(model("model M(x: f32[4]) { linear(2) }")).html();
    assertThat(page).contains("<svg", "linear(2)").doesNotContain("@SVG@", "src=", "@import");
    assertThat(page.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
  }
}
