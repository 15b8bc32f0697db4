// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what passes remark; what they say of several entry points alike it keeps once. */
public final class RemarkObserver implements Pipeline.Observer {

  private final Set<Remark> remarks = new LinkedHashSet<>();

  @Override
  public void after(Pass pass, Graph before, Graph after) {}

  @Override
  public void remarked(List<Remark> found) {
    remarks.addAll(found);
  }

  /** A line for each remark, in the order of the lines of the program. */
  public String text() {
    StringBuilder text = new StringBuilder();
    remarks.stream()
        .sorted(
            Comparator.comparing((Remark remark) -> remark.span().source().name())
                .thenComparingInt(remark -> remark.span().start()))
        .forEach(remark -> text.append(remark).append('\n'));
    return text.toString();
  }
}
