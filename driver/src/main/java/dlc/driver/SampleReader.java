// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import dlc.runtime.data.CsvEncoding;
import dlc.runtime.data.Dataset;
import dlc.runtime.data.SourceSpec;
import dlc.runtime.file.Csv;
import dlc.runtime.file.DataFile;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.Npy;
import dlc.runtime.file.NumberArray;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Reads what {@code dlc predict} is given: images, tables, arrays, or numbers as they are. */
final class SampleReader {

  private final Workbench bench;
  private final String name;
  private final TensorType type;

  SampleReader(Workbench bench) {
    this.bench = bench;
    Map<String, TensorType> inputs = bench.inputs();
    if (inputs.size() != 1) {
      throw new UserError(
              Code.BAD_OPTION,
              "predict takes samples of one input, the model has " + inputs.keySet())
          .help("the Java library predicts with several inputs");
    }
    Map.Entry<String, TensorType> input = inputs.entrySet().iterator().next();
    this.name = input.getKey();
    this.type = input.getValue();
  }

  /** The samples of {@code input}, a file or a list such as {@code 5.1,3.5,1.4,0.2}. */
  Samples read(String input) {
    Path path = path(input);
    if (!Files.exists(path)) {
      return numbers(input);
    }
    if (Files.isDirectory(path)) {
      throw new UserError(Code.CANNOT_READ, input, "it is a folder").help("give the files in it");
    }
    String lower = input.toLowerCase(Locale.ROOT);
    String ending = lower.substring(lower.lastIndexOf('.') + 1);
    return switch (ending) {
      case "npy" -> array(input, Npy.read(path));
      case "csv", "tsv", "txt" -> table(path);
      case "png", "jpg", "jpeg", "gif", "bmp" ->
          new Samples(List.of(input), List.of(ImageReader.read(path, name, type)));
      case "raw", "bin" -> bytes(input, path);
      default ->
          throw new UserError(
                  Code.DATA_MALFORMED, input, "files of this kind cannot be predicted on")
              .help("give a PNG or JPEG image, a .csv table, a .npy array or .raw bytes");
    };
  }

  /** The elements of one sample and nothing else: bytes of brightness, or floats. */
  private Samples bytes(String input, Path path) {
    byte[] content;
    try {
      content = Files.readAllBytes(path);
    } catch (IOException failure) {
      throw DataFile.unreadable(input, failure);
    }
    boolean floats = content.length == 4 * type.elements();
    if (!floats && content.length != type.elements()) {
      throw new UserError(
              Code.DATA_SHAPE,
              input,
              "it has %d bytes, the model's input '%s' is %s".formatted(content.length, name, type))
          .help("a .raw file holds the bytes or the 32-bit floats of one sample");
    }
    MemorySegment values = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(content.length));
    values.copyFrom(MemorySegment.ofArray(content));
    return new Samples(
        List.of(input),
        List.of(new Column(name, type.withDType(floats ? DType.F32 : DType.U8), values)));
  }

  private static Path path(String input) {
    try {
      return Path.of(input);
    } catch (InvalidPathException _) {
      throw new UserError(Code.DATA_NOT_FOUND, "'" + input + "', which is no path at all");
    }
  }

  private Samples numbers(String input) {
    List<String> cells = List.of(input.split(",", -1));
    Optional<String> word = cells.stream().filter(cell -> !isNumber(cell)).findFirst();
    if (word.isPresent()) {
      return row(input, cells, word.get().strip());
    }
    requireElements(input, cells.size());
    float[] values = new float[cells.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.parseFloat(cells.get(i).strip());
    }
    return Samples.of(input, type.withDType(DType.F32), values);
  }

  /** A row of the features of a table, of which some are words; {@code word} is the first. */
  private Samples row(String input, List<String> cells, String word) {
    // What has no number may be a file that is not there.
    boolean isRow = cells.size() > 1 && cells.stream().anyMatch(SampleReader::isNumber);
    Optional<CsvEncoding> table =
        isTable() ? Optional.of(CsvEncoding.of(bench.source(), bench.paths())) : Optional.empty();
    boolean fits = table.filter(each -> each.columnNames().size() == cells.size()).isPresent();
    if (!fits && !isRow) {
      throw new UserError(Code.DATA_NOT_FOUND, input)
          .help("give a file that exists, or a sample such as 5.1,3.5,1.4,0.2");
    }
    if (table.isEmpty()) {
      throw new UserError(Code.DATA_VALUE, input, "'%s' is not a number".formatted(word))
          .help("the model's input '%s' is %s".formatted(name, type));
    }
    List<String> columns = table.get().columnNames();
    if (!fits) {
      throw new UserError(
              Code.DATA_SHAPE,
              input,
              "it has %d cells, a row of features has %d".formatted(cells.size(), columns.size()))
          .help("the features are " + String.join(", ", columns));
    }
    Dataset sample = table.get().sample(input, cells);
    requireElements(input, sample.inputs().getFirst().type().elements());
    return new Samples(List.of(input), sample.inputs());
  }

  private boolean isTable() {
    return bench.model().train().flatMap(section -> section.data()).isPresent()
        && bench.source().kind().equals("csv");
  }

  private void requireElements(String input, long found) {
    if (found != type.elements()) {
      throw new UserError(
          Code.DATA_SHAPE,
          input,
          "it has %d numbers, the model's input '%s' is %s".formatted(found, name, type));
    }
  }

  private Samples array(String input, NumberArray array) {
    List<Integer> dims = array.dims();
    boolean one = dims.equals(type.dims());
    if (!one && (dims.isEmpty() || !dims.subList(1, dims.size()).equals(type.dims()))) {
      throw new UserError(
              Code.DATA_SHAPE,
              input,
              "it is %s, the model's input '%s' is %s".formatted(array, name, type))
          .help("an array holds one sample, or samples along its first dimension");
    }
    int count = one ? 1 : dims.getFirst();
    if (count == 0) {
      throw new UserError(Code.DATA_EMPTY, input);
    }
    List<String> names =
        one ? List.of(input) : IntStream.range(0, count).mapToObj(i -> input + ":" + i).toList();
    if (array.type() == ElementType.U8) {
      return new Samples(
          names, List.of(new Column(name, type.withDType(DType.U8), array.values())));
    }
    if (type.dtype() == DType.I32) {
      int[] values = ints(input, array);
      return new Samples(names, List.of(new Column(name, type, MemorySegment.ofArray(values))));
    }
    return new Samples(
        names,
        List.of(
            new Column(name, type.withDType(DType.F32), MemorySegment.ofArray(array.toFloats()))));
  }

  private static int[] ints(String input, NumberArray array) {
    try {
      return array.toInts();
    } catch (ArithmeticException broken) {
      throw new UserError(Code.DATA_VALUE, input, String.valueOf(broken.getMessage()));
    }
  }

  /** A table with the columns of the one that was trained on, or one of plain numbers. */
  private Samples table(Path path) {
    if (!isTable()) {
      return plainTable(path);
    }
    SourceSpec source = bench.source();
    boolean hasHeader = !Boolean.FALSE.equals(source.named().get("header"));
    char separator = source.named().get("separator") instanceof String text ? text.charAt(0) : ',';
    Dataset rows = CsvEncoding.of(source, bench.paths()).inputs(path, separator, hasHeader);
    Column features = rows.inputs().getFirst();
    requireElements(path.toString(), features.type().elements());
    List<String> names = IntStream.range(0, rows.size()).mapToObj(rows::place).toList();
    return new Samples(names, List.of(features));
  }

  private Samples plainTable(Path path) {
    List<List<Csv.Cell>> rows = Csv.read(path, ',', false).rows();
    boolean hasHeader =
        !rows.isEmpty() && rows.getFirst().stream().noneMatch(cell -> isNumber(cell.text()));
    Csv csv = Csv.read(path, ',', hasHeader);
    int width = (int) type.elements();
    List<String> names = new ArrayList<>();
    float[] values = new float[Math.multiplyExact(csv.rows().size(), width)];
    for (List<Csv.Cell> row : csv.rows()) {
      requireElements(csv.name() + ":" + row.getFirst().line(), row.size());
      for (int i = 0; i < width; i++) {
        Csv.Cell cell = row.get(i);
        if (!isNumber(cell.text())) {
          throw csv.complaint(cell, "'%s' is not a number".formatted(cell.text()));
        }
        values[names.size() * width + i] = Float.parseFloat(cell.text().strip());
      }
      names.add(csv.name() + ":" + row.getFirst().line());
    }
    if (names.isEmpty()) {
      throw new UserError(Code.DATA_EMPTY, csv.name());
    }
    TensorType stored = type.withDType(DType.F32);
    return new Samples(names, List.of(new Column(name, stored, MemorySegment.ofArray(values))));
  }

  private static boolean isNumber(String cell) {
    try {
      Float.parseFloat(cell.strip());
      return true;
    } catch (NumberFormatException _) {
      return false;
    }
  }
}
