// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.driver.parity.BackendMachine;
import dlc.driver.parity.Machine;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.OpExamples;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.interp.SizedExamples;
import dlc.ir.op.Elementwise;
import dlc.ir.text.GraphParser;
import dlc.opencl.device.OpenCl;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What graphics processors run, a schedule of work-items in groups, computes what the interpreter
 * does: on whichever device there is, taken for a graphics processor.
 */
final class OpenClItemsTest {

  private static final int GRAPHS = 6;

  @Test
  void opsOnABatchAgree() {
    check(
        SizedExamples.of(127, 20).stream()
            .filter(each -> !(each.op() instanceof Elementwise))
            .map(OpExamples.Example::graph));
  }

  @Test
  void randomGraphsAgree() {
    check(LongStream.range(0, GRAPHS).mapToObj(seed -> RandomGraphs.makeWide(DType.F32, seed)));
  }

  /** Of odd sizes, with rows and columns that are one loop or many, side by side or not. */
  @Test
  void productsThatGroupsMakeAgree() {
    check(
        Stream.of(
                """
                func @f(%x: f32[511, 24] input, %w: f32[520, 24] input, %b: f32[520] input) {
                  %0 = dot %x, %w equation="zk,ok->zo" : f32[511, 520]
                  %1 = broadcast %b dims=[511, 520] axes=[1] : f32[511, 520]
                  %2 = add %0, %1 : f32[511, 520]
                  %3 = relu %2 : f32[511, 520]
                  return y=%3
                }
                """,
                """
                func @f(%x: f32[8, 1020] input, %w: f32[8, 509] input) {
                  %0 = dot %x, %w equation="kz,ko->zo" : f32[1020, 509]
                  return y=%0
                }
                """,
                """
                func @f(%x: f32[9, 3, 30, 31] input, %w: f32[15, 3, 3, 3] input) {
                  %0 = convolution %x, %w stride=[1, 1] low=[1, 1] high=[1, 1] dilation=[1, 1] groups=1 : f32[9, 15, 30, 31]
                  return y=%0
                }
                """,
                """
                func @f(%x: f32[6, 130, 16] input, %w: f32[6, 16, 129] input) {
                  %0 = dot %x, %w equation="bzk,bko->bzo" : f32[6, 130, 129]
                  return y=%0
                }
                """)
            .map(GraphParser::parseOne));
  }

  private static void check(Stream<Graph> graphs) {
    OpenClDevices.require();
    try (Machine machine = new BackendMachine(OpenCl.openAsGraphics("opencl"))) {
      assertThat(DeviceAgreement.misses(graphs, machine)).isEmpty();
    }
  }
}
