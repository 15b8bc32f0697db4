// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.SideBySide;
import dlc.base.UserError;
import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.frontend.TrainSection;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.kernel.KernelProgram;
import dlc.passes.SplitBatch;
import dlc.passes.SplitBatch.Piece;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a run keeps within an amount of memory: by computing batches piece by piece.
 *
 * @param piece the most samples that are computed at once
 * @param stateBytes the memory of weights, buffers and optimizer state
 * @param workBytes the memory of inputs, results and all in between, of all entry points of a run
 */
public record MemoryPlan(int piece, long stateBytes, long workBytes) {

  /** The entry points that are computed piece by piece. */
  private static final List<String> SPLIT = List.of("accumulate_step", "train_step", "eval_step");

  /** The entry points of a run; those that a model lacks count for nothing. */
  private static final List<String> RUN =
      List.of("init", "accumulate_step", "train_step", "eval_step", "epoch_end");

  /** Each piece is code of its own: more of them take long to compile. */
  private static final int MOST_PIECES = 32;

  /** A loss that may not be a mean over samples. */
  private static final Pattern WEIGHTED = Pattern.compile("reduction|weight|ignore_index|sum");

  /** All that a run takes. */
  public long bytes() {
    return stateBytes + workBytes;
  }

  /**
   * What a run of {@code model} does to take no more than {@code most}.
   *
   * @param options what it is specialised for
   * @param tails the smaller last batches of the run
   * @throws UserError when there is no way, with the least that would do
   */
  static MemoryPlan of(
      CheckedModel model,
      ProgramOptions options,
      Tails tails,
      Compiler compiler,
      OptionalLong most) {
    MemoryPlan best = at(options.batch(), model, options, tails, compiler);
    if (most.isEmpty()) {
      return best;
    }
    String reason = "";
    int pieces = 2;
    while (best.bytes() > most.getAsLong() && pieces <= Math.min(MOST_PIECES, options.batch())) {
      try {
        MemoryPlan next =
            at(Math.ceilDiv(options.batch(), pieces), model, options, tails, compiler);
        if (next.bytes() >= best.bytes()) {
          break;
        }
        best = next;
        pieces *= 2;
      } catch (SplitBatch.Unsplittable why) {
        reason = ", and its batch cannot be computed in pieces: " + why.getMessage();
        break;
      }
    }
    if (best.bytes() > most.getAsLong()) {
      throw new UserError(
              Code.OUT_OF_MEMORY,
              "%s needs %s at least, --max-memory allows %s%s"
                  .formatted(
                      model.name(),
                      Memory.text(best.bytes()),
                      Memory.text(most.getAsLong()),
                      reason))
          .help("--max-memory %d would do; or use a smaller batch".formatted(best.bytes()));
    }
    return best;
  }

  private static MemoryPlan at(
      int piece, CheckedModel model, ProgramOptions options, Tails tails, Compiler compiler) {
    Program program = program(model, options, piece);
    List<Wanted> wanted = new ArrayList<>();
    for (String entry : entries(program)) {
      wanted.add(new Wanted(entry, program));
      for (int tail : smaller(entry, tails)) {
        wanted.add(new Wanted(entry, program(model, options.withBatch(tail), piece)));
      }
    }
    // The entry points do not depend on each other; two cores make them in half the time.
    List<KernelProgram> made =
        SideBySide.map(wanted, each -> compiler.compile(each.program(), List.of(each.entry())));
    return new MemoryPlan(
        piece,
        made.stream().mapToLong(KernelProgram::stateBytes).max().orElse(0),
        made.stream().mapToLong(KernelProgram::workBytes).sum());
  }

  /** One entry point to compile. */
  private record Wanted(String entry, Program program) {}

  private static Set<Integer> smaller(String entry, Tails tails) {
    return switch (entry) {
      case "train_step", "accumulate_step" -> tails.training();
      case "eval_step" -> tails.measured();
      default -> Set.of();
    };
  }

  private static List<String> entries(Program program) {
    List<String> names = program.entries().stream().map(Graph::name).toList();
    return names.contains("train_step")
        ? RUN.stream().filter(names::contains).toList()
        : List.of("predict");
  }

  /** The entry points, each of which computes {@code piece} samples at a time at most. */
  static Program program(CheckedModel model, ProgramOptions options, int piece) {
    Program whole = model.program(options);
    int batch = options.batch();
    if (batch <= piece) {
      return whole;
    }
    requireMean(model);
    int count = Math.ceilDiv(batch, piece);
    Map<Integer, Program> programs = new HashMap<>();
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int size = batch / count + (i < batch % count ? 1 : 0);
      sizes.add(size);
      programs.computeIfAbsent(size, each -> model.program(options.withBatch(each)));
    }
    return whole.map(graph -> SPLIT.contains(graph.name()) ? split(graph, sizes, programs) : graph);
  }

  private static Graph split(Graph whole, List<Integer> sizes, Map<Integer, Program> programs) {
    List<Piece> pieces = new ArrayList<>();
    for (int size : sizes) {
      Graph graph =
          programs.getOrDefault(size, new Program("", List.of())).entry(whole.name()).orElseThrow();
      pieces.add(new Piece(graph, size));
    }
    return SplitBatch.run(whole, pieces);
  }

  private static void requireMean(CheckedModel model) {
    String loss = model.train().flatMap(TrainSection::loss).orElse("");
    if (WEIGHTED.matcher(loss).find()) {
      throw new SplitBatch.Unsplittable(
          "the loss '%s' may be no mean over samples".formatted(loss));
    }
  }
}
