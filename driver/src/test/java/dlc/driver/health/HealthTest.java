// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.UserError;
import dlc.driver.Dlc;
import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.Workbench;
import dlc.runtime.file.Npy;
import dlc.runtime.file.NumberArray;
import dlc.runtime.train.TrainListener;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes that only show when a model is trained, each found and told. */
final class HealthTest {

  private static final String DIGITS =
      "data digits(count=1_000) loss cross_entropy batch 32 epochs 3 seed 1 ";

  @TempDir private Path folder;

  @Test
  void namesTheFirstValueThatIsNotFinite() throws IOException {
    UserError error =
        failure(
            """
            fn shifted(x) = log(x - 0.4)
            model M(x: f32[4]) -> f32[3] {
              linear(8) sigmoid
              it = shifted(it)
              linear(3)
            }
            train M { data random loss mse optimizer sgd(lr=0.1) batch 8 }
            """);
    Diagnostic found = error.diagnostic().orElseThrow();
    assertThat(error.code()).isEqualTo(Code.NOT_FINITE);
    assertThat(found.span().line()).isEqualTo(1);
    assertThat(found.message()).startsWith("log gives NaN for ").endsWith("at step 1 (epoch 1)");
    assertThat(found.render()).contains("x of log, sub f32[8, 8], is from", "log(max(x, 1e-7))");
  }

  @Test
  void anInfinityThatIsMeantIsNotBlamed() throws IOException {
    UserError error =
        failure(
            """
            model M(x: f32[4]) -> f32[4] {
              let open = where(it > -100.0, it, -1.0 / 0.0)
              it = softmax(open)
              linear(4)
              it = sqrt(it - 100.0)
            }
            train M { data random loss mse optimizer sgd(lr=0.1) batch 8 }
            """);
    assertThat(error.diagnostic().orElseThrow().span().line()).isEqualTo(5);
  }

  @Test
  void aGradientThatIsInfiniteIsToldAsSuch() throws IOException {
    UserError error =
        failure(
            """
            model M(x: f32[4]) -> f32[3] {
              linear(3, bias=false, init=zeros)
              it = sqrt(it * it)
            }
            train M { data random loss mse optimizer sgd(lr=0.1) batch 8 }
            """);
    Diagnostic found = error.diagnostic().orElseThrow();
    assertThat(found.message()).startsWith("the gradient (");
    assertThat(found.span().line()).isEqualTo(3);
  }

  @Test
  void dataThatAreNotFiniteAreNamed() throws IOException {
    Npy.write(
        folder.resolve("x.npy"), NumberArray.of(new float[] {1, 2, 4, Float.NaN, 7, 8}, 3, 2));
    Npy.write(folder.resolve("y.npy"), NumberArray.of(new float[] {3, 6, 9}, 3, 1));
    UserError error =
        failure(
            """
            model M(x: f32[2]) -> f32[1] { linear(1) }
            train M { data train=npy(x="x.npy", y="y.npy"), test=npy(x="x.npy", y="y.npy")
              loss mse optimizer sgd(lr=0.1) batch 8 }
            """);
    assertThat(error).hasMessageContaining("the data hold NaN").hasMessageContaining("'x'");
  }

  @ParameterizedTest
  @CsvSource({
    "flatten linear(32 bias_init=constant(-50.0)) relu linear(10), adam, DEAD_RELU",
    "flatten repeat 8 { linear(16) sigmoid } linear(10), sgd(lr=0.01), VANISHING_GRADIENT",
    "flatten linear(64) relu linear(10), sgd(lr=300), EXPLODING_GRADIENT",
    "flatten linear(10), sgd(lr=1e-7), LOSS_DOES_NOT_FALL",
  })
  void warnsOf(String body, String optimizer, Code expected) throws IOException {
    List<Diagnostic> warnings =
        warnings(
            "model M(image: f32[1, 28, 28]) -> f32[10] { %s }\ntrain M { %s optimizer %s }"
                .formatted(body.replace("(32 ", "(32, "), DIGITS, optimizer));
    assertThat(warnings).extracting(Diagnostic::code).contains(expected);
  }

  @Test
  void warnsOfConstantFeaturesAndRepeatedSamples() throws IOException {
    StringBuilder rows = new StringBuilder("a,b,y\n");
    for (int i = 0; i < 60; i++) {
      rows.append("%s,5,%s\n".formatted(Math.sin(i), i % 2 == 0 ? "u" : "v"));
    }
    Files.writeString(folder.resolve("train.csv"), rows.toString());
    Files.writeString(
        folder.resolve("test.csv"), rows.substring(0, rows.indexOf("\n", 60) + 1) + "3,5,u\n");
    List<Diagnostic> warnings =
        warnings(
            """
            model M(x: f32[2]) -> f32[2] { linear(2) }
            train M { data train=csv("train.csv", label="y"), test=csv("test.csv", label="y")
              loss cross_entropy optimizer adam batch 8 epochs 1 }
            """);
    assertThat(warnings).extracting(Diagnostic::code).contains(Code.CONSTANT_FEATURE, Code.LEAKAGE);
    assertThat(warnings.getFirst().message()).contains("'b'");
  }

  @Test
  void warnsOfImagesThatAreInTwoParts() throws IOException {
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
      image.setRGB(i % 4, i / 4, 0x3366FF + i);
      for (String part : List.of("train", "test")) {
        Path place = folder.resolve(part).resolve(i % 2 == 0 ? "even" : "odd");
        Files.createDirectories(place);
        ImageIO.write(image, "png", place.resolve(i + ".png").toFile());
      }
    }
    List<Diagnostic> warnings =
        warnings(
            """
            model M(image: f32[3, 4, 4]) -> f32[2] { flatten linear(2) }
            train M { data train=image_folder("train"), test=image_folder("test")
              loss cross_entropy optimizer adam batch 4 epochs 1 }
            """);
    assertThat(warnings)
        .filteredOn(each -> each.code() == Code.LEAKAGE)
        .singleElement()
        .satisfies(each -> assertThat(each.message()).startsWith("12 of 12 test samples"));
  }

  @Test
  void warnsOfWeightsWithoutInfluence() throws IOException {
    assertThat(
            warnings(
                "model M(x: f32[4]) -> f32[3] { let y = it -> linear(2)\n linear(3) }\n"
                    + "train M { data random loss mse optimizer sgd(lr=0.1) }"))
        .extracting(Diagnostic::code)
        .containsExactly(Code.UNUSED_WEIGHT);
  }

  @Test
  void isQuietWhenAllIsWell() throws IOException {
    assertThat(
            warnings(
                "model M(image: f32[1, 28, 28]) -> f32[10] { flatten linear(32) relu linear(10) }\n"
                    + "train M { "
                    + DIGITS
                    + "optimizer adam }"))
        .isEmpty();
  }

  @Test
  void aModelThatIsRightLearnsABatchByHeart() throws IOException {
    Overfit result = overfit("flatten linear(32) relu linear(10)", "adam(lr=0.003)");
    assertThat(result.verdict()).isEqualTo(Overfit.Verdict.LEARNS);
    assertThat(result.losses().getLast()).isLessThan(0.1 * result.losses().getFirst());
  }

  @Test
  void aModelThatIsWrongDoesNot() throws IOException {
    Overfit dead = overfit("flatten linear(10) it = 0.0 * it", "adam");
    assertThat(dead.verdict()).isNotEqualTo(Overfit.Verdict.LEARNS);
  }

  private Overfit overfit(String body, String optimizer) throws IOException {
    try (Workbench bench =
        bench(
            "model M(image: f32[1, 28, 28]) -> f32[10] { %s }\ntrain M { %s optimizer %s }"
                .formatted(body, DIGITS, optimizer))) {
      return Overfit.run(bench, 200);
    }
  }

  @Test
  void suggestsARateAtWhichTheLossFalls() throws IOException {
    try (Workbench bench =
        bench(
            "model M(image: f32[1, 28, 28]) -> f32[10] { flatten linear(32) relu linear(10) }\n"
                + "train M { "
                + DIGITS
                + "optimizer adam schedule cosine(epochs=3) }")) {
      RateSearch result =
          RateSearch.run(bench, new RateSearch.Range(1e-6, 1, 100), Optional.empty());
      assertThat(result.suggestion().orElseThrow()).isBetween(3e-4, 0.1);
      assertThat(result.points().getFirst().rate()).isEqualTo(1e-6);
    }
  }

  private Path program(String text) throws IOException {
    return Files.writeString(folder.resolve("m.dl"), text);
  }

  private Workbench bench(String text) throws IOException {
    return Workbench.open(ModelFile.load(program(text), Map.of()), RunOptions.usual());
  }

  private UserError failure(String text) throws IOException {
    try (Dlc model = Dlc.compile(program(text))) {
      List<UserError> errors = new ArrayList<>();
      assertThatThrownBy(() -> model.training().checkFinite().train())
          .isInstanceOfSatisfying(UserError.class, errors::add);
      return errors.getFirst();
    }
  }

  private List<Diagnostic> warnings(String text) throws IOException {
    List<Diagnostic> warnings = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void warned(Diagnostic warning) {
            warnings.add(warning);
          }
        };
    try (Dlc model = Dlc.compile(program(text))) {
      model.training().listener(listener).train();
    } catch (UserError diverged) {
      assertThat(diverged.code()).isEqualTo(Code.NOT_FINITE);
    }
    return warnings;
  }
}
