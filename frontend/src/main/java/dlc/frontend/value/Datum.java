// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.value;

import dlc.base.Span;
import dlc.frontend.ast.Declaration;
import dlc.ir.TensorType;
import dlc.ir.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an expression evaluates to while a model is elaborated. */
public sealed interface Datum {

  /** How messages call it: {@code int}, {@code list}, or a tensor's type. */
  String type();

  /** Whether the value itself, not only its type, is known at compile time. */
  default boolean isKnown() {
    return true;
  }

  record IntDatum(long value) implements Datum {
    @Override
    public String type() {
      return "int";
    }

    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /**
   * A float.
   *
   * @param formula what it follows from
   */
  record FloatDatum(double value, Formula formula) implements Datum {

    /** One that follows from no param. */
    public FloatDatum(double value) {
      this(value, new Formula.Known(value));
    }

    /** The value for a use that only this value suits. */
    public double observed() {
      formula.observe();
      return value;
    }

    @Override
    public String type() {
      return "float";
    }

    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  record BoolDatum(boolean value) implements Datum {
    @Override
    public String type() {
      return "bool";
    }

    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  record StringDatum(String value) implements Datum {
    @Override
    public String type() {
      return "string";
    }

    @Override
    public String toString() {
      return value;
    }
  }

  record ListDatum(List<Datum> items) implements Datum {
    public ListDatum {
      items = List.copyOf(items);
    }

    @Override
    public String type() {
      return "list";
    }

    @Override
    public boolean isKnown() {
      return items.stream().allMatch(Datum::isKnown);
    }

    @Override
    public String toString() {
      return items.stream().map(Datum::toString).collect(Collectors.joining(", ", "[", "]"));
    }
  }

  /** The value {@code none}: no value, where an argument allows it. */
  enum NoneDatum implements Datum {
    NONE;

    @Override
    public String type() {
      return "none";
    }

    @Override
    public String toString() {
      return "none";
    }
  }

  /**
   * An initializer with its arguments, not yet applied to a shape.
   *
   * @param place where it is written
   */
  record InitializerDatum(Declaration.Routine routine, Map<String, Datum> arguments, Span place)
      implements Datum {
    public InitializerDatum {
      arguments = new LinkedHashMap<>(arguments);
    }

    @Override
    public String type() {
      return "initializer";
    }
  }

  /** A labelled layer, whose weights are its members. */
  record LayerDatum(String path) implements Datum {
    @Override
    public String type() {
      return "layer";
    }

    @Override
    public boolean isKnown() {
      return false;
    }
  }

  /**
   * A tensor.
   *
   * @param batched whether the first dimension of {@code value} is the batch, which no program sees
   */
  record TensorDatum(Value value, boolean batched) implements Datum {
    /** The dimensions of one sample. */
    public List<Integer> dims() {
      List<Integer> dims = value.type().dims();
      return batched ? dims.subList(1, dims.size()) : dims;
    }

    public int rank() {
      return dims().size();
    }

    /** The type of one sample. */
    public TensorType sampleType() {
      return new TensorType(value.type().dtype(), dims());
    }

    @Override
    public String type() {
      return sampleType().toString();
    }

    @Override
    public boolean isKnown() {
      return false;
    }
  }

  /** The value of what was wrong and is reported; whatever is made of it is poison, too. */
  enum Poison implements Datum {
    POISON;

    @Override
    public String type() {
      return "an erroneous value";
    }

    @Override
    public boolean isKnown() {
      return false;
    }
  }
}
