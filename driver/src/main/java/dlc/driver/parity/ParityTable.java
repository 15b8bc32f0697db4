// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.driver.parity.CaseReport.NotRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reports as a table of the largest errors, one line for each part of a case. */
public final class ParityTable {

  private static final String ROW = "%-24s %-22s %-32s %10s %10s %8s%s%n";

  private ParityTable() {}

  public static String render(List<CaseReport> reports) {
    StringBuilder text = new StringBuilder();
    line(text, "case", "part", "largest error in", "error", "tolerance", "used", "");
    for (CaseReport report : reports) {
      worstOfEachPart(report)
          .forEach(
              worst ->
                  line(
                      text,
                      report.name(),
                      worst.part(),
                      worst.name(),
                      number("%.1e", worst.error()),
                      number("%.1e", worst.tolerance()),
                      number("%.0f%%", 100 * worst.ratio()),
                      worst.isMiss() ? "  MISS" : ""));
      for (NotRun part : report.notRun()) {
        text.append(
            String.format(
                Locale.ROOT, "%-24s %-22s not run: %s%n", report.name(), part.part(), part.reason()));
      }
    }
    return text.append(summary(reports)).toString();
  }

  private static List<Comparison> worstOfEachPart(CaseReport report) {
    Map<String, Comparison> worst = new LinkedHashMap<>();
    for (Comparison comparison : report.comparisons()) {
      worst.merge(
          comparison.part(),
          comparison,
          (one, other) -> other.ratio() > one.ratio() ? other : one);
    }
    return new ArrayList<>(worst.values());
  }

  private static String summary(List<CaseReport> reports) {
    long compared = reports.stream().mapToLong(each -> each.comparisons().size()).sum();
    long misses = reports.stream().mapToLong(each -> each.misses().size()).sum();
    long notRun = reports.stream().mapToLong(each -> each.notRun().size()).sum();
    double largest =
        reports.stream()
            .flatMap(each -> each.comparisons().stream())
            .map(Comparison::ratio)
            .max(Comparator.naturalOrder())
            .orElse(0.0);
    return String.format(
        Locale.ROOT,
        "%d cases, %d arrays compared, %d misses, %d parts not run; at most %.0f%% of a tolerance"
            + " is used%n",
        reports.size(),
        compared,
        misses,
        notRun,
        100 * largest);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static void line(StringBuilder text, String... columns) {
    text.append(String.format(Locale.ROOT, ROW, (Object[]) columns));
  }
}
