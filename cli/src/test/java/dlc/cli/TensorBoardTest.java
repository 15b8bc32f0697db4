// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import dlc.testkit.TensorBoardEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.GraphDef;
import org.tensorflow.framework.HistogramProto;
import org.tensorflow.framework.NodeDef;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What TensorBoard is given of a run is what the run's other files say. */
final class TensorBoardTest {

  private static final String PROGRAM =
      """
      model Digits(image: f32[1, 28, 28]) -> f32[10] { flatten hidden: linear(16) relu linear(10) }
      train Digits {
        data digits(count=600) split validation=0.1 loss cross_entropy
        optimizer adam(lr=0.005) batch 32 epochs 2 seed 5
      }
      """;

  @TempDir private static Path folder;
  private static Path run = Path.of("");
  private static Path weights = Path.of("");
  private static List<Event> events = List.of();
  private static Map<String, Summary.Value> values = Map.of();

  @BeforeAll
  static void train() throws IOException {
    Path program = Files.writeString(folder.resolve("digits.dl"), PROGRAM);
    run = folder.resolve("run");
    weights = folder.resolve("w.safetensors");
    Shell training = Shell.dlc("train", program, "--report", run, "--save", weights);
    assertThat(training.code()).as(training.err()).isZero();
    events = TensorBoardEvents.in(run);
    values = TensorBoardEvents.lastValues(events);
  }

  private static List<JsonNode> metrics() throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(JsonMapper.shared()::readTree)
        .toList();
  }

  @Test
  void scalarsAreTheFiguresOfTheRun() throws IOException {
    JsonNode epoch = metrics().get(1);
    Offset<Float> rounding = Offset.offset(1e-6f);
    for (String part : List.of("training", "validation")) {
      for (String figure : List.of("loss", "accuracy")) {
        assertThat(values.get(figure + "/" + part).getSimpleValue())
            .as(figure + part)
            .isCloseTo((float) epoch.path(part).path(figure).doubleValue(), rounding);
      }
    }
    assertThat(values.get("loss/test").getSimpleValue())
        .isCloseTo((float) metrics().get(2).path("test").path("loss").doubleValue(), rounding);
    assertThat(values.get("learning_rate").getSimpleValue()).isEqualTo(0.005f);
    assertThat(values.get("gradient_norm").getSimpleValue()).isPositive();
    assertThat(events.getLast().getStep()).isEqualTo(epoch.path("step").asInt());
  }

  @Test
  void histogramsAreThoseOfTheWeights() {
    for (Map.Entry<String, NumberArray> weight : SafeTensors.read(weights).entrySet()) {
      double[] numbers = weight.getValue().toDoubles();
      HistogramProto histogram = values.get("weights/" + weight.getKey()).getHisto();
      assertThat(histogram.getNum()).isEqualTo(numbers.length);
      assertThat(histogram.getMin()).isEqualTo(Arrays.stream(numbers).min().orElseThrow());
      assertThat(histogram.getMax()).isEqualTo(Arrays.stream(numbers).max().orElseThrow());
      assertThat(histogram.getSum()).isCloseTo(Arrays.stream(numbers).sum(), Offset.offset(1e-6));
      assertThat(histogram.getBucketLimitList()).isSorted();
      for (int bucket = 0; bucket < histogram.getBucketCount(); bucket++) {
        double low = bucket == 0 ? -Double.MAX_VALUE : histogram.getBucketLimit(bucket - 1);
        double high = histogram.getBucketLimit(bucket);
        double inside = Arrays.stream(numbers).filter(each -> each >= low && each < high).count();
        assertThat(histogram.getBucket(bucket)).isEqualTo(inside);
      }
    }
    assertThat(values.get("gradients/hidden.weight").getHisto().getNum()).isEqualTo(16 * 784);
  }

  @Test
  void imagesAreTheMostWrongOfTheReport() throws IOException {
    JsonNode wrong =
        JsonMapper.shared().readTree(Files.readString(run.resolve("results.json"))).path("wrong");
    assertThat(wrong.size()).isGreaterThan(3);
    List<Summary.Value> images = values.values().stream().filter(Summary.Value::hasImage).toList();
    assertThat(images).hasSize(wrong.size());
    for (int i = 0; i < images.size(); i++) {
      JsonNode example = wrong.get(i);
      Summary.Image image = images.get(i).getImage();
      assertThat(images.get(i).getTag())
          .isEqualTo(
              "most_wrong/%02d %s taken for %s"
                  .formatted(
                      i + 1,
                      example.path("actual").stringValue(),
                      example.path("predicted").stringValue()));
      byte[] png = image.getEncodedImageString().toByteArray();
      assertThat(png).isEqualTo(Base64.getDecoder().decode(example.path("picture").stringValue()));
      var picture = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(List.of(picture.getWidth(), picture.getHeight()))
          .containsExactly(image.getWidth(), image.getHeight())
          .containsExactly(28, 28);
      assertThat(image.getColorspace()).isEqualTo(picture.getColorModel().getNumComponents());
    }
  }

  @Test
  void theGraphIsWholeAndEndsInTheOutput() throws IOException {
    GraphDef graph =
        GraphDef.parseFrom(
            events.stream()
                .map(Event::getGraphDef)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElseThrow());
    Set<String> known = new HashSet<>();
    for (NodeDef node : graph.getNodeList()) {
      assertThat(known).as(node.getName()).containsAll(node.getInputList());
      assertThat(known.add(node.getName())).as(node.getName() + " once").isTrue();
    }
    assertThat(known).contains("image", "hidden/weight", "hidden/bias", "linear_1/weight");
    NodeDef last = graph.getNode(graph.getNodeCount() - 1);
    assertThat(last.getName()).isEqualTo("result/output");
    NodeDef weight =
        graph.getNodeList().stream()
            .filter(node -> node.getName().equals("hidden/weight"))
            .findFirst()
            .orElseThrow();
    assertThat(weight.getOp()).isEqualTo("Placeholder");
    assertThat(
            weight.getAttrOrThrow("_output_shapes").getList().getShape(0).getDimList().stream()
                .map(dim -> dim.getSize()))
        .containsExactly(16L, 784L);
  }
}
