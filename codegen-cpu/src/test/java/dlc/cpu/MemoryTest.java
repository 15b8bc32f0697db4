// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.interp.RandomGraphs;
import dlc.ir.kernel.KernelProgram;
import dlc.runtime.Executable;
import dlc.runtime.ModelState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Steps and compilations leave the process no larger. */
final class MemoryTest {

  private static final Path STATUS = Path.of("/proc/self/statm");
  private static final long PAGE = 4096;

  @Test
  void stepsAndCompilationsLeaveNoMemoryBehind() throws IOException {
    assumeTrue(Files.exists(STATUS), "resident memory is read from /proc, which is not here");
    Graph graph = RandomGraphs.makeTraining(DType.F32, 3);
    KernelProgram program = CompiledGraphs.kernels(graph, CpuBackend.host());
    try (CpuBackend backend = new CpuBackend(CpuBackend.host(), 2);
        ModelState state = backend.reserve(program.stateBytes())) {
      compile(backend, program, state, graph, 60);
      long before = residentAfterCollection();
      compile(backend, program, state, graph, 300);
      try (Executable executable = backend.load(program, state)) {
        for (int step = 0; step < 10_000; step++) {
          executable.run(graph.name());
        }
      }
      long grown = residentAfterCollection() - before;
      // A module that stays behind is 0.45 MB: 300 of them would be 135 MB.
      assertThat(grown).as("bytes more after 300 compilations").isLessThan(24L << 20);
    }
  }

  private static void compile(
      CpuBackend backend, KernelProgram program, ModelState state, Graph graph, int times) {
    for (int i = 0; i < times; i++) {
      try (Executable executable = backend.load(program, state)) {
        executable.run(graph.name());
      }
    }
  }

  private static long residentAfterCollection() throws IOException {
    System.gc();
    return Long.parseLong(Files.readString(STATUS).split(" ")[1]) * PAGE;
  }
}
