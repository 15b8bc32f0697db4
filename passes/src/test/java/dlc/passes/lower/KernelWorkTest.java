// SPDX-License-Identifier: Apache-2.0
package dlc.passes.lower;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.Graph;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelWork;
import dlc.ir.text.GraphParser;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What kernels have to do, and what they say that they compute. */
final class KernelWorkTest {

  @Test
  void aProductCountsTwoOperationsATermAndEachElementOnce() {
    Kernel kernel =
        only(
            """
            func @f(%x: f32[4, 8] input, %w: f32[8, 16] weight) {
              %0 = dot %x, %w equation="zk,ko->zo" : f32[4, 16]
              %1 = relu %0 : f32[4, 16]
              return y=%1
            }
            """);
    assertThat(KernelWork.of(kernel))
        .isEqualTo(new KernelWork(2 * 4 * 8 * 16, 4 * (4 * 8 + 8 * 16 + 4 * 16)));
    assertThat(kernel.parts().stream().map(Kernel.Part::op)).containsExactly("dot", "relu");
  }

  @Test
  void whatIsOverwrittenIsReadAndWritten() {
    Kernel kernel =
        only(
            """
            func @f(%w: f32[100] weight, %g: f32[100] input) {
              %0 = sub %w, %g : f32[100]
              return w=%0
            }
            """);
    assertThat(KernelWork.of(kernel)).isEqualTo(new KernelWork(100, 3 * 400));
  }

  @Test
  void comparisonsAreNoFloatingPointOperations() {
    Kernel kernel =
        only(
            """
            func @f(%x: f32[10] input, %y: f32[10] input) {
              %0 = less %x, %y : bool[10]
              return z=%0
            }
            """);
    assertThat(KernelWork.of(kernel)).isEqualTo(new KernelWork(0, 2 * 40 + 10));
  }

  @Test
  void oneStepsSliceIsNotTheWholeTensor() {
    Kernel kernel =
        only(
            """
            func @f(%x: f32[32, 64, 100] input) {
              %0 = slice %x starts=[0, 7, 0] sizes=[32, 1, 100] strides=[1, 1, 1] : f32[32, 1, 100]
              %1 = exp %0 : f32[32, 1, 100]
              return y=%1
            }
            """);
    assertThat(KernelWork.of(kernel)).isEqualTo(new KernelWork(3200, 2 * 4 * 3200));
  }

  @Test
  void everyOtherElementIsHalfOfThem() {
    Kernel kernel =
        only(
            """
            func @f(%x: f32[64] input) {
              %0 = slice %x starts=[0] sizes=[32] strides=[2] : f32[32]
              return y=%0
            }
            """);
    assertThat(KernelWork.of(kernel).bytes()).isEqualTo(2 * 4 * 32);
  }

  @Test
  void windowsThatOverlapShareElements() {
    Kernel kernel =
        only(
            """
            func @f(%x: f32[2, 3, 9, 9] input, %w: f32[4, 3, 3, 3] weight) {
              %0 = convolution %x, %w stride=[1, 1] low=[1, 1] high=[1, 1] dilation=[1, 1] groups=1 : f32[2, 4, 9, 9]
              return y=%0
            }
            """);
    assertThat(KernelWork.of(kernel).bytes()).isEqualTo(4 * (2 * 3 * 81 + 4 * 3 * 9 + 2 * 4 * 81));
  }

  @Test
  void noMoreRowsAreTakenThanThereAreNumbers() {
    Kernel kernel =
        only(
            """
            func @f(%table: f32[1000, 8] weight, %at: i32[5] input) {
              %0 = take %table, %at : f32[5, 8]
              return y=%0
            }
            """);
    assertThat(KernelWork.of(kernel).bytes()).isEqualTo(4 * (5 + 2 * 5 * 8));
  }

  private static Kernel only(String text) {
    Graph graph = GraphParser.parseOne(text);
    List<LoweredGraph.Call> calls = LowerToKernels.run(graph).calls();
    assertThat(calls).hasSize(1);
    return calls.getFirst().kernel();
  }
}
