// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.cpu.ModuleParts.Lines;
import dlc.cpu.ModuleParts.Member;
import dlc.cpu.ModuleParts.Part;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.ir.text.GraphParser;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What stands in which module when programs are made of several. */
final class ModulePartsTest {

  private static final Target TARGET = Target.X86_64_V3;

  private static final String DOT =
      """
        %0 = dot %x, %w equation="zk,ko->zo" : f32[64, 32]
      """;

  @Test
  void writesAKernelOnceForAllPrograms() {
    List<Part> parts =
        parts(
            new Member("a.step", "a", program("step", DOT + "return y=%0")),
            new Member(
                "b.step",
                "b",
                program(
                    "step", DOT + "%1 = reduce %x fn=sum axes=[0, 1] : f32[]\nreturn y=%0, z=%1")));
    assertThat(parts).extracting(Part::name).containsExactly("m.kernels0", "a.step", "b.step");
    List<String> defined = found(parts.get(0), "define hidden void @(\\S+?)\\(").toList();
    assertThat(defined).doesNotHaveDuplicates().hasSize(2).first().asString().endsWith(".a.step");
    assertThat(found(parts.get(1), "declare hidden void @(\\S+?)\\("))
        .containsExactly(defined.getFirst());
    assertThat(found(parts.get(2), "declare hidden void @(\\S+?)\\("))
        .containsExactlyInAnyOrderElementsOf(defined);
    assertThat(parts.get(1).text()).contains("define void @a.step(");
    assertThat(parts.get(2).text()).contains("define void @b.step(");
  }

  @Test
  void fillsModulesUpToASize() {
    List<Member> members =
        Stream.iterate(32, size -> size + 1)
            .limit(40)
            .map(size -> member("m" + size, size))
            .toList();
    List<Part> kernels =
        parts(members.toArray(Member[]::new)).stream()
            .filter(part -> part.name().startsWith("m.kernels"))
            .toList();
    assertThat(kernels).hasSizeGreaterThan(1).allMatch(part -> part.text().length() < 400_000);
  }

  private static Member member(String name, int size) {
    String dot = DOT.replace("64", Integer.toString(size)) + "return y=%0";
    return new Member(name + ".step", name, program("step", dot, Integer.toString(size)));
  }

  private static List<Part> parts(Member... members) {
    return ModuleParts.write("m", List.of(members), TARGET, Lines.NONE);
  }

  private static KernelProgram program(String entry, String body) {
    return program(entry, body, "64");
  }

  private static KernelProgram program(String entry, String body, String rows) {
    String text =
        """
        func @%s(%%x: f32[%s, 16] input, %%w: f32[16, 32] weight) {
        %s
        }
        """
            .formatted(entry, rows, body);
    return CompiledGraphs.kernels(GraphParser.parseOne(text), TARGET);
  }

  private static Stream<String> found(Part part, String pattern) {
    return Pattern.compile(pattern)
        .matcher(part.text())
        .results()
        .map((MatchResult each) -> each.group(1));
  }
}
