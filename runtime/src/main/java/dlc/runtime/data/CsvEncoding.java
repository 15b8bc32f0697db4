// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.file.Csv;
import dlc.runtime.file.Csv.Cell;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How the cells of a table become numbers, learned from the table that is trained on.
 *
 * <p>A column in which more than half of what is not blank is numbers is a number column: anything
 * else in it is an error, blanks too unless they are to be replaced by the mean or dropped with
 * their rows. The values of another column are numbered in sorted order; as features they become
 * one-hot. Numbers in a label column stand for classes as they are.
 */
public final class CsvEncoding {

  private final List<CsvColumn> features;
  private final CsvColumn label;
  private final boolean classification;
  private final boolean drop;

  private CsvEncoding(
      List<CsvColumn> features, CsvColumn label, boolean classification, boolean drop) {
    this.features = List.copyOf(features);
    this.label = label;
    this.classification = classification;
    this.drop = drop;
  }

  /** The encoding of the table of a {@code csv} source, for tables that are predicted on. */
  public static CsvEncoding of(SourceSpec spec, DataPaths paths) {
    return CsvSource.encoding(spec, paths);
  }

  static CsvEncoding learn(Csv csv, Options options) {
    boolean classification =
        options.choice("task", "classification", "regression").equals("classification");
    String missing = options.choice("missing", "error", "mean", "drop");
    CsvColumn.Blanks blanks =
        missing.equals("mean") ? CsvColumn.Blanks.MEAN : CsvColumn.Blanks.ERROR;
    boolean drop = missing.equals("drop");
    int labelIndex = labelIndex(csv, options);
    List<Integer> indices =
        options
            .texts("features")
            .map(names -> names.stream().map(name -> index(csv, name)).toList())
            .orElseGet(() -> allBut(csv, labelIndex));
    if (indices.isEmpty()) {
      throw new UserError(Code.BAD_ARGUMENT, "csv", csv.name() + " leaves no column as a feature");
    }
    List<CsvColumn> features = new ArrayList<>();
    for (int index : indices) {
      features.add(CsvColumn.learn(csv, index, blanks));
    }
    CsvColumn label = CsvColumn.learn(csv, labelIndex, CsvColumn.Blanks.ERROR);
    return new CsvEncoding(features, label, classification, drop);
  }

  /** What the features are called, in order; a text column has one for each of its values. */
  public List<String> featureNames() {
    return features.stream().flatMap(column -> column.featureNames().stream()).toList();
  }

  /** What the values of a text label are called, by class; empty for other labels. */
  public List<String> classNames() {
    return classification ? label.values() : List.of();
  }

  /** All samples of {@code csv}, with their targets. */
  Dataset encode(Csv csv) {
    List<CsvColumn> used = new ArrayList<>(features);
    used.add(label);
    List<List<Cell>> rows = rows(csv, used);
    Column target = target(csv, rows);
    return dataset(csv, rows, Optional.of(target), classes(target));
  }

  /** The samples of the table at {@code path}, which needs no label column. */
  public Dataset inputs(Path path, char separator, boolean hasHeader) {
    Csv csv = Csv.read(path, separator, hasHeader);
    return dataset(csv, rows(csv, features), Optional.empty(), List.of());
  }

  /** What the columns of a row of features are called. */
  public List<String> columnNames() {
    return features.stream().map(CsvColumn::name).toList();
  }

  /** The sample of one row of features, called {@code name}. */
  public Dataset sample(String name, List<String> row) {
    List<Cell> cells =
        IntStream.range(0, row.size())
            .mapToObj(i -> new Cell(row.get(i).strip(), 1, i + 1))
            .toList();
    Csv csv = new Csv(name, columnNames(), List.of(cells));
    return dataset(csv, csv.rows(), Optional.empty(), List.of());
  }

  private Dataset dataset(
      Csv csv, List<List<Cell>> rows, Optional<Column> target, List<String> classes) {
    int width = features.stream().mapToInt(CsvColumn::width).sum();
    Column values = Column.allocate("features", TensorType.of(DType.F32, width), rows.size());
    int start = 0;
    for (CsvColumn feature : features) {
      int index = feature.indexIn(csv);
      for (int row = 0; row < rows.size(); row++) {
        feature.encode(csv, rows.get(row).get(index), values, (long) row * width + start);
      }
      start += feature.width();
    }
    int[] lines = rows.stream().mapToInt(row -> row.getFirst().line()).toArray();
    return Dataset.of(
        csv.name(), List.of(values), target, classes, row -> csv.name() + ":" + lines[row]);
  }

  private Column target(Csv csv, List<List<Cell>> rows) {
    TensorType type = TensorType.of(classification ? DType.I32 : DType.F32);
    Column target = Column.allocate("label", type, rows.size());
    int index = label.indexIn(csv);
    for (int row = 0; row < rows.size(); row++) {
      Cell cell = rows.get(row).get(index);
      if (classification) {
        target.values().setAtIndex(ValueLayout.JAVA_INT, row, label.classOf(csv, cell));
      } else {
        target.values().setAtIndex(ValueLayout.JAVA_FLOAT, row, (float) label.number(csv, cell));
      }
    }
    return target;
  }

  private List<String> classes(Column target) {
    if (!classification) {
      return List.of();
    }
    if (!label.values().isEmpty()) {
      return label.values();
    }
    int largest = 0;
    for (int row = 0; row < target.rows(); row++) {
      largest = Math.max(largest, (int) target.at(row));
    }
    return ClassNames.numbers(largest + 1);
  }

  private List<List<Cell>> rows(Csv csv, List<CsvColumn> used) {
    if (!drop) {
      return csv.rows();
    }
    int[] indices = used.stream().mapToInt(column -> column.indexIn(csv)).toArray();
    List<List<Cell>> rows =
        csv.rows().stream()
            .filter(row -> IntStream.of(indices).noneMatch(index -> row.get(index).isBlank()))
            .toList();
    if (rows.isEmpty()) {
      throw new UserError(Code.DATA_EMPTY, csv.name())
          .help("every row has a blank: choose features=[…] without empty columns");
    }
    return rows;
  }

  private static int labelIndex(Csv csv, Options options) {
    Optional<Object> label = options.value("label");
    if (label.isPresent() && label.get() instanceof Number number) {
      int index =
          number.intValue() < 0 ? csv.header().size() + number.intValue() : number.intValue();
      if (index < 0 || index >= csv.header().size()) {
        throw new UserError(Code.INDEX_RANGE, number, csv.header().size() + " columns");
      }
      return index;
    }
    return options
        .optionalText("label")
        .map(name -> index(csv, name))
        .orElse(csv.header().size() - 1);
  }

  /** The place of the column called {@code name}. */
  static int index(Csv csv, String name) {
    int index = csv.header().indexOf(name);
    if (index < 0) {
      throw new UserError(Code.DATA_MALFORMED, csv.name(), "it has no column '" + name + "'")
          .help(
              NearestName.of(name, csv.header())
                  .map(near -> "did you mean '" + near + "'?")
                  .orElse("it has " + String.join(", ", csv.header())));
    }
    return index;
  }

  private static List<Integer> allBut(Csv csv, int label) {
    return IntStream.range(0, csv.header().size()).filter(i -> i != label).boxed().toList();
  }
}
