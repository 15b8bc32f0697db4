// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.library;

import dlc.base.Code;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.NoneDatum;
import dlc.frontend.value.Datum.TensorDatum;
import dlc.frontend.value.Read;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments of one call of a primitive.
 *
 * @param function the name for messages
 * @param current the value of {@code it}, where there is one
 */
public record Arguments(
    String function, Map<String, Datum> values, TensorOps ops, Optional<Datum> current) {

  public Datum datum(String name) {
    Datum datum = values.get(name);
    if (datum == null) {
      throw new IllegalStateException(function + " has no slot " + name);
    }
    return datum;
  }

  public boolean given(String name) {
    return datum(name) != NoneDatum.NONE;
  }

  public TensorDatum tensor(String name) {
    return ops.tensor(label(name), datum(name));
  }

  public int integer(String name) {
    return Read.small(label(name), datum(name));
  }

  public List<Integer> ints(String name) {
    return Read.ints(label(name), datum(name));
  }

  public double number(String name) {
    return Read.number(label(name), datum(name));
  }

  public boolean flag(String name) {
    return Read.bool(label(name), datum(name));
  }

  public String string(String name) {
    return Read.string(label(name), datum(name));
  }

  public List<TensorDatum> tensors(String name) {
    if (datum(name) instanceof TensorDatum one) {
      throw new Complaint(Code.WRONG_TYPE, label(name), "a list of tensors", one.type())
          .help("as in " + function + "([x, y])");
    }
    return Read.list(label(name), datum(name)).stream()
        .map(item -> ops.tensor(label(name), item))
        .toList();
  }

  /** Sizes of dimensions: ints that are at least 1. */
  public List<Integer> dims(String name) {
    List<Integer> dims = ints(name);
    for (int dim : dims) {
      if (dim < 1) {
        throw new Complaint(Code.BAD_ARGUMENT, label(name), "a size is " + dim);
      }
    }
    return dims;
  }

  /** The dimension {@code name} of a tensor of that rank; -1 is the last one. */
  public int dim(String name, int rank) {
    return dim(integer(name), rank);
  }

  private int dim(int dim, int rank) {
    int counted = dim < 0 ? dim + rank : dim;
    if (counted < 0 || counted >= rank) {
      throw new Complaint(
          Code.SHAPE, function, "dimension " + dim + " of a tensor with " + rank + " dimensions");
    }
    return counted;
  }

  /** The dimensions {@code name}, or all of them for none. */
  public List<Integer> dimsOf(String name, int rank) {
    if (!given(name)) {
      return TensorOps.range(0, rank);
    }
    List<Integer> dims = ints(name).stream().map(dim -> dim(dim, rank)).sorted().toList();
    if (dims.stream().distinct().count() != dims.size()) {
      throw new Complaint(Code.SHAPE, function, "a dimension is given twice");
    }
    return dims;
  }

  public Complaint shape(String format, Object... parts) {
    return new Complaint(Code.SHAPE, function, String.format(Locale.ROOT, format, parts));
  }

  private String label(String name) {
    return function + ": " + name;
  }
}
