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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** CIFAR-10 and CIFAR-100 in their binary versions: records of labels and 32×32 pixels. */
final class CifarSource implements Source {

  private static final TensorType IMAGE = TensorType.of(DType.U8, 3, 32, 32);
  private static final TensorType LABEL = TensorType.of(DType.I32);
  private static final int PIXELS = 3 * 32 * 32;

  /** How the two versions differ; the last label byte of a record is the class. */
  enum Layout {
    TEN(
        "cifar-10-batches-bin",
        List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"),
        "test_batch",
        10_000,
        10_000,
        1,
        ClassNames.CIFAR10),
    HUNDRED(
        "cifar-100-binary", List.of("train"), "test", 50_000, 10_000, 2, ClassNames.numbers(100));

    private final String folder;
    private final List<String> training;
    private final String test;
    private final int trainingRecords;
    private final int testRecords;
    private final int labelBytes;
    private final List<String> classes;

    Layout(
        String folder,
        List<String> training,
        String test,
        int trainingRecords,
        int testRecords,
        int labelBytes,
        List<String> classes) {
      this.folder = folder;
      this.training = training;
      this.test = test;
      this.trainingRecords = trainingRecords;
      this.testRecords = testRecords;
      this.labelBytes = labelBytes;
      this.classes = classes;
    }
  }

  /** The records of one file. */
  private record Batch(Path path, MemorySegment bytes, int records) {}

  private final Layout layout;

  CifarSource(Layout layout) {
    this.layout = layout;
  }

  @Override
  public boolean hasTestPart() {
    return true;
  }

  @Override
  public Parts load(SourceSpec spec, DataRequest request) {
    Options options = Options.of(spec, List.of("dir"));
    Path folder = request.paths().resolve(options.text("dir", layout.folder));
    List<Batch> batches = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String name : layout.training) {
      find(folder, name)
          .ifPresentOrElse(
              path -> batches.add(read(path, layout.trainingRecords)), () -> missing.add(name));
    }
    if (batches.isEmpty()) {
      throw new UserError(Code.DATA_NOT_FOUND, missing.getFirst() + ".bin in " + folder)
          .help(
              Files.isDirectory(folder.resolve(layout.folder))
                  ? "name the folder " + layout.folder + " inside it"
                  : "the binary version of the data was expected, plain or .gz");
    }
    List<String> notes = new ArrayList<>();
    Dataset training = dataset(spec.kind() + " " + folder, batches);
    noteMissing(notes, folder, missing, training.size());
    Optional<Dataset> test =
        find(folder, layout.test)
            .map(path -> read(path, layout.testRecords))
            .map(batch -> dataset(spec.kind() + " " + batch.path, List.of(batch)));
    test.ifPresentOrElse(
        part -> noteShortTest(notes, part),
        () ->
            notes.add(
                "%s: there is no %s.bin, so nothing is tested".formatted(folder, layout.test)));
    return new Parts(training, test, notes);
  }

  private void noteMissing(List<String> notes, Path folder, List<String> missing, int found) {
    int full = layout.training.size() * layout.trainingRecords;
    if (!missing.isEmpty()) {
      notes.add(
          Text.of(
              "%s: %s %s missing; training uses the %,d records of %,d that are there",
              folder, String.join(", ", missing), missing.size() == 1 ? "is" : "are", found, full));
    } else if (found < full) {
      notes.add(Text.of("%s: training uses %,d records of %,d", folder, found, full));
    }
  }

  private void noteShortTest(List<String> notes, Dataset test) {
    if (test.size() < layout.testRecords) {
      notes.add(
          Text.of(
              "%s has only the first %,d of %,d test records: figures on them are not those of the"
                  + " whole test set",
              test.name(), test.size(), layout.testRecords));
    }
  }

  private static Optional<Path> find(Path folder, String name) {
    return DataFile.find(folder, name + ".bin").or(() -> DataFile.find(folder, name));
  }

  private Batch read(Path path, int mostRecords) {
    int recordBytes = layout.labelBytes + PIXELS;
    try (DataFile file = DataFile.open(path)) {
      byte[] bytes = file.upTo(mostRecords * recordBytes);
      file.expectEnd(Text.of("a batch of %,d records", mostRecords));
      if (bytes.length == 0 || bytes.length % recordBytes != 0) {
        throw file.malformed(
                Text.of(
                    "it has %,d bytes, a multiple of the %,d of a record was expected",
                    bytes.length, recordBytes))
            .help("the file is cut off, or not of the binary version: fetch it again");
      }
      return new Batch(path, MemorySegment.ofArray(bytes), bytes.length / recordBytes);
    }
  }

  private Dataset dataset(String name, List<Batch> batches) {
    int count = batches.stream().mapToInt(Batch::records).sum();
    Column images = Column.allocate("image", IMAGE, count);
    Column labels = Column.allocate("label", LABEL, count);
    int row = 0;
    for (Batch batch : batches) {
      for (int record = 0; record < batch.records; record++, row++) {
        long start = (long) record * (layout.labelBytes + PIXELS) + layout.labelBytes;
        int label = batch.bytes.get(ValueLayout.JAVA_BYTE, start - 1) & 0xFF;
        if (label >= layout.classes.size()) {
          throw wrongLabel(batch.path, record, label);
        }
        labels.values().setAtIndex(ValueLayout.JAVA_INT, row, label);
        MemorySegment.copy(batch.bytes, start, images.values(), (long) row * PIXELS, PIXELS);
      }
    }
    return Dataset.of(
        name, List.of(images), Optional.of(labels), layout.classes, at -> place(batches, at));
  }

  private UserError wrongLabel(Path path, int record, int label) {
    return new UserError(
            Code.DATA_VALUE,
            path + ", record " + record,
            "the label is %d, 0 to %d were expected".formatted(label, layout.classes.size() - 1))
        .help("the file is damaged, or not of the binary version: fetch it again");
  }

  private static String place(List<Batch> batches, int row) {
    int record = row;
    for (Batch batch : batches) {
      if (record < batch.records) {
        return batch.path + ", record " + record;
      }
      record -= batch.records;
    }
    throw new IllegalStateException("there is no row " + row);
  }
}
