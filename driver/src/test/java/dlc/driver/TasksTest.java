// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.train.Task;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class TasksTest {

  private static final Optional<TensorType> CLASS = Optional.of(TensorType.of(DType.I32));

  @Test
  void crossEntropyOfAVectorHasAClassForEachElement() {
    assertThat(Tasks.of(TensorType.of(DType.F32, 10), CLASS, "cross_entropy"))
        .isEqualTo(new Task.Classes(10, 0, OptionalInt.of(-100)));
  }

  @Test
  void theDimensionOfClassesMayBeGiven() {
    TensorType output = TensorType.of(DType.F32, 5, 8, 8);
    Optional<TensorType> target = Optional.of(TensorType.of(DType.I32, 8, 8));
    assertThat(Tasks.of(output, target, "cross_entropy(dim=0, ignore_index=255)"))
        .isEqualTo(new Task.Classes(5, 0, OptionalInt.of(255)));
  }

  @Test
  void numbersAreNotClasses() {
    TensorType type = TensorType.of(DType.F32, 1);
    assertThat(Tasks.of(type, Optional.of(type), "mse")).isEqualTo(new Task.Values());
    assertThat(Tasks.of(type, Optional.of(type), "bce_with_logits(pos_weight=2)"))
        .isEqualTo(new Task.Binary(0));
    assertThat(Tasks.of(type, Optional.empty(), "mean(output)")).isEqualTo(new Task.Values());
  }
}
