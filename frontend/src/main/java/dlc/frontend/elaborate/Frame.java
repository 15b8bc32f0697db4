// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Name;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives the layers of one body their names.
 *
 * <p>A layer is named by its label, or by its kind and its place among the layers of that kind. A
 * loop's body has a frame for each turn, a branch shares the frame around it.
 */
final class Frame {

  /**
   * The label that adds nothing to the names of weights: for layers written in terms of another.
   */
  static final String TRANSPARENT = "_";

  /** A layer that has been applied, to apply again. */
  record Instance(String path, Declaration.Routine routine, Map<String, Datum> arguments) {}

  private final String prefix;
  private final @Nullable Frame around;
  private final Map<String, Integer> counts = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, Instance> labels = new LinkedHashMap<>();

  private Frame(String prefix, @Nullable Frame around) {
    this.prefix = prefix;
    this.around = around;
  }

  /** The frame of the body of the layer at {@code path}; the model's path is empty. */
  static Frame at(String path) {
    return new Frame(path.isEmpty() ? "" : path + ".", null);
  }

  /** The frame of one turn of a loop; it sees the labels around it. */
  Frame turn(String loop, int index) {
    boolean isTransparent = loop.equals(TRANSPARENT);
    return new Frame(isTransparent ? prefix : prefix + loop + "." + index + ".", this);
  }

  String path(String name) {
    return prefix + name;
  }

  /** The name of the next layer of {@code kind}, which is its label if it has one. */
  String next(String kind, Optional<Name> label) {
    int place = counts.merge(kind, 1, Integer::sum) - 1;
    String name = label.map(Name::text).orElse(kind + "_" + place);
    if (!name.equals(TRANSPARENT)) {
      claim(name);
    }
    return name;
  }

  /** The path of a layer of that name. */
  String layerPath(String name) {
    if (name.equals(TRANSPARENT)) {
      return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }
    return path(name);
  }

  /** Takes a name that no other layer or weight of this body may have. */
  void claim(String name) {
    if (!names.add(name)) {
      throw new Complaint(Code.DUPLICATE_NAME, name)
          .help("a label names one layer; alone it applies that layer again");
    }
  }

  void label(String label, Instance instance) {
    labels.put(label, instance);
  }

  Optional<Instance> labelled(String label) {
    for (Frame frame = this; frame != null; frame = frame.around) {
      Instance instance = frame.labels.get(label);
      if (instance != null) {
        return Optional.of(instance);
      }
    }
    return Optional.empty();
  }
}
