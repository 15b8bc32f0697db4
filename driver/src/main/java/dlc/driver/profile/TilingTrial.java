// SPDX-License-Identifier: Apache-2.0
package dlc.driver.profile;

import dlc.ir.kernel.Kernel;
import dlc.passes.schedule.TilingChoice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Tries one tiling of every contraction after the other.
 *
 * <p>In each round each contraction of the program takes the next of its tilings, so that a round
 * measures as many as there are contractions, each among the neighbours that it will have.
 */
final class TilingTrial implements TilingChoice {

  /** A contraction and the ways to tile it that are tried, the estimated one first. */
  record Candidates(Kernel kernel, List<String> tilings) {}

  private final int most;
  private final Map<String, Candidates> found = new LinkedHashMap<>();
  private final Map<String, String> fixed = new HashMap<>();
  private int round;

  /** Tries so many tilings of a contraction at most. */
  TilingTrial(int most) {
    this.most = most;
  }

  /** In what is compiled from now on, each contraction takes its tiling number {@code next}. */
  void begin(int next) {
    round = next;
    fixed.clear();
  }

  /** In what is compiled from now on, contractions are tiled like this, by their keys. */
  void fix(Map<String, String> tilings) {
    round = 0;
    fixed.clear();
    fixed.putAll(tilings);
  }

  /** How many rounds there are by what was compiled so far. */
  int rounds() {
    return found.values().stream().mapToInt(each -> each.tilings().size()).max().orElse(0);
  }

  /** The contractions by their keys. */
  Map<String, Candidates> found() {
    return found;
  }

  @Override
  public boolean keepsApart() {
    return true;
  }

  @Override
  public int of(Kernel kernel, List<String> tilings) {
    String key = TilingFile.key(kernel);
    Candidates candidates =
        found.computeIfAbsent(key, _ -> new Candidates(kernel, chosen(tilings)));
    return Math.max(0, tilings.indexOf(current(candidates, key)));
  }

  /** How the contraction with that key is tiled now. */
  String current(String key) {
    return current(Objects.requireNonNull(found.get(key)), key);
  }

  private String current(Candidates candidates, String key) {
    List<String> tilings = candidates.tilings();
    return fixed.getOrDefault(key, tilings.get(round < tilings.size() ? round : 0));
  }

  /** The best of each kind, which differ most, and then the best of all, as estimated. */
  private List<String> chosen(List<String> tilings) {
    Map<String, String> kinds = new LinkedHashMap<>();
    tilings.forEach(tiling -> kinds.putIfAbsent(kind(tiling), tiling));
    List<String> order = new ArrayList<>();
    int fromKinds = most / 2;
    kinds.values().stream().limit(fromKinds).forEach(order::add);
    tilings.stream()
        .filter(tiling -> !order.contains(tiling))
        .limit(most - order.size())
        .forEach(order::add);
    return List.copyOf(order);
  }

  /** A tiling without its sizes, but for the width of its vectors. */
  private static String kind(String tiling) {
    return tiling.replaceAll(":\\d+(?=x)|:\\d+$|:\\d+(?= )", "");
  }
}
