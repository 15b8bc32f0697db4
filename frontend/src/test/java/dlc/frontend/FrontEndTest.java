// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.Code;
import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.frontend.elaborate.Library;
import dlc.frontend.elaborate.Outline;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FrontEndTest {

  private static final String TRAIN =
      """
      model Net(image: f32[3, 4, 4]) -> f32[10] {
        bn: batchnorm2d flatten dropout(0.5) fc: linear(10)
      }

      train Net {
        data cifar10("data")
        loss cross_entropy
        optimizer sgd(lr=0.1, momentum=0.9)
      }
      """;

  private static CheckedModel model(String text) {
    return FrontEnd.check(new SourceFile("test.dl", text), Imports.none(), Map.of())
        .model(Optional.empty());
  }

  private static List<Code> errors(String text) {
    try {
      model(text);
      return List.of();
    } catch (CompilationFailed failed) {
      return failed.diagnostics().stream().map(each -> each.code()).toList();
    }
  }

  private static Graph entry(Program program, String name) {
    return program.entry(name).orElseThrow();
  }

  private static List<String> parameters(Graph graph) {
    return graph.parameters().stream().map(each -> Graph.declaration(each).name()).toList();
  }

  @Test
  void operationsOfProductsCountWhereverTheyStand() {
    CheckedModel model =
        model(
            """
            layer scores { let q = it -> linear(4) let k = it -> linear(4) it = q @ transpose(k) }
            model W(x: f32[3, 4]) -> f32[3, 2] {
              weight w: f32[4, 4] = normal(0, 1)
              it = it @ w
              scores
              linear(2)
            }
            """);
    int scores = 2 * 3 * 4 * 3;
    assertThat(model.layers().stream().filter(row -> row.name().equals("scores_0")))
        .singleElement()
        .satisfies(row -> assertThat(row.flops()).isEqualTo(scores));
    assertThat(model.flops())
        .isEqualTo(2 * 3 * 4 * 4 + 2 * (2 * 3 * 4 * 4) + scores + 2 * 3 * 3 * 2);
  }

  @Test
  void trainingForNoEpochsOrStepsIsRefused() {
    assertThat(errors(TRAIN.replace("loss", "epochs 0 loss"))).containsExactly(Code.BAD_SETTING);
    assertThat(errors(TRAIN.replace("loss", "steps 0 loss"))).containsExactly(Code.BAD_SETTING);
  }

  @Test
  void entryPointsHaveTheNamesThatTheRuntimeExpects() {
    Program program = model(TRAIN).program(ProgramOptions.of(2));
    assertThat(entry(program, "train_step").results().keySet())
        .containsExactlyInAnyOrder(
            "loss",
            "output",
            "bn.weight",
            "bn.bias",
            "bn.running_mean",
            "bn.running_var",
            "fc.weight",
            "fc.bias",
            "bn.weight/momentum_buffer",
            "bn.bias/momentum_buffer",
            "fc.weight/momentum_buffer",
            "fc.bias/momentum_buffer");
    assertThat(parameters(entry(program, "train_step")))
        .contains("image", "target", "seed", "step", "lr", "fc.weight/momentum_buffer");
    assertThat(parameters(entry(program, "predict"))).doesNotContain("seed", "step", "target");
    assertThat(entry(program, "gradients").results().keySet())
        .contains("grad.fc.weight", "grad.image", "bn.running_mean");
    assertThat(entry(program, "init").results().keySet())
        .contains("fc.weight", "bn.running_var", "fc.bias/momentum_buffer");
  }

  @Test
  void bytesAreTheFirstInputWhereAskedFor() {
    ProgramOptions options =
        ProgramOptions.of(2)
            .withByteImages()
            .withNormalization(
                new ProgramOptions.Normalization(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5)));
    Graph predict = entry(model(TRAIN).program(options), "predict");
    assertThat(predict.parameters().getFirst().type())
        .isEqualTo(TensorType.of(DType.U8, 2, 3, 4, 4));
  }

  @Test
  void normalizationMustFitTheChannels() {
    ProgramOptions options =
        ProgramOptions.of(2)
            .withNormalization(
                new ProgramOptions.Normalization(List.of(0.5, 0.5), List.of(1.0, 1.0)));
    CheckedModel model = model(TRAIN);
    assertThatThrownBy(() -> model.program(options)).isInstanceOf(CompilationFailed.class);
  }

  @Test
  void optimizerAndLossCanBeReplaced() {
    ProgramOptions options = ProgramOptions.of(2).withOptimizer("adam(lr=0.01)").withLoss("mse");
    Graph step = entry(model(TRAIN).program(options), "train_step");
    assertThat(parameters(step)).contains("fc.weight/exp_avg_sq");
    assertThat(step.parameters().stream().map(each -> each.type()))
        .contains(TensorType.of(DType.F32, 2, 10));
  }

  @Test
  void f64StandsForF32Everywhere() {
    Program program = model(TRAIN).program(ProgramOptions.of(2).withFloatType(DType.F64));
    assertThat(program.entries())
        .allSatisfy(
            graph ->
                assertThat(graph.parameters()).noneMatch(each -> each.type().dtype() == DType.F32));
  }

  @Test
  void aLayerAppliedAgainHasOneSetOfWeights() {
    CheckedModel model = model("model M(x: f32[4]) { fc: linear(4) relu fc fc }");
    assertThat(model.variables().stream().map(Outline.Variable::name))
        .containsExactly("fc.weight", "fc.bias");
  }

  @Test
  void loopsThatNeverEndAreRefusedSoon() {
    assertThat(errors("model M(x: f32[4]) { repeat 1_000_000_000 { relu } }"))
        .containsExactly(Code.TOO_MANY_STEPS);
    assertThat(errors("model M(x: f32[4]) { for i in 0..1_000_000_000 { } }"))
        .containsExactly(Code.TOO_MANY_STEPS);
    assertThat(errors("model M(x: f32[4]) { repeat 1_000_000_000 { wrong } }"))
        .containsExactly(Code.UNKNOWN_LAYER, Code.TOO_MANY_STEPS);
  }

  @Test
  void aMistakeInALoopIsToldOnce() {
    assertThat(errors("model M(x: f32[4]) { for n in [1, 2, 3] { linear(n) liner(n) } }"))
        .containsExactly(Code.UNKNOWN_LAYER);
  }

  @Test
  void userNamesShadowTheLibraryButNotForTheLibrary() {
    CheckedModel model = model("fn mean(x) = x\nmodel M(x: f32[4]) { layernorm it = mean(it) }");
    assertThat(model.outputs().getFirst().type()).isEqualTo(TensorType.of(DType.F32, 4));
  }

  @Test
  void initialValuesMayNotDependOnInputs() {
    assertThat(errors("model M(x: f32[4]) { weight w: f32[4] = x * 2.0 }"))
        .containsExactly(Code.BAD_ARGUMENT);
  }

  @Test
  void unknownModelsAreNamed() {
    CheckedFile file = FrontEnd.check(new SourceFile("test.dl", TRAIN), Imports.none(), Map.of());
    assertThatThrownBy(() -> file.model(Optional.of("Nett")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Nett");
  }

  @Test
  void everyDocumentedNameHasADocText() {
    assertThat(DocPrinter.names()).contains("conv2d", "cross_entropy", "adam", "einsum");
    assertThat(DocPrinter.names()).allSatisfy(name -> assertThat(DocPrinter.of(name)).isPresent());
    assertThat(Library.files()).isNotEmpty();
  }
}
