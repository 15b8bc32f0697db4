// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Public data in their own formats; where they are not there, these tests say so. */
final class RealDataTest {

  @Test
  void measuresMnistAsEveryoneDoes() {
    Loaded mnist = load("mnist", List.of("mnist"), Map.of());
    assertThat(mnist.training().size()).isEqualTo(60_000);
    assertThat(mnist.test().orElseThrow().size()).isEqualTo(10_000);
    Normalization measured = Normalization.measure(mnist.training());
    assertThat(measured.mean().getFirst()).isCloseTo(0.1307, within(1e-4));
    assertThat(measured.std().getFirst()).isCloseTo(0.3081, within(1e-4));
  }

  @Test
  void readsCifar() {
    Loaded cifar = load("cifar10", List.of("cifar-10-batches-bin"), Map.of());
    assertThat(cifar.training().size()).isEqualTo(20_000);
    assertThat(cifar.test().orElseThrow().size()).isEqualTo(1_000);
    assertThat(cifar.notes()).hasSize(2);
    assertThat(Requests.labels(cifar.training()).subList(0, 5)).containsExactly(6, 9, 9, 4, 1);
  }

  @Test
  void readsTables() {
    Loaded iris = load("csv", List.of("tables/iris.csv"), Map.of("label", "species"));
    assertThat(iris.training().classes()).containsExactly("setosa", "versicolor", "virginica");
    assertThat(iris.training().size()).isEqualTo(120);
    Map<String, Object> houses =
        Map.of("label", "median_house_value", "task", "regression", "missing", "drop");
    Loaded housing = load("csv", List.of("tables/california-housing.csv"), houses);
    assertThat(housing.training().size() + housing.test().orElseThrow().size())
        .isEqualTo(20_640 - 207);
    assertThat(housing.training().inputs().getFirst().type().dims()).containsExactly(8 + 5);
  }

  @Test
  void readsTexts() {
    Loaded shakespeare = load("text", List.of("text/tinyshakespeare.txt"), Map.of("context", 64));
    assertThat(shakespeare.training().classes()).hasSize(65).startsWith("\\n", "space", "!");
    assertThat(shakespeare.training().size() + shakespeare.test().orElseThrow().size())
        .isEqualTo((1_115_394 - 65) / 64 + 1);
    Loaded names = load("text", List.of("text/names.txt"), Map.of("context", 32));
    assertThat(names.training().classes()).hasSize(27);
  }

  private static Loaded load(String kind, List<Object> positional, Map<String, Object> named) {
    String given = System.getenv("DLC_DATA");
    Path folder = Path.of(given == null ? "../../shared/data" : given);
    if (given == null && !Files.isDirectory(folder)) {
      folder = Path.of("../shared/data");
    }
    assumeTrue(
        Files.exists(folder.resolve((String) positional.getFirst())),
        "not tested: no " + positional.getFirst() + " in " + folder + " (set DLC_DATA)");
    return Requests.load(folder, kind, positional, named);
  }
}
