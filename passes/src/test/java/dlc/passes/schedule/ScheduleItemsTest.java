// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.Graph;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.kernel.Target;
import dlc.ir.text.GraphParser;
import dlc.passes.Agreement;
import dlc.passes.lower.LowerToKernels;
import dlc.passes.lower.LoweredGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Work-items make tiles of large products, and parts of sums of which there are few. */
final class ScheduleItemsTest {

  private static final Target GRAPHICS = Target.ofItems("graphics", 256, 32 << 10);

  private static Graph product(int rows, int columns, int terms) {
    return graph(
        """
        func @f(%%x: f32[%d, %d] input, %%w: f32[%d, %d] input) {
          %%0 = dot %%x, %%w equation="zk,ok->zo" : f32[%d, %d]
          return y=%%0
        }
        """
            .formatted(rows, terms, columns, terms, rows, columns));
  }

  @Test
  void anItemMakesATileOfALargeProduct() {
    Graph product = product(256, 160, 7);
    assertThat(text(product)).contains("register acc: f32[4, 2]", "parallel p < 5120");
    check(product);
  }

  @Test
  void anItemMakesATileOfAConvolution() {
    Graph convolution =
        graph(
            """
            func @f(%x: f32[4, 3, 32, 32] input, %w: f32[8, 3, 3, 3] input) {
              %0 = convolution %x, %w stride=[1, 1] low=[1, 1] high=[1, 1] dilation=[1, 1] groups=1 : f32[4, 8, 32, 32]
              return y=%0
            }
            """);
    assertThat(text(convolution)).contains("register acc: f32[4, 2]");
    check(convolution);
  }

  @Test
  void fewItemsMakeNoTiles() {
    Graph product = product(64, 64, 7);
    assertThat(text(product)).contains("register acc: f32[]", "parallel p < 4096");
    check(product);
  }

  private static final String LARGE =
      """
      func @f(%x: f32[512, 13] input, %w: f32[520, 13] input, %b: f32[520] input) {
        %0 = dot %x, %w equation="zk,ok->zo" : f32[512, 520]
        %1 = broadcast %b dims=[512, 520] axes=[1] : f32[512, 520]
        %2 = add %0, %1 : f32[512, 520]
        %3 = relu %2 : f32[512, 520]
        return y=%3
      }
      """;

  @Test
  void aGroupMakesATileOfMemoryThatItsItemsShare() {
    Graph product = graph(LARGE);
    assertThat(text(product))
        .contains("parallel g < 72", "items t < 256", "shared left: f32[16, 68]")
        .contains("register acc: f32[256, 4, 4]");
    check(product);
  }

  @Test
  void rowsAndColumnsMayBeOfManyLoops() {
    Graph convolution =
        graph(
            """
            func @f(%x: f32[9, 3, 30, 31] input, %w: f32[15, 3, 3, 3] input) {
              %0 = convolution %x, %w stride=[1, 1] low=[1, 1] high=[1, 1] dilation=[1, 1] groups=1 : f32[9, 15, 30, 31]
              return y=%0
            }
            """);
    assertThat(text(convolution)).contains("items t < 64", "shared left: f32[16, 20]");
    check(convolution);
  }

  /** So small a one is what a device that watches each access is given. */
  @Test
  void eachWayToMakeAProductIsRight() {
    Graph product = product(128, 512, 10);
    List<List<String>> offered = new ArrayList<>();
    TilingChoice first =
        (_, ways) -> {
          offered.add(ways);
          return 0;
        };
    assertThat(text(product, first)).contains("parallel g < 64", "items t < 64", "shared");
    assertThat(offered.getFirst())
        .containsExactly("group 32x32x16 of 64 items", "group 16x64x16 of 64 items", "items");
    for (int way = 0; way < offered.getFirst().size(); way++) {
      int chosen = way;
      Agreement.check(product, lowered -> Schedule.run(lowered, GRAPHICS, (_, _) -> chosen));
    }
  }

  @Test
  void productsOfABatchAreApart() {
    Graph products =
        graph(
            """
            func @f(%x: f32[6, 130, 16] input, %w: f32[6, 16, 129] input) {
              %0 = dot %x, %w equation="bzk,bko->bzo" : f32[6, 130, 129]
              return y=%0
            }
            """);
    assertThat(text(products)).contains("items t < 64");
    check(products);
  }

  @Test
  void aDeviceOfSmallGroupsMakesNoTiles() {
    LoweredGraph lowered = LowerToKernels.run(graph(LARGE));
    String small = text(Schedule.run(lowered, Target.ofItems("small", 32, 32 << 10)));
    String poor = text(Schedule.run(lowered, Target.ofItems("poor", 256, 1000)));
    assertThat(small).doesNotContain("shared").isEqualTo(poor);
  }

  @Test
  void sumsAreMadeInParts() {
    Graph sum =
        graph(
            """
            func @f(%x: f32[640, 5] input) {
              %0 = reduce %x fn=sum axes=[0] : f32[5]
              return y=%0
            }
            """);
    assertThat(text(sum)).contains("_parts", "parallel p < 100", "serial r0 < 32");
    check(sum);
  }

  @Test
  void theSumOfManyPartsIsMadeInPartsAgain() {
    Graph sum =
        graph(
            """
            func @f(%x: f32[32, 4096] input) {
              %0 = reduce %x fn=sum axes=[0, 1] : f32[]
              return y=%0
            }
            """);
    assertThat(text(sum)).contains("parts_parts", "serial c < 32", "parallel p < 4096");
    check(sum);
  }

  @Test
  void thePartsOfAProductAreAddedInOneOrder() {
    Graph product =
        graph(
            """
            func @f(%x: f32[512, 6] input, %y: f32[512, 10] input) {
              %0 = dot %x, %y equation="zi,zo->oi" : f32[10, 6]
              return y=%0
            }
            """);
    assertThat(text(product)).contains("parallel p < 960", "serial c < 16");
    check(product);
  }

  private static Graph graph(String text) {
    return GraphParser.parseOne(text);
  }

  private static String text(Graph graph) {
    return text(graph, TilingChoice.ESTIMATED);
  }

  private static String text(Graph graph, TilingChoice choice) {
    return text(Schedule.run(LowerToKernels.run(graph), GRAPHICS, choice));
  }

  private static String text(LoweredGraph scheduled) {
    List<Kernel> kernels = scheduled.calls().stream().map(LoweredGraph.Call::kernel).toList();
    return kernels.stream().map(KernelPrinter::print).collect(Collectors.joining());
  }

  private static void check(Graph graph) {
    Agreement.check(graph, lowered -> Schedule.run(lowered, GRAPHICS));
  }
}
