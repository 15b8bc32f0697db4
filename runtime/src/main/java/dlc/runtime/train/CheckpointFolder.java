// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import dlc.runtime.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run: {@code step-000000120.safetensors} and the like, of which the newest
 * are kept, and {@code best.safetensors}.
 *
 * @param everyEpochs how often to save
 * @param everySteps the same in steps of the optimizer
 * @param kept how many of the newest stay
 * @param keepsBest whether the one with the least validation loss stays, too
 */
public record CheckpointFolder(
    Path folder, int everyEpochs, OptionalLong everySteps, int kept, boolean keepsBest) {

  private static final Pattern NAME = Pattern.compile("step-(\\d{9,18})\\.safetensors");

  private static final String BEST = "best.safetensors";

  /** A checkpoint and where it lies. */
  record Found(Path path, Checkpoint checkpoint) {}

  /** Makes the folder, where there is none. */
  public void prepare() {
    try {
      Files.createDirectories(folder);
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_WRITE, folder, Reason.of(failure))
          .help("choose a folder that you may write to");
    }
  }

  /** Finds out before a long run whether checkpoints can be written. */
  public void requireWritable() {
    AtomicFile.requireWritable(folder.resolve(BEST));
  }

  /** Moves the checkpoints of an earlier run into a folder of their own, where there are any. */
  Optional<Path> setAside() {
    List<Path> files = steps();
    if (files.isEmpty()) {
      return Optional.empty();
    }
    try {
      int number = 1;
      while (Files.exists(folder.resolve("earlier-" + number))) {
        number++;
      }
      Path aside = Files.createDirectory(folder.resolve("earlier-" + number));
      for (Path file : files) {
        Files.move(file, aside.resolve(file.getFileName()));
      }
      if (Files.exists(folder.resolve(BEST))) {
        Files.move(folder.resolve(BEST), aside.resolve(BEST));
      }
      return Optional.of(aside);
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_WRITE, folder, Reason.of(failure))
          .help("go on from the checkpoints there with --resume, or choose another folder");
    }
  }

  /** The newest checkpoint that is whole; {@code notes} hears of those that are not. */
  Optional<Found> newest(Consumer<String> notes) {
    for (Path path : steps().reversed()) {
      try {
        return Optional.of(new Found(path, Checkpoint.read(path)));
      } catch (UserError damaged) {
        notes.accept(damaged.getMessage() + "; the checkpoint before it is taken");
      }
    }
    return Optional.empty();
  }

  /** Saves a checkpoint, perhaps as the best, and removes those that are no longer needed. */
  void save(Checkpoint checkpoint, boolean isBest) {
    prepare();
    String name = String.format(Locale.ROOT, "step-%09d.safetensors", checkpoint.position().step());
    Path path = folder.resolve(name);
    checkpoint.write(path);
    if (isBest && keepsBest) {
      checkpoint.write(folder.resolve(BEST));
    }
    List<Path> all = steps();
    int newest = all.indexOf(path);
    for (int i = 0; i < all.size(); i++) {
      // Later ones are damaged: training went on from one before them.
      if (i <= newest - kept || i > newest) {
        deleteQuietly(all.get(i));
      }
    }
  }

  private static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException _) {
      // A checkpoint too many harms nobody.
    }
  }

  /** The files, those of early steps first. */
  private List<Path> steps() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> step(file) >= 0)
          .sorted(Comparator.comparingLong(CheckpointFolder::step))
          .toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  private static long step(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    return name.matches() ? Long.parseLong(name.group(1)) : -1;
  }
}
