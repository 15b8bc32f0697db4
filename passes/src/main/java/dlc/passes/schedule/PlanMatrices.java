// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

import dlc.ir.DType;
import dlc.ir.kernel.Target;
import dlc.ir.scalar.LoopVar;
import dlc.passes.schedule.Staging.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The ways to compute a contraction of bf16 by an instruction that multiplies matrices.
 *
 * <p>It wants the terms of a row of the one operand side by side, and those of a column of the
 * other two by two:
 *
 * <pre>
 * acc[i, l] = acc[i, l] + x[i, q] * y[q / 2, 2 * l + q % 2]
 * </pre>
 *
 * <p>So the second operand is always copied, in panels of two matrices, and the first one where its
 * terms lie otherwise or do not come out even.
 */
final class PlanMatrices {

  /** The rows of a register, and so those of a sum and the columns of one. */
  private static final int ROWS = 16;

  /** The terms that an instruction adds to each sum. */
  static final int TERMS = 32;

  /** Sums of no more terms are too short. */
  private static final int PAIR = 2;

  private static final int REGISTERS = 8;

  /** Reading a matrix, in vector instructions, and multiplying by a row of one. */
  private static final double LOAD = 16;

  private static final double ROW = 2;

  private static final double OVERHEAD = 8;

  /** Copying an element of which neighbours stay neighbours, and any other. */
  private static final double COPY_STRAIGHT = 0.2;

  private static final double COPY_TURNED = 0.5;

  /**
   * One way.
   *
   * @param wide the operand of the columns
   * @param sum the loop of the terms
   * @param isCopied whether the other operand is copied, too
   * @param computing the estimated time in vector instructions, without that of the results
   * @param staging what copies cost
   */
  record Form(
      int wide,
      Axis sum,
      Axis rows,
      Axis columns,
      boolean isCopied,
      double computing,
      double staging) {

    Tiling tiling(Walk walk, double cost) {
      return new Tiling(Tiling.Form.MATRIX, wide, sum, rows, columns, List.of(wide), walk, cost);
    }
  }

  private final PlainNest nest;
  private final List<StagedOperand> operands;

  private PlanMatrices(PlainNest nest, List<StagedOperand> operands) {
    this.nest = nest;
    this.operands = operands;
  }

  /** All ways; none where the processor has no such instruction or the operands are not of bf16. */
  static List<Form> of(PlainNest nest, List<StagedOperand> operands, Target processor) {
    boolean fit =
        processor.multipliesMatrices()
            && operands.stream().allMatch(operand -> dtype(operand) == DType.BF16)
            && operands.stream().allMatch(StagedOperand::isStageable);
    PlanMatrices planner = new PlanMatrices(nest, operands);
    List<Form> forms = new ArrayList<>();
    for (LoopVar sum : fit ? nest.reduced() : List.<LoopVar>of()) {
      planner.forms(sum, 0, forms);
      planner.forms(sum, 1, forms);
    }
    return forms;
  }

  private static DType dtype(StagedOperand operand) {
    return operand.load().buffer().type().dtype();
  }

  private void forms(LoopVar sum, int wide, List<Form> forms) {
    StagedOperand x = operands.get(1 - wide);
    StagedOperand y = operands.get(wide);
    if (sum.extent() <= PAIR || x.contiguousAxis(sum) < 0 || !isAlone(y, sum)) {
      return;
    }
    for (LoopVar rows : nest.loops()) {
      for (LoopVar columns : nest.loops()) {
        boolean separate = x.uses(rows) && !y.uses(rows) && y.uses(columns) && !x.uses(columns);
        if (separate && rows.extent() > 1 && y.contiguousAxis(columns) >= 0 && canBeRows(x, rows)) {
          forms(sum, wide, rows, columns, forms);
        }
      }
    }
  }

  /** Whether {@code loop} alone walks a dimension, in steps of one. */
  private static boolean isAlone(StagedOperand operand, LoopVar loop) {
    int axis = operand.contiguousAxis(loop);
    return axis >= 0 && operand.drivers().get(axis).terms().size() == 1;
  }

  private static boolean canBeRows(StagedOperand operand, LoopVar rows) {
    return operand.isRegularIn(rows)
        && (rows.extent() % height(rows) == 0 || isAlone(operand, rows));
  }

  /** How many rows a matrix has: as many as there are if they come out even. */
  private static int height(LoopVar rows) {
    for (int height = ROWS; height > ROWS / 2; height--) {
      if (rows.extent() % height == 0) {
        return height;
      }
    }
    return Math.min(rows.extent(), ROWS);
  }

  private void forms(LoopVar sum, int wide, LoopVar rows, LoopVar columns, List<Form> forms) {
    int height = height(rows);
    int down = Math.ceilDiv(rows.extent(), height);
    int across = Math.ceilDiv(columns.extent(), ROWS);
    double others = (double) nest.elements() / rows.extent() / columns.extent();
    double turns = (double) nest.turns() / sum.extent() * Math.ceilDiv(sum.extent(), TERMS);
    for (int h = 1; h <= down; h++) {
      for (int j = 1; j <= across && h * j + h + j <= REGISTERS; j++) {
        Axis rowAxis = new Axis(rows, down, h, height);
        Axis columnAxis = new Axis(columns, across, j, ROWS);
        double products = (double) down * across * height * ROW;
        double loads = LOAD * ((double) down * across / j + (double) down * across / h);
        double steps = (double) rowAxis.blocks().extent() * columnAxis.blocks().extent();
        double computing = others * turns * (Math.max(products, loads) + OVERHEAD * steps);
        StagedOperand x = operands.get(1 - wide);
        StagedOperand y = operands.get(wide);
        double staging = copying(y, y.contiguousAxis(columns));
        boolean isCopied = !isReady(x, sum, rows);
        if (isCopied) {
          staging += copying(x, x.contiguousAxis(sum));
        }
        forms.add(
            new Form(
                wide,
                Axis.vectors(sum, 1, TERMS),
                rowAxis,
                columnAxis,
                isCopied,
                computing,
                staging));
      }
    }
  }

  private static double copying(StagedOperand operand, int axis) {
    boolean straight = axis == operand.drivers().size() - 1;
    return operand.stagedElements() * (straight ? COPY_STRAIGHT : COPY_TURNED) / operand.readers();
  }

  /** Whether matrices of {@code rows} of terms can be read where they lie. */
  private static boolean isReady(StagedOperand operand, LoopVar sum, LoopVar rows) {
    return operand.load().when().always()
        && operand.contiguousAxis(sum) == operand.drivers().size() - 1
        && sum.extent() % TERMS == 0
        && rows.extent() % height(rows) == 0;
  }

  /** The shape of the copy that is read in place of operand {@code number}, if one is. */
  static Optional<Staging.Shape> shape(StagedOperand operand, int number, Tiling tiling) {
    LoopVar sum = tiling.lane().loop();
    Axis rows = Objects.requireNonNull(tiling.rows());
    Axis columns = Objects.requireNonNull(tiling.columns());
    int terms = operand.contiguousAxis(sum);
    if (number == tiling.wide()) {
      return Optional.of(pairs(operand, terms, sum, columns));
    }
    return isReady(operand, sum, rows.loop())
        ? Optional.empty()
        : Optional.of(matrices(operand, terms, sum, rows));
  }

  /** Two terms of each column side by side, panel after panel. */
  private static Staging.Shape pairs(StagedOperand operand, int terms, LoopVar sum, Axis columns) {
    int along = operand.contiguousAxis(columns.loop());
    int panel = columns.size() * columns.width();
    int extent = operand.extent(along) + zeros(columns.loop(), panel);
    List<Part> parts = Staging.Shape.whole(operand, Set.of(terms, along));
    // What reads beside its own element, as a convolution does, would read beside its panel.
    if (isAlone(operand, columns.loop())) {
      parts.addFirst(new Part(along, panel, extent / panel));
      extent = panel;
    }
    parts.add(new Part(terms, PAIR, (operand.extent(terms) + zeros(sum, TERMS)) / PAIR));
    parts.add(new Part(along, 1, extent));
    parts.add(new Part(terms, 1, PAIR));
    return new Staging.Shape(DType.BF16, parts);
  }

  /** The terms of each row side by side, and where rows are walked evenly, matrix after matrix. */
  private static Staging.Shape matrices(StagedOperand operand, int terms, LoopVar sum, Axis rows) {
    int extent = operand.extent(terms) + zeros(sum, TERMS);
    if (!isAlone(operand, rows.loop()) || !isAlone(operand, sum)) {
      List<Part> parts = Staging.Shape.whole(operand, Set.of(terms));
      parts.add(new Part(terms, 1, extent));
      return new Staging.Shape(DType.BF16, parts);
    }
    int down = operand.contiguousAxis(rows.loop());
    int panel = rows.size() * rows.width();
    List<Part> parts = Staging.Shape.whole(operand, Set.of(terms, down));
    parts.addFirst(new Part(down, panel, Math.ceilDiv(rows.loop().extent(), panel)));
    parts.add(new Part(terms, TERMS, extent / TERMS));
    parts.add(new Part(down, 1, panel));
    parts.add(new Part(terms, 1, TERMS));
    return new Staging.Shape(DType.BF16, parts);
  }

  private static int zeros(LoopVar loop, int unit) {
    return Math.ceilDiv(loop.extent(), unit) * unit - loop.extent();
  }
}
