// SPDX-License-Identifier: Apache-2.0
package dlc.opencl.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Call;
import dlc.ir.kernel.KernelProgram.Entry;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.Buffer;
import dlc.runtime.ModelState;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A program that a driver cannot build is traced to the line of the model that it comes from. */
final class DeviceProgramTest {

  @Test
  void theWrongLineIsFoundInWhatCompilersSay() {
    assertThat(DeviceProgram.wrongLine("1 error\nprogram.cl:12:3: error: expected ')'\n"))
        .hasValue(12);
    assertThat(DeviceProgram.wrongLine("<kernel>:7:1: fatal error: no such file")).hasValue(7);
    assertThat(DeviceProgram.wrongLine("error: /tmp/pocl/tempfile_a.cl:34:5: unknown type"))
        .hasValue(34);
    assertThat(DeviceProgram.wrongLine("a.cl:3:1: warning: unused\na.cl:9:1: error: undeclared"))
        .hasValue(9);
    assertThat(DeviceProgram.wrongLine("ptxas fatal: out of registers")).isEmpty();
    assertThat(DeviceProgram.wrongLine("")).isEmpty();
  }

  /** The second of two kernels has a name that no function may have. */
  @Test
  void aKernelThatCannotBeBuiltIsNamedWithItsLine() {
    assumeTrue(
        !OpenCl.devices().isEmpty(),
        () -> OpenCl.problem().orElse("") + ": install pocl-opencl-icd to run this test");
    SourceFile source = new SourceFile("net.dl", "model Net(x: f32[2]) {\n  linear(3)\n}\n");
    List<Call> calls =
        Stream.of(kernel("fine", Span.NONE), kernel("float", new Span(source, 25, 34)))
            .map(kernel -> new Call(kernel, List.of(new Place(Region.WORK, 0))))
            .toList();
    KernelProgram program =
        new KernelProgram(
            "wrong",
            List.of(new Entry("run", calls, Map.of(), Map.of())),
            Map.of(),
            List.of(),
            0,
            64);
    try (OpenClBackend backend = OpenCl.open("opencl");
        ModelState state = backend.reserve(0)) {
      assertThatThrownBy(() -> backend.load(program, state))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("cannot build the program, in the kernel float of net.dl:2:3");
    }
  }

  private static Kernel kernel(String name, Span span) {
    TensorType one = TensorType.of(DType.F32, 1);
    return new Kernel(
        name,
        List.of(Buffer.global("x", one)),
        List.of(new Stmt.Declare(Buffer.register("r", one))),
        span);
  }
}
