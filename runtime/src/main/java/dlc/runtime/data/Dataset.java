// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Samples to train or test on: input columns, perhaps a target, and which rows of them count.
 *
 * <p>Parts of a dataset share its columns. {@code classes} is empty unless the target numbers
 * classes.
 */
public final class Dataset {

  private final String name;
  private final List<Column> inputs;
  private final Optional<Column> target;
  private final List<String> classes;
  private final IntFunction<String> places;
  private final Optional<Vocabulary> vocabulary;
  private final int[] rows;

  private Dataset(
      String name,
      List<Column> inputs,
      Optional<Column> target,
      List<String> classes,
      IntFunction<String> places,
      Optional<Vocabulary> vocabulary,
      int[] rows) {
    this.name = name;
    this.inputs = List.copyOf(inputs);
    this.target = target;
    this.classes = List.copyOf(classes);
    this.places = places;
    this.vocabulary = vocabulary;
    this.rows = rows;
  }

  /** All rows of the columns; {@code places} says for messages where a row comes from. */
  public static Dataset of(
      String name,
      List<Column> inputs,
      Optional<Column> target,
      List<String> classes,
      IntFunction<String> places) {
    int count = inputs.getFirst().rows();
    for (Column input : inputs) {
      requireRows(name, input, count);
    }
    target.ifPresent(column -> requireRows(name, column, count));
    if (count == 0) {
      throw new UserError(Code.DATA_EMPTY, name);
    }
    int[] rows = IntStream.range(0, count).toArray();
    return new Dataset(name, inputs, target, classes, places, Optional.empty(), rows);
  }

  /** The same samples, whose numbers stand for {@code tokens}. */
  Dataset withVocabulary(Vocabulary tokens) {
    return new Dataset(name, inputs, target, classes, places, Optional.of(tokens), rows);
  }

  public String name() {
    return name;
  }

  public int size() {
    return rows.length;
  }

  public List<Column> inputs() {
    return inputs;
  }

  public Optional<Column> target() {
    return target;
  }

  /** What the classes are called, by number; empty when the target numbers none. */
  public List<String> classes() {
    return classes;
  }

  /** What the numbers of a text stand for. */
  public Optional<Vocabulary> vocabulary() {
    return vocabulary;
  }

  /** The row of the columns that holds sample {@code sample}. */
  public int row(int sample) {
    return rows[sample];
  }

  /** Where sample {@code sample} comes from, such as {@code iris.csv:12}. */
  public String place(int sample) {
    return places.apply(rows[sample]);
  }

  /** The samples of {@code samples}, in that order. */
  public Dataset select(int[] samples) {
    int[] chosen = Arrays.stream(samples).map(sample -> rows[sample]).toArray();
    return new Dataset(name, inputs, target, classes, places, vocabulary, chosen);
  }

  /**
   * This dataset as a model wants it: its inputs under the model's names, in its order.
   *
   * <p>Inputs are matched by name where the model knows all names, else by order. A target that the
   * model does not ask for is left out; so are inputs that it has no use for, when matched by name.
   */
  public Dataset forModel(Map<String, TensorType> wanted, Optional<TensorType> wantedTarget) {
    List<Column> matched = new ArrayList<>();
    List<String> names = inputs.stream().map(Column::name).toList();
    boolean byName = names.containsAll(wanted.keySet());
    if (!byName && names.size() != wanted.size()) {
      throw misfit("it gives the inputs %s, the model takes %s", names, wanted.keySet())
          .help("name the inputs of the source as the model does");
    }
    for (Map.Entry<String, TensorType> input : wanted.entrySet()) {
      int index = byName ? names.indexOf(input.getKey()) : matched.size();
      matched.add(matched(inputs.get(index), input.getKey(), input.getValue()));
    }
    Optional<Column> fitted = wantedTarget.map(this::matchedTarget);
    return new Dataset(name, matched, fitted, classes, places, vocabulary, rows);
  }

  /** Complains about a target that is none of {@code count} classes, and not {@code ignored}. */
  public void requireClasses(int count, OptionalInt ignored) {
    if (target.isEmpty()) {
      return;
    }
    if (vocabulary.isPresent() && vocabulary.get().size() > count) {
      int tokens = vocabulary.get().size();
      throw new UserError(
              Code.DATA_VALUE,
              name,
              "the text has %d different tokens, the model tells %d apart".formatted(tokens, count))
          .help("let the model's last layer have %1$d outputs: linear(%1$d)".formatted(tokens));
    }
    Column column = target.get();
    long elements = column.type().elements();
    for (int sample = 0; sample < rows.length; sample++) {
      for (long i = 0; i < elements; i++) {
        double label = column.at(rows[sample] * elements + i);
        boolean skipped = ignored.isPresent() && label == ignored.getAsInt();
        if (!skipped && (label < 0 || label >= count)) {
          throw new UserError(
                  Code.DATA_VALUE,
                  place(sample),
                  "the label %d is none of the model's classes 0 to %d"
                      .formatted((int) label, count - 1))
              .help("correct the label, or give the model's last layer as many outputs as classes");
        }
      }
    }
  }

  @Override
  public String toString() {
    return name + " (" + size() + " samples)";
  }

  private Column matched(Column column, String wantedName, TensorType wanted) {
    TensorType found = column.type();
    boolean intsForFloats = wanted.dtype() == DType.I32 && found.dtype().isFloat();
    if (!found.dims().equals(wanted.dims()) || intsForFloats) {
      UserError error =
          misfit("a sample is %s, the model's input '%s' is %s", found, wantedName, wanted);
      DType numbers = vocabulary.isPresent() ? DType.I32 : DType.F32;
      DType type = found.dtype() == DType.U8 ? numbers : found.dtype();
      throw intsForFloats
          ? error.help("declare the input as %s".formatted(found))
          : error.help(
              "declare %s: %s; flatten and reshape change it in the model"
                  .formatted(wantedName, found.withDType(type)));
    }
    return column.named(wantedName);
  }

  private Column matchedTarget(TensorType wanted) {
    if (target.isEmpty()) {
      throw misfit("it has no target, the loss needs %s", wanted).help("give the source its y");
    }
    TensorType found = target.get().type();
    if (wanted.dtype() == DType.I32 && found.dtype().isFloat()) {
      throw misfit("its targets are numbers (%s), the loss needs classes (%s)", found, wanted)
          .help("use a loss for numbers such as mse, or task=\"classification\"");
    }
    if (found.elements() != wanted.elements()) {
      throw misfit("a target is %s, the loss compares the output with %s", found, wanted)
          .help(
              found.dtype() == DType.I32
                  ? "cross_entropy takes class numbers; or change the model's output"
                  : "give the model as many outputs as the target has numbers");
    }
    return target.get().named("target");
  }

  private UserError misfit(String format, Object... arguments) {
    return new UserError(Code.DATA_SHAPE, name, format.formatted(arguments));
  }

  private static void requireRows(String name, Column column, int count) {
    if (column.rows() != count) {
      throw new UserError(
          Code.DATA_SHAPE,
          name,
          "'%s' has %d samples, others have %d".formatted(column.name(), column.rows(), count));
    }
  }
}
