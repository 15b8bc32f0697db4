// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.SourceFile;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.runtime.train.Task;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class TasksTest {

  @Test
  void crossEntropyOfAVectorHasAClassForEachElement() {
    assertThat(task("f32[10]", "linear(10)", "cross_entropy")).isEqualTo(classes(10, 0, -100));
    assertThat(link("linear(10)", "cross_entropy")).isEqualTo(Tasks.Link.SOFTMAX);
    assertThat(link("linear(10) log_softmax", "nll")).isEqualTo(Tasks.Link.EXP);
  }

  @Test
  void theDimensionOfClassesAndTheIgnoredClassMayBeGiven() {
    assertThat(task("f32[5, 8, 8]", "relu", "cross_entropy(dim=0, ignore_index=blank)"))
        .isEqualTo(classes(5, 0, 255));
    assertThat(task("f32[4, 4]", "relu", "cross_entropy(dim=0)")).isEqualTo(classes(4, 0, -100));
  }

  @Test
  void numbersAreNotClasses() {
    assertThat(task("f32[1]", "relu", "mse")).isEqualTo(new Task.Values());
    assertThat(task("f32[1]", "relu", "mean(output)")).isEqualTo(new Task.Values());
    assertThat(task("f32[1]", "relu", "bce_with_logits(pos_weight=2.0)"))
        .isEqualTo(new Task.Binary(0));
    assertThat(task("f32[1]", "sigmoid", "bce")).isEqualTo(new Task.Binary(0.5));
    assertThat(link("sigmoid", "bce_with_logits(output, 1.0 * target)"))
        .isEqualTo(Tasks.Link.SIGMOID);
  }

  @Test
  void theOutputThatTheTargetIsComparedWithCounts() {
    String body = "let a = it -> linear(3) let b = it -> linear(5) return a, b";
    assertThat(task("f32[4]", body, "mse(a, x[0:3]) + cross_entropy(b)"))
        .isEqualTo(classes(5, 0, -100));
    assertThat(model("f32[4]", body, "cross_entropy(output_1)").comparison().orElseThrow().output())
        .isEqualTo(1);
  }

  @Test
  void partsOfOutputsAreNotCompared() {
    assertThat(task("f32[3]", "relu", "mse(output[0:2])")).isEqualTo(new Task.Values());
    assertThat(model("f32[3]", "relu", "mse(output[0:2])").comparison().orElseThrow().kind())
        .hasToString("UNLIKE");
  }

  private static Task classes(int count, int axis, int ignored) {
    return new Task.Classes(count, axis, OptionalInt.of(ignored));
  }

  private static Task task(String input, String body, String loss) {
    CheckedModel model = model(input, body, loss);
    return Tasks.of(model.outputs(), model.comparison());
  }

  private static Tasks.Link link(String body, String loss) {
    return Tasks.link(model("f32[3]", body, loss).comparison());
  }

  private static CheckedModel model(String input, String body, String loss) {
    String text =
        """
        param blank: int = 255
        model M(x: %s) { %s }
        train M { data random loss %s optimizer sgd(lr=1) }
        """
            .formatted(input, body, loss);
    return FrontEnd.check(new SourceFile("m.dl", text), Imports.none(), Map.of())
        .model(Optional.empty());
  }
}
