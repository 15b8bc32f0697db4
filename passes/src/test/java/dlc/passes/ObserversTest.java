// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.op.Elementwise;
import dlc.ir.text.GraphParser;
import dlc.ir.text.Graphs;
import dlc.passes.simplify.Simplify;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the observers of a pipeline see, print and write. */
final class ObserversTest {

  private static final Graph GRAPH =
      GraphParser.parseOne(
          "func @f(%x: f32[2]) { %0 = reshape %x dims=[2] : f32[2] %1 = exp %0 : f32[2] return y=%1"
              + " }");

  @Test
  void printsOnlyWhatChanged() {
    List<String> printed = new ArrayList<>();
    List<Pass> passes = List.of(new Differentiate(), new Simplify(), new Simplify());
    new Pipeline(passes, new PrintingObserver(PrintingObserver.ALL, printed::add)).run(GRAPH);
    assertThat(printed)
        .containsExactly(
            """
            // ---- after simplify
            func @f(%x: f32[2] input) {
              %0 = exp %x : f32[2]
              return y=%0
            }
            """);
  }

  @Test
  void printsAfterTheNamedPassAlone() {
    List<String> printed = new ArrayList<>();
    new Pipeline(Pipelines.standard(), new PrintingObserver("differentiate", printed::add))
        .run(GRAPH);
    assertThat(printed).isEmpty();
  }

  @Test
  void timesEachPass() {
    TimingObserver timing = new TimingObserver();
    Pipeline pipeline = new Pipeline(Pipelines.standard(), timing);
    pipeline.run(GRAPH);
    pipeline.run(GRAPH);
    assertThat(timing.report().lines())
        .hasSize(Pipelines.ids().size())
        .anyMatch(line -> line.matches("simplify +[0-9.]+ ms {2}2 graphs, 6 values to 4"));
  }

  @Test
  void verifiesThatResultsKeepTheirTypes() {
    Pass losesResults = graph -> new GraphBuilder(graph.name()).build();
    Pipeline pipeline = new Pipeline(List.of(losesResults), new VerifyingObserver());
    assertThatThrownBy(() -> pipeline.run(GRAPH))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[y: f32[2]] to []");
  }

  @Test
  void verifiesEachGraph() {
    // Values of two builders in one graph: the parameter of the old one is undeclared.
    Pass mixes =
        graph -> {
          GraphBuilder builder = new GraphBuilder(graph.name());
          builder.result(
              "y", builder.emit(Elementwise.EXP, Span.NONE, graph.parameters().getFirst()));
          return builder.build();
        };
    Pipeline pipeline = new Pipeline(List.of(mixes), new VerifyingObserver());
    assertThatThrownBy(() -> pipeline.run(GRAPH))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the parameter x is undeclared");
  }

  @Test
  void writesWhatReproducesAFailure(@TempDir Path folder) throws Exception {
    Path file = folder.resolve(ReproducerObserver.FILE_NAME);
    Pass fails = new FailingPass();
    Pipeline pipeline = new Pipeline(List.of(new Simplify(), fails), new ReproducerObserver(file));
    assertThatThrownBy(() -> pipeline.run(GRAPH)).hasMessage("no\nway");
    String text = Files.readString(file);
    assertThat(text)
        .startsWith("// RUN: dlc opt --passes=failing-pass\n// IllegalStateException: no\n\nfunc");
    Graph read = GraphParser.parse(new SourceFile("crash", text)).getFirst();
    assertThat(Graphs.equal(read, new Simplify().run(GRAPH))).isTrue();
  }

  /** Breaks. */
  private static final class FailingPass implements Pass {
    @Override
    public Graph run(Graph graph) {
      throw new IllegalStateException("no\nway");
    }
  }

  @Test
  void differentiationStandsBeforeSimplification() {
    assertThat(Pipelines.ids()).containsSubsequence("differentiate", "simplify");
  }

  @Test
  void everyPassHasItsName() {
    assertThat(Pipelines.ids())
        .doesNotHaveDuplicates()
        .allMatch(id -> Pipelines.named(id).orElseThrow().id().equals(id));
    assertThat(Pipelines.named("nothing")).isEmpty();
  }
}
