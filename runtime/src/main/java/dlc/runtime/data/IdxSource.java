// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.file.DataFile;
import dlc.runtime.file.Text;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** MNIST and what is laid out like it: images and labels in IDX files, plain or gzip. */
final class IdxSource implements Source {

  private static final int IMAGES = 0x0803;
  private static final int LABELS = 0x0801;
  private static final int LARGEST_SIDE = 1 << 12;

  private final String folder;
  private final List<String> classes;

  IdxSource(String folder, List<String> classes) {
    this.folder = folder;
    this.classes = classes;
  }

  @Override
  public boolean hasTestPart() {
    return true;
  }

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    Options options = Options.of(spec, List.of("dir"));
    Path dir = request.paths().resolve(options.text("dir", folder));
    Dataset training = part(spec.kind() + " " + dir, dir, "train");
    if (find(dir, "t10k", "images-idx3").isEmpty()) {
      String note = dir + ": there is no t10k-images-idx3-ubyte, so nothing is tested";
      return new Parts(training, Optional.empty(), List.of(note));
    }
    Dataset test = part(spec.kind() + " test part " + dir, dir, "t10k");
    return new Parts(training, Optional.of(test), List.of());
  }

  private Dataset part(String name, Path dir, String prefix) {
    Column images = images(required(dir, prefix, "images-idx3"));
    Path labelPath = required(dir, prefix, "labels-idx1");
    Column labels = labels(labelPath, images.rows());
    return Dataset.of(
        name, List.of(images), Optional.of(labels), classes, row -> labelPath + ", label " + row);
  }

  private static Path required(Path dir, String prefix, String kind) {
    return find(dir, prefix, kind)
        .orElseThrow(
            () ->
                new UserError(Code.DATA_NOT_FOUND, prefix + "-" + kind + "-ubyte in " + dir)
                    .help("the four IDX files were expected there, plain or .gz"));
  }

  private static Optional<Path> find(Path dir, String prefix, String kind) {
    return DataFile.find(dir, prefix + "-" + kind + "-ubyte")
        .or(() -> DataFile.find(dir, prefix + "-" + kind.replace('-', '.') + "-ubyte"));
  }

  private static Column images(Path path) {
    try (DataFile file = DataFile.open(path)) {
      ByteBuffer header = ByteBuffer.wrap(file.bytes(16, "the header"));
      requireMagic(file, header.getInt(), IMAGES, "images");
      int count = header.getInt();
      int height = header.getInt();
      int width = header.getInt();
      boolean sane =
          count > 0 && height > 0 && width > 0 && height <= LARGEST_SIDE && width <= LARGEST_SIDE;
      if (!sane) {
        throw file.malformed("it claims %d images of %d×%d".formatted(count, height, width))
            .help("the file is damaged: fetch it again");
      }
      long bytes = (long) count * height * width;
      String what = Text.of("%,d images of %d×%d", count, height, width);
      MemorySegment values = file.segment(bytes, what);
      file.expectEnd(what);
      return new Column("image", TensorType.of(DType.U8, 1, height, width), values);
    }
  }

  private Column labels(Path path, int images) {
    try (DataFile file = DataFile.open(path)) {
      ByteBuffer header = ByteBuffer.wrap(file.bytes(8, "the header"));
      requireMagic(file, header.getInt(), LABELS, "labels");
      int count = header.getInt();
      if (count != images) {
        throw file.malformed(Text.of("it has %,d labels, but there are %,d images", count, images))
            .help("the two files do not belong together: fetch both again");
      }
      byte[] bytes = file.bytes(count, Text.of("%,d labels", count));
      file.expectEnd(Text.of("%,d labels", count));
      Column labels = Column.allocate("label", TensorType.of(DType.I32), count);
      for (int row = 0; row < count; row++) {
        int label = bytes[row] & 0xFF;
        if (label >= classes.size()) {
          throw new UserError(
                  Code.DATA_VALUE,
                  path + ", label " + row,
                  "the label is %d, 0 to %d were expected".formatted(label, classes.size() - 1))
              .help("the file is damaged or foreign: fetch it again");
        }
        labels.values().setAtIndex(ValueLayout.JAVA_INT, row, label);
      }
      return labels;
    }
  }

  private static void requireMagic(DataFile file, int found, int expected, String what) {
    if (found == expected) {
      return;
    }
    String reality =
        switch (found) {
          case IMAGES -> "it is an IDX file of images";
          case LABELS -> "it is an IDX file of labels";
          default -> "it is not an IDX file (it begins with %08x)".formatted(found);
        };
    throw file.malformed(reality + ", %s were expected (%08x)".formatted(what, expected))
        .help("check that the files were not mixed up, or fetch them again");
  }
}
