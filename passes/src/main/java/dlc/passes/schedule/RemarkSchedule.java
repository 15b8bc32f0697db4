// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Stmt;
import dlc.passes.Remark;
import dlc.passes.lower.LoweredGraph.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says of scheduled kernels why they run without vectors, or on one thread. */
final class RemarkSchedule {

  private RemarkSchedule() {}

  /** What there is to say of {@code call}, which was made of its source. */
  static List<Remark> of(Call call) {
    Kernel plain = call.source();
    if (plain.span().source().text().isEmpty()) {
      // A copy that no line of the program asks for.
      return List.of();
    }
    PlainNest nest = PlainNest.of(plain);
    List<Remark> remarks = new ArrayList<>();
    if (nest.elements() * nest.turns() > 1) {
      if (!has(call.kernel().body(), LoopKind.LANES)) {
        remarks.add(
            remark(Remark.Kind.VECTORIZE, plain, "runs without vectors: " + scalar(plain, nest)));
      }
      oneThread(call.kernel(), nest)
          .ifPresent(
              why -> remarks.add(remark(Remark.Kind.THREADS, plain, "runs on one thread: " + why)));
    }
    return remarks;
  }

  private static Remark remark(Remark.Kind kind, Kernel plain, String message) {
    String ops =
        plain.parts().stream().map(Kernel.Part::op).distinct().collect(Collectors.joining(" + "));
    return new Remark(kind, plain.span(), "'%s' %s".formatted(ops, message));
  }

  private static String scalar(Kernel plain, PlainNest nest) {
    if (ScheduleScatter.fits(plain)) {
      return "it adds to places that the data say, and two lanes could mean the same place";
    }
    return nest.elements() == 1
        ? "it makes one element, of %,d terms".formatted(nest.turns())
        : "none of its loops, over %s, walks memory element by element for a vector's length"
            .formatted(extents(nest));
  }

  private static Optional<String> oneThread(Kernel scheduled, PlainNest nest) {
    if (has(scheduled.body(), LoopKind.PARALLEL)) {
      return Optional.empty();
    }
    if (nest.elements() == 1) {
      return Optional.of("it makes one element, and a sum is not shared out");
    }
    return Optional.of(
        "its %,d elements of %,d terms are too little work to wake other threads for, or are in one vector"
            .formatted(nest.elements(), nest.turns()));
  }

  private static String extents(PlainNest nest) {
    return nest.loops().stream()
        .map(loop -> Integer.toString(loop.extent()))
        .collect(Collectors.joining(" × "));
  }

  private static boolean has(List<Stmt> statements, LoopKind kind) {
    return statements.stream()
        .anyMatch(
            statement ->
                switch (statement) {
                  case Stmt.For loop -> loop.kind() == kind || has(loop.body(), kind);
                  case Stmt.If branch -> has(branch.body(), kind);
                  case Stmt.Let _, Stmt.Store _, Stmt.Declare _ -> false;
                });
  }
}
