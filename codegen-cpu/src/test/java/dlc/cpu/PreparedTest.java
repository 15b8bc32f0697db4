// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.kernel.KernelProgram;
import dlc.ir.text.GraphParser;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.LoweredGraph;
import dlc.passes.lower.PlanMemory;
import dlc.passes.schedule.Schedule;
import dlc.runtime.Executable;
import dlc.runtime.ModelState;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is made of the weights alone is made once, and anew when they may have changed. */
final class PreparedTest {

  /** The sum of squares is made of the weights; what is predicted is x times that. */
  private static final String PREDICT =
      """
      func @predict(%x: f32[1] input, %w: f32[4] weight) {
        %0 = dot %w, %w equation="i,i->" : f32[]
        %1 = broadcast %0 dims=[1] axes=[] : f32[1]
        %2 = mul %x, %1 : f32[1]
        return y=%2
      }
      """;

  private static final String TRAIN =
      """
      func @train_step(%x: f32[1] input, %w: f32[4] weight) {
        %0 = add %w, %w : f32[4]
        return w=%0
      }
      """;

  private final CpuBackend backend = new CpuBackend(CpuBackend.host(), 1);
  private final KernelProgram program =
      PlanMemory.run("m", List.of(lowered(PREDICT), lowered(TRAIN)));
  private final ModelState state = backend.reserve(program.stateBytes());
  private final Executable executable = backend.load(program, state);

  private LoweredGraph lowered(String text) {
    return Schedule.run(LowerToKernels.run(GraphParser.parseOne(text)), backend.target());
  }

  @BeforeEach
  void setWeights() {
    setWeights(1);
  }

  @AfterEach
  void close() {
    executable.close();
    state.close();
    backend.close();
  }

  private void setWeights(float value) {
    MemorySegment weights = executable.state("w");
    for (int i = 0; i < 4; i++) {
      weights.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
  }

  private float predict(float x) {
    executable.slot("predict", "x").set(ValueLayout.JAVA_FLOAT, 0, x);
    executable.run("predict");
    return executable.slot("predict", "y").get(ValueLayout.JAVA_FLOAT, 0);
  }

  @Test
  void doesWithoutWhatIsPrepared() {
    assertThat(program.entries()).extracting(KernelProgram.Entry::prepared).containsExactly(1, 0);
    assertThat(predict(2)).isEqualTo(8);
    // Behind the back of those that count changes: only a run that begins anew would see it.
    ((HostState) state).memory().setAtIndex(ValueLayout.JAVA_FLOAT, 0, 5);
    assertThat(predict(3)).isEqualTo(12);
  }

  @Test
  void beginsAnewWhenWeightsAreWritten() {
    assertThat(predict(1)).isEqualTo(4);
    setWeights(2);
    assertThat(predict(1)).isEqualTo(16);
    assertThat(predict(2)).isEqualTo(32);
  }

  @Test
  void beginsAnewAfterTraining() {
    assertThat(predict(1)).isEqualTo(4);
    executable.run("train_step");
    assertThat(predict(1)).isEqualTo(16);
  }

  @Test
  void beginsAnewAfterAnotherExecutableHasTrained() {
    try (Executable other = backend.load(program, state)) {
      assertThat(predict(1)).isEqualTo(4);
      other.run("train_step");
      assertThat(predict(1)).isEqualTo(16);
    }
  }

  @Test
  void beginsAnewWhenAnotherEntryPointHasUsedTheMemory() {
    assertThat(predict(1)).isEqualTo(4);
    MemorySegment input = executable.slot("train_step", "x");
    input.set(ValueLayout.JAVA_FLOAT, 0, 7);
    assertThat(predict(1)).isEqualTo(4);
  }
}
