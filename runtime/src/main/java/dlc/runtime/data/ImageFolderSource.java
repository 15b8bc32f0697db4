// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.file.ImageFile;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Images in a folder for each class; classes are numbered in the sorted order of their folders.
 *
 * <p>All images are scaled to {@code size=[height, width]}, or must have the size of the first.
 * {@code channels=1} makes them grey. Decoded they take at most half of the memory; a folder that
 * needs more is decoded anew in each epoch.
 */
final class ImageFolderSource implements Source {

  private static final List<String> PARAMETERS = List.of("dir", "size", "channels");
  private static final int LARGEST_SIDE = 1 << 14;

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    Options options = Options.of(spec, PARAMETERS);
    return Parts.of(images(options, request, classes(dir(options, request))));
  }

  /** The test images, in the classes of the training images. */
  @Override
  public Dataset loadTest(SourceSpec test, SourceSpec training, DataRequest request) {
    List<String> known = classes(dir(Options.of(training, PARAMETERS), request));
    Options options = Options.of(test, PARAMETERS);
    for (String found : classes(dir(options, request))) {
      if (!known.contains(found)) {
        throw new UserError(
                Code.DATA_MALFORMED,
                dir(options, request).resolve(found),
                "the training part has no such class")
            .help("it has " + String.join(", ", known));
      }
    }
    return images(options, request, known);
  }

  /** What the classes are called, by number. */
  static List<String> classNames(SourceSpec spec, DataPaths paths) {
    return classes(paths.resolve(Options.of(spec, PARAMETERS).text("dir")));
  }

  private static Path dir(Options options, DataRequest request) {
    return request.paths().resolve(options.text("dir"));
  }

  /** The names of the folders in {@code dir}, sorted. */
  static List<String> classes(Path dir) {
    List<String> classes =
        listed(dir, Files::isDirectory).stream().map(each -> "" + each.getFileName()).toList();
    if (classes.isEmpty()) {
      throw new UserError(Code.DATA_EMPTY, dir)
          .help("a folder for each class was expected there, with the images in it");
    }
    return classes;
  }

  private static Dataset images(Options options, DataRequest request, List<String> classes) {
    Path dir = dir(options, request);
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      Path folder = dir.resolve(classes.get(label));
      if (!Files.isDirectory(folder)) {
        continue;
      }
      for (Path file : listed(folder, each -> ImageFile.isNamedSo("" + each.getFileName()))) {
        files.add(file);
        labels.add(label);
      }
    }
    if (files.isEmpty()) {
      throw new UserError(Code.DATA_EMPTY, dir)
          .help("the folders in it hold no .png, .jpg, .jpeg, .gif or .bmp files");
    }
    Column images = read(files, type(options, files.getFirst()), options.value("size").isPresent());
    Column targets = Column.allocate("label", TensorType.of(DType.I32), files.size());
    for (int row = 0; row < labels.size(); row++) {
      targets.values().setAtIndex(ValueLayout.JAVA_INT, row, labels.get(row));
    }
    return Dataset.of(
        dir.toString(),
        List.of(images),
        Optional.of(targets),
        classes,
        row -> files.get(row).toString());
  }

  private static TensorType type(Options options, Path first) {
    int channels = options.count("channels", 3, 1, 3);
    if (channels == 2) {
      throw new UserError(Code.BAD_ARGUMENT, options.source(), "channels is 2")
          .help("1 is grey, 3 are red, green and blue");
    }
    Optional<List<String>> wanted = options.texts("size");
    if (wanted.isEmpty()) {
      ImageFile.Size size = ImageFile.size(first);
      return TensorType.of(DType.U8, channels, size.height(), size.width());
    }
    int[] sides = wanted.get().stream().mapToInt(ImageFolderSource::side).toArray();
    if (sides.length != 2 || IntStream.of(sides).anyMatch(side -> side < 1)) {
      throw new UserError(Code.BAD_ARGUMENT, options.source(), "size is " + wanted.get())
          .help("give height and width in pixels: size=[224, 224]");
    }
    return TensorType.of(DType.U8, channels, sides[0], sides[1]);
  }

  private static int side(String text) {
    try {
      int side = Integer.parseInt(text);
      return side <= LARGEST_SIDE ? side : 0;
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  /** Looks at all files before training begins; their pixels are decoded when they are wanted. */
  private static Column read(List<Path> files, TensorType type, boolean isScaled) {
    files.parallelStream().forEach(file -> check(file, type, isScaled));
    DecodedRows pixels =
        new DecodedRows(
            files.size(),
            type.bytes(),
            DecodedRows.mostKept(),
            row -> ImageFile.read(files.get(row)).pixels(type.dim(0), type.dim(1), type.dim(2)));
    return Column.decoded("image", type, pixels);
  }

  private static void check(Path file, TensorType type, boolean isScaled) {
    ImageFile.Size size = ImageFile.size(file);
    if (!isScaled && (size.height() != type.dim(1) || size.width() != type.dim(2))) {
      throw new UserError(
              Code.DATA_SHAPE,
              file,
              "it is %d×%d, the first image is %d×%d"
                  .formatted(size.height(), size.width(), type.dim(1), type.dim(2)))
          .help("let all be scaled: size=[height, width]");
    }
  }

  private static List<Path> listed(Path folder, Predicate<Path> wanted) {
    if (!Files.isDirectory(folder)) {
      throw new UserError(Code.DATA_MALFORMED, folder, "this is a file, a folder was expected");
    }
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .filter(wanted)
          .filter(each -> !each.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_READ, folder, Reason.of(failure))
          .help("check that you may read the folder");
    }
  }
}
