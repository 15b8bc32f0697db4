// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Adds up the time that each pass takes and the values that it makes or removes. Several threads
 * may run passes.
 */
public final class TimingObserver implements Pipeline.Observer {

  private static final class Total {
    private long nanoseconds;
    private int runs;
    private int valuesBefore;
    private int valuesAfter;
  }

  private final Map<String, Total> totals = new LinkedHashMap<>();
  private final ThreadLocal<Long> start = ThreadLocal.withInitial(System::nanoTime);

  @Override
  public void starting(Pass pass) {
    start.set(System.nanoTime());
  }

  @Override
  public synchronized void after(Pass pass, Graph before, Graph after) {
    Total total = totals.computeIfAbsent(pass.id(), _ -> new Total());
    total.nanoseconds += System.nanoTime() - start.get();
    total.runs++;
    total.valuesBefore += before.values().size();
    total.valuesAfter += after.values().size();
  }

  /** One line a pass, in the order in which they first ran. */
  public synchronized String report() {
    StringBuilder report = new StringBuilder();
    totals.forEach(
        (id, total) ->
            report.append(
                String.format(
                    Locale.ROOT,
                    "%-20s %9.2f ms  %d graphs, %d values to %d%n",
                    id,
                    total.nanoseconds / 1e6,
                    total.runs,
                    total.valuesBefore,
                    total.valuesAfter)));
    return report.toString();
  }
}
