// SPDX-License-Identifier: Apache-2.0
package dlc.driver.sweep;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.data.RandomStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The values that a param may have in a search. */
public sealed interface Dimension {

  /** A value drawn by chance. */
  String draw(RandomStream random);

  /** Values that cover it; {@code count} of them where it has no end of them. */
  List<String> grid(int count);

  /** Whether values are spread over orders of magnitude. */
  boolean isLogarithmic();

  /** Some values, none more likely than another. */
  record Choice(List<String> values) implements Dimension {
    public Choice {
      values = List.copyOf(values);
    }

    @Override
    public String draw(RandomStream random) {
      return values.get(random.below(values.size()));
    }

    @Override
    public List<String> grid(int count) {
      return values;
    }

    @Override
    public boolean isLogarithmic() {
      return false;
    }
  }

  /** All numbers from {@code low} to {@code high}, or all ints. */
  record Range(double low, double high, boolean isLogarithmic, boolean isInt) implements Dimension {

    private static final MathContext DIGITS = new MathContext(4);

    @Override
    public String draw(RandomStream random) {
      return isInt && !isLogarithmic
          ? Long.toString((long) low + random.below((int) (high - low) + 1))
          : at(random.uniform());
    }

    @Override
    public List<String> grid(int count) {
      String[] values = new String[count];
      Arrays.setAll(values, i -> at(count == 1 ? 0.5 : i / (count - 1.0)));
      return Arrays.stream(values).distinct().toList();
    }

    private String at(double share) {
      double value = isLogarithmic ? low * Math.pow(high / low, share) : low + (high - low) * share;
      return isInt
          ? Long.toString(Math.round(value))
          : new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }
  }

  /**
   * The dimension that a user writes as {@code 32,64,128}, {@code 0.1..0.9} or {@code
   * log(1e-4..1e-1)}.
   *
   * @param isInt whether the param called {@code name} is an int
   */
  static Dimension parse(String name, String text, boolean isInt) {
    Matcher range = Syntax.RANGE.matcher(text.strip());
    if (!range.matches()) {
      List<String> values = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
      if (values.contains("")) {
        throw bad(name, text, "a value between its commas is missing");
      }
      return new Choice(values);
    }
    boolean isLogarithmic = range.group("log") != null;
    double low = number(name, text, range.group(isLogarithmic ? "from" : "low"));
    double high = number(name, text, range.group(isLogarithmic ? "to" : "high"));
    if (!(low < high)) {
      throw bad(name, text, "its end is not above its beginning");
    }
    if (isLogarithmic && !(low > 0)) {
      throw bad(name, text, "log needs numbers above 0");
    }
    if (isInt && (low != Math.rint(low) || high != Math.rint(high) || high - low > 1e9)) {
      throw bad(name, text, "'" + name + "' is an int");
    }
    return new Range(low, high, isLogarithmic, isInt);
  }

  private static double number(String name, String text, String number) {
    try {
      double value = Double.parseDouble(number.strip().replace("_", ""));
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw bad(name, text, "'" + number + "' is no number");
  }

  private static UserError bad(String name, String text, String why) {
    return new UserError(Code.BAD_OPTION, "-D %s=%s: %s".formatted(name, text, why))
        .help("write values (32,64,128), a range (0.1..0.9) or log(1e-4..1e-1)");
  }

  /** How ranges are written. */
  final class Syntax {
    private static final Pattern RANGE =
        Pattern.compile(
            "(?<log>log\\((?<from>[^,()]+?)\\.\\.(?<to>[^,()]+)\\))"
                + "|(?<low>[^,()]+?)\\.\\.(?<high>[^,()]+)");

    private Syntax() {}
  }
}
