// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.base.SourceFile;
import dlc.driver.ModelFile;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.elaborate.Outline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A line of {@code layers.txt}: one layer on both sides.
 *
 * @param group the heading above it
 * @param input the type of one sample
 * @param random whether no two runs are alike
 * @param dl the layer's call
 * @param torch statements of TorchScript
 */
record LayerCase(
    String group, int batch, String input, boolean random, String dl, List<String> torch) {

  /** The label of the layer in its model; weights are called after it. */
  static final String LABEL = "op.";

  static final String INPUT = "x";
  static final String UPSTREAM = "upstream";

  /** Groups whose work is one product, so that its arithmetic can be counted. */
  private static final List<String> PRODUCTS = List.of("products", "convolutions");

  /** The lines that {@code names} mean: a group or the start of a layer; all if there are none. */
  static List<LayerCase> read(Path file, List<String> names) throws IOException {
    List<LayerCase> all = new ArrayList<>();
    String group = "";
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("[")) {
        group = line.substring(1, line.indexOf(']'));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        all.add(parse(group, line));
      }
    }
    for (String name : names) {
      if (all.stream().noneMatch(each -> each.isCalled(name))) {
        throw new IllegalArgumentException("no layer or group is called '%s'".formatted(name));
      }
    }
    return all.stream()
        .filter(each -> names.isEmpty() || names.stream().anyMatch(each::isCalled))
        .toList();
  }

  private static LayerCase parse(String group, String line) {
    String[] columns = line.split("\\|");
    String[] input = columns[0].strip().split(" ", 2);
    String dl = columns[1].strip();
    boolean random = dl.startsWith("~");
    return new LayerCase(
        group,
        Integer.parseInt(input[0]),
        input[1],
        random,
        dl.replaceFirst("~ *", ""),
        List.of(columns[2].strip().split(" *; *")));
  }

  private boolean isCalled(String name) {
    return group.equals(name) || dl.equals(name) || dl.startsWith(name + "(");
  }

  boolean isProduct() {
    return PRODUCTS.contains(group);
  }

  /**
   * A model of this layer alone. Its gradient is that of a sum with random factors; they are whole
   * numbers, because of those no gradient is wanted.
   */
  ModelFile model() {
    String alone = "model Layer(%s: %s) { op: %s }".formatted(INPUT, input, dl);
    Outline.Port output = check(alone).checked().model(Optional.empty()).outputs().getFirst();
    return check(
        """
        model Layer(%s: %s, %s: i32%s) { op: %s }
        train Layer {
          data random
          loss sum(output * float(%s))
          optimizer sgd(lr=0.1)
        }
        """
            .formatted(INPUT, input, UPSTREAM, output.type().dims(), dl, UPSTREAM));
  }

  private ModelFile check(String text) {
    SourceFile source = new SourceFile(dl, text);
    return new ModelFile(Path.of("layer.dl"), FrontEnd.check(source, Imports.files(), Map.of()));
  }

  /** The function in TorchScript. */
  String script(List<String> parameters, boolean training) {
    String body =
        torch.subList(0, torch.size() - 1).stream()
            .map(statement -> "  " + statement + "\n")
            .collect(Collectors.joining());
    return "def layer(%s):\n  training = %s\n%s  return %s\nend\n"
        .formatted(
            String.join(", ", parameters), training ? "True" : "False", body, torch.getLast());
  }
}
