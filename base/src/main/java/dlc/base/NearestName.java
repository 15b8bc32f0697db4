// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the known name that a misspelt one most likely stands for. */
public final class NearestName {

  private static final int LONGEST = 100;

  /** As many names are listed where none is near. */
  private static final int FEW = 14;

  /** Names that begin alike are related from so many letters on, as conv and conv2d are. */
  private static final int BEGINNING = 3;

  private NearestName() {}

  /** The nearest of {@code known}, unless all are too far away to be meant. */
  public static Optional<String> of(String name, Collection<String> known) {
    Optional<String> near = within(1 + Math.max(1, name.length() / 3), name, known);
    return near.isPresent() ? near : beginningAlike(name, known);
  }

  /** The nearest of {@code known}, however far it is. */
  public static Optional<String> always(String name, Collection<String> known) {
    Optional<String> near = of(name, known);
    return near.isPresent() ? near : within(LONGEST, name, known);
  }

  /** Of the names that begin with the other one, the one that is most like it in length. */
  private static Optional<String> beginningAlike(String name, Collection<String> known) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return new TreeSet<>(known)
        .stream()
            .filter(each -> Math.min(each.length(), name.length()) >= BEGINNING)
            .filter(each -> each.startsWith(wanted) || wanted.startsWith(each))
            .min(Comparator.comparingInt(each -> Math.abs(each.length() - name.length())));
  }

  private static Optional<String> within(int limit, String name, Collection<String> known) {
    if (name.length() > LONGEST) {
      return Optional.empty();
    }
    String wanted = name.toLowerCase(Locale.ROOT);
    int best = limit;
    Optional<String> nearest = Optional.empty();
    for (String candidate : new TreeSet<>(known)) {
      if (Math.abs(candidate.length() - name.length()) >= best) {
        continue;
      }
      int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
      if (distance < best && distance < candidate.length()) {
        best = distance;
        nearest = Optional.of(candidate);
      }
    }
    return nearest;
  }

  /** The way out of an unknown name: the nearest known one, or all of them where they are few. */
  public static Optional<String> advice(String name, Collection<String> known) {
    Optional<String> nearest = of(name, known).map(near -> "did you mean '" + near + "'?");
    boolean isShort = !known.isEmpty() && known.size() <= FEW;
    return nearest.isPresent() || !isShort
        ? nearest
        : Optional.of((known.size() == 1 ? "there is " : "there are ") + String.join(", ", known));
  }

  /** How many insertions, deletions, substitutions and swaps of neighbours lead from a to b. */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = cheapest(cost, a, b, i, j);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int cheapest(int[][] cost, String a, String b, int i, int j) {
    if (i == 0 || j == 0) {
      return i + j;
    }
    int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
    int best = Math.min(cost[i - 1][j - 1] + change, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
  }
}
