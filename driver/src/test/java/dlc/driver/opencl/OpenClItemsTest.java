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

  private static void check(Stream<Graph> graphs) {
    OpenClDevices.require();
    try (Machine machine = new BackendMachine(OpenCl.openAsGraphics("opencl"))) {
      assertThat(DeviceAgreement.misses(graphs, machine)).isEmpty();
    }
  }
}
