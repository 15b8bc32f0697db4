// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.UserError;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.Loaded;
import dlc.runtime.data.Split;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The sizes of the last, smaller batches that a compiled program will meet.
 *
 * <p>A program is exact for a batch of one size. Those of the data follow from how many samples
 * there are: they are counted where the data are at hand, and known for data of a fixed size.
 *
 * @param training those that are trained on
 * @param measured those of the validation and test parts
 * @param known whether the data were counted or are of a known size
 */
public record Tails(SortedSet<Integer> training, SortedSet<Integer> measured, boolean known) {

  /** No data, no last batches. */
  static final Tails NONE = new Tails(new TreeSet<>(), new TreeSet<>(), true);

  /** What is known without the data of such sources: training and test samples. */
  private record Size(int training, int test) {}

  /** Those of {@code data}, and {@code wanted} ones. */
  static Tails of(Workbench bench, List<Integer> wanted) {
    TreeSet<Integer> training = new TreeSet<>();
    TreeSet<Integer> measured = new TreeSet<>();
    wanted.forEach(size -> addTo(training, size, bench.batch()));
    wanted.forEach(size -> addTo(measured, size, bench.batch()));
    Optional<Loaded> data = atHand(bench);
    Optional<Size> size = data.isPresent() ? Optional.empty() : usual(bench.source().kind());
    data.ifPresent(
        parts -> {
          addParts(
              bench,
              training,
              measured,
              parts.training().size(),
              parts.validation().map(Dataset::size).orElse(0));
          parts.test().ifPresent(part -> addTo(measured, part.size(), bench.batch()));
        });
    size.ifPresent(
        each -> {
          int validation =
              bench.split().validation().map(share -> share.countOf(each.training)).orElse(0);
          addParts(bench, training, measured, each.training - validation, validation);
          addTo(measured, each.test, bench.batch());
        });
    if (bench.section().dropLast()) {
      training.clear();
    }
    return new Tails(training, measured, data.isPresent() || size.isPresent());
  }

  /** Those of the parts for training and validation; folds share what there is for training. */
  private static void addParts(
      Workbench bench, Set<Integer> training, Set<Integer> measured, int trains, int validates) {
    int folds = bench.section().split().folds().orElse(0);
    for (int i = 0; i < folds; i++) {
      int held = new Split.Fold(i, folds).countOf(trains);
      addTo(training, trains - held, bench.batch());
      addTo(measured, held, bench.batch());
    }
    if (folds == 0) {
      addTo(training, trains, bench.batch());
      addTo(measured, validates, bench.batch());
    }
  }

  private static void addTo(Set<Integer> tails, int samples, int batch) {
    if (samples % batch != 0) {
      tails.add(samples % batch);
    }
  }

  private static Optional<Loaded> atHand(Workbench bench) {
    try {
      return Optional.of(bench.data());
    } catch (UserError missing) {
      return switch (missing.code()) {
        case DATA_NOT_FOUND -> Optional.empty();
        default -> throw missing;
      };
    }
  }

  private static Optional<Size> usual(String kind) {
    return switch (kind) {
      case "cifar10", "cifar100" -> Optional.of(new Size(50_000, 10_000));
      case "mnist", "fashion_mnist" -> Optional.of(new Size(60_000, 10_000));
      default -> Optional.empty();
    };
  }
}
