// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.value;

import dlc.base.Code;
import dlc.frontend.value.Datum.BoolDatum;
import dlc.frontend.value.Datum.FloatDatum;
import dlc.frontend.value.Datum.IntDatum;
import dlc.frontend.value.Datum.ListDatum;
import dlc.frontend.value.Datum.StringDatum;
import java.util.ArrayList;
import java.util.List;

/** Reads compile-time values as Java values; {@code what} names them in complaints. */
public final class Read {

  private Read() {}

  public static long integer(String what, Datum datum) {
    return datum instanceof IntDatum(long value) ? value : wrong(what, "int", datum);
  }

  /** An int that can be a size or index. */
  public static int small(String what, Datum datum) {
    long value = integer(what, datum);
    if (value != (int) value) {
      throw new Complaint(Code.BAD_ARGUMENT, what, value + " is too large");
    }
    return (int) value;
  }

  public static double number(String what, Datum datum) {
    return switch (datum) {
      case IntDatum(long value) -> value;
      case FloatDatum number -> number.observed();
      default -> wrong(what, "float", datum);
    };
  }

  public static boolean bool(String what, Datum datum) {
    return datum instanceof BoolDatum(boolean value) ? value : wrong(what, "bool", datum);
  }

  public static String string(String what, Datum datum) {
    return datum instanceof StringDatum(String value) ? value : wrong(what, "string", datum);
  }

  public static List<Datum> list(String what, Datum datum) {
    return datum instanceof ListDatum(List<Datum> items) ? items : wrong(what, "list", datum);
  }

  /** A list of ints, nested lists joined; an int alone counts as a list of one. */
  public static List<Integer> ints(String what, Datum datum) {
    if (datum instanceof IntDatum) {
      return List.of(small(what, datum));
    }
    List<Integer> ints = new ArrayList<>();
    for (Datum item : list(what, datum)) {
      ints.addAll(ints(what, item));
    }
    return ints;
  }

  /** The numbers of a list, in order, nested lists joined. */
  public static List<Double> numbers(String what, Datum datum) {
    if (!(datum instanceof ListDatum)) {
      return List.of(number(what, datum));
    }
    List<Double> numbers = new ArrayList<>();
    for (Datum item : list(what, datum)) {
      numbers.addAll(numbers(what, item));
    }
    return numbers;
  }

  /** The value as the plain Java value that stands for it: Long, Double, String, List and so on. */
  public static Object plain(String what, Datum datum) {
    return switch (datum) {
      case IntDatum(long value) -> value;
      case FloatDatum number -> number.observed();
      case BoolDatum(boolean value) -> value;
      case StringDatum(String value) -> value;
      case ListDatum(List<Datum> items) -> items.stream().map(item -> plain(what, item)).toList();
      default -> wrong(what, "a compile-time value", datum);
    };
  }

  private static <T> T wrong(String what, String expected, Datum found) {
    if (found instanceof Datum.TensorDatum) {
      throw new Complaint(Code.NOT_KNOWN_EARLY, what);
    }
    if (found == Datum.Poison.POISON) {
      throw Complaint.consequence(what);
    }
    throw new Complaint(Code.WRONG_TYPE, what, expected, found.type());
  }
}
