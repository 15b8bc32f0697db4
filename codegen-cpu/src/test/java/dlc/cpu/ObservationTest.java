// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.Graph;
import dlc.ir.interp.GraphInterpreter;
import dlc.ir.interp.Inputs;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.text.GraphParser;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What profilers and debuggers see of compiled programs. */
@EnabledOnOs(OS.LINUX)
final class ObservationTest {

  private static final Graph GRAPH =
      GraphParser.parseOne(
          """
          func @step(%x: f32[64, 96] input, %w: f32[96, 128] weight) {
            %0 = dot %x, %w equation="zk,ko->zo" : f32[64, 128]
            %1 = relu %0 : f32[64, 128]
            %2 = reduce %1 fn=sum axes=[0, 1] : f32[]
            return y=%1, sum=%2
          }
          """);

  @TempDir private Path folder;

  @Test
  void everyKernelStandsInThePerfMapWithItsPlace() throws IOException {
    Path map = folder.resolve("perf.map");
    try (CpuBackend backend = observed(new Observation(Optional.empty(), Optional.of(map)))) {
      checkResults(backend);
      List<String> lines = Files.readAllLines(map);
      assertThat(lines).allMatch(line -> line.matches("[0-9a-f]+ [0-9a-f]+ [\\w.]+"));
      KernelProgram program = CompiledGraphs.kernels(GRAPH, backend.target());
      assertThat(lines.stream().map(line -> line.split(" ", -1)[2]))
          .containsAll(program.kernels().stream().map(Kernel::name).toList())
          .contains("program0.step", "dlc_parallel");
      assertThat(lines.stream().map(line -> Long.parseLong(line.split(" ", -1)[1], 16)))
          .allMatch(bytes -> bytes > 0 && bytes < 1 << 20);
    }
  }

  @Test
  void debuggersAreToldOfTheCode() {
    Path map = folder.resolve("perf.map");
    try (CpuBackend backend = observed(new Observation(Optional.empty(), Optional.of(map)))) {
      checkResults(backend);
      MemorySegment descriptor =
          SymbolLookup.loaderLookup().find("__jit_debug_descriptor").orElseThrow().reinterpret(24);
      assertThat(descriptor.get(ValueLayout.JAVA_LONG, 16)).as("the first object").isNotZero();
    }
  }

  @Test
  void codeForProfilersCanBeUnwound() {
    KernelProgram program = CompiledGraphs.kernels(GRAPH, CpuBackend.host());
    Observation observation = new Observation(Optional.empty(), Optional.of(folder));
    String text = ModuleText.write(program, CpuBackend.host(), "m", observation);
    assertThat(text).contains("nounwind uwtable \"frame-pointer\"=\"all\"");
    String object =
        new String(Emission.OBJECT.of(text, CpuBackend.host()), StandardCharsets.ISO_8859_1);
    assertThat(object.contains(".eh_frame")).isTrue();
    assertThat(ModuleText.write(program, CpuBackend.host(), "m")).doesNotContain("uwtable");
  }

  @Test
  void theClockHearsOfEveryKernelInOrder() {
    List<List<Long>> runs = new ArrayList<>();
    List<String> entries = new ArrayList<>();
    Observation observation =
        Observation.NONE.timedBy(
            (entry, stamps) -> {
              entries.add(entry.name());
              runs.add(stamps);
              assertThat(stamps).hasSize(entry.calls().size() + 1);
            });
    try (CpuBackend backend = observed(observation)) {
      checkResults(backend);
      checkResults(backend);
    }
    assertThat(entries).containsExactly("step", "step");
    assertThat(runs).allSatisfy(stamps -> assertThat(stamps).isSorted());
    assertThat(runs.getLast().getFirst()).isGreaterThan(runs.getFirst().getLast());
  }

  @Test
  void thePeakIsThatOfAProcessor() {
    try (CpuBackend backend = new CpuBackend(CpuBackend.host(), 1)) {
      Peak peak = backend.measurePeak();
      assertThat(peak.flops()).isBetween(1e8, 1e13);
      assertThat(peak.bytes()).isBetween(1e7, 1e12);
      assertThat(peak.cacheBytes()).isBetween(1e8, 1e13);
    }
  }

  private static CpuBackend observed(Observation observation) {
    return new CpuBackend(CpuBackend.host(), 2, observation);
  }

  private static void checkResults(CpuBackend backend) {
    Map<String, double[]> inputs = Inputs.random(GRAPH, 1);
    double[] expected = GraphInterpreter.run(GRAPH, inputs).get("y");
    double[] found = CompiledGraphs.run(backend, GRAPH, inputs).get("y");
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-4));
    }
  }
}
