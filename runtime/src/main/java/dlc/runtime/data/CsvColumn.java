// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.file.Csv;
import dlc.runtime.file.Csv.Cell;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What was learned of one column of a table; {@code values} is empty for a column of numbers, and
 * {@code substitute} stands for its blanks.
 */
record CsvColumn(String name, List<String> values, OptionalDouble substitute) {

  private static final int MOST_VALUES = 1000;
  private static final int MOST_CLASSES = 1_000_000;
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

  /** What becomes of blanks in number columns. */
  enum Blanks {
    ERROR,
    MEAN
  }

  static CsvColumn learn(Csv csv, int index, Blanks blanks) {
    String name = csv.header().get(index);
    int filled = 0;
    int numbers = 0;
    double sum = 0;
    TreeSet<String> values = new TreeSet<>();
    for (List<Cell> row : csv.rows()) {
      Cell cell = row.get(index);
      if (cell.isBlank()) {
        continue;
      }
      filled++;
      String text = cell.text().strip();
      if (isNumber(text)) {
        numbers++;
        sum += Double.parseDouble(text);
      } else if (values.size() <= MOST_VALUES) {
        values.add(text);
      }
    }
    if (2 * numbers > filled || filled == 0) {
      boolean mean = blanks == Blanks.MEAN && numbers > 0;
      return new CsvColumn(
          name, List.of(), mean ? OptionalDouble.of(sum / numbers) : OptionalDouble.empty());
    }
    csv.rows().stream()
        .map(row -> row.get(index).text().strip())
        .filter(text -> !text.isEmpty() && values.size() <= MOST_VALUES)
        .forEach(values::add);
    if (values.size() > MOST_VALUES) {
      throw new UserError(
              Code.DATA_VALUE,
              csv.name(),
              "the text column '%s' has more than %d different values".formatted(name, MOST_VALUES))
          .help("list the columns that matter: features=[…]");
    }
    return new CsvColumn(name, List.copyOf(values), OptionalDouble.empty());
  }

  boolean isText() {
    return !values.isEmpty();
  }

  /** How many numbers a cell becomes as a feature. */
  int width() {
    return Math.max(1, values.size());
  }

  List<String> featureNames() {
    return isText() ? values.stream().map(value -> name + "=" + value).toList() : List.of(name);
  }

  /** Where this column is in {@code csv}, which may be another table than the one learned from. */
  int indexIn(Csv csv) {
    return CsvEncoding.index(csv, name);
  }

  /** Writes a cell as a feature, from element {@code place} on; the elements are 0 before. */
  void encode(Csv csv, Cell cell, Column target, long place) {
    if (!isText()) {
      target.values().setAtIndex(ValueLayout.JAVA_FLOAT, place, (float) number(csv, cell));
    } else if (cell.isBlank()) {
      throw blank(csv, cell);
    } else {
      int value = known(csv, cell);
      target.values().setAtIndex(ValueLayout.JAVA_FLOAT, place + value, 1f);
    }
  }

  /** The class that a cell of the label column names. */
  int classOf(Csv csv, Cell cell) {
    if (isText()) {
      return cell.isBlank() ? failBlank(csv, cell) : known(csv, cell);
    }
    double number = number(csv, cell);
    if (number != Math.rint(number) || number < 0 || number > MOST_CLASSES) {
      throw csv.complaint(cell, "the label '%s' is not a class number".formatted(cell.text()))
          .help("classes are 0, 1, 2, … or texts; for other numbers say task=\"regression\"");
    }
    return (int) number;
  }

  /** The number in a cell of a number column. */
  double number(Csv csv, Cell cell) {
    String text = cell.text().strip();
    if (text.isEmpty()) {
      return substitute.orElseGet(() -> failBlank(csv, cell));
    }
    if (!isNumber(text)) {
      throw csv.complaint(
              cell,
              "'%s' is not a number, as the others in column '%s' are".formatted(cell.text(), name))
          .help("correct it, or leave the cell blank and say missing=\"mean\" or missing=\"drop\"");
    }
    double number = Double.parseDouble(text);
    if (!(Math.abs(number) <= Float.MAX_VALUE)) {
      throw csv.complaint(cell, "'%s' is out of the range of 32-bit floats".formatted(text));
    }
    return number;
  }

  private int known(Csv csv, Cell cell) {
    int value = Collections.binarySearch(values, cell.text().strip());
    if (value < 0) {
      throw csv.complaint(cell, "'%s' is a new value in column '%s'".formatted(cell.text(), name))
          .help("the training part knows " + String.join(", ", values));
    }
    return value;
  }

  private int failBlank(Csv csv, Cell cell) {
    throw blank(csv, cell);
  }

  private UserError blank(Csv csv, Cell cell) {
    return csv.complaint(cell, "the cell in column '%s' is blank".formatted(name))
        .help(
            "fill it, or say missing=\"mean\" (numbers only) or missing=\"drop\" (leave rows out)");
  }

  private static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }
}
