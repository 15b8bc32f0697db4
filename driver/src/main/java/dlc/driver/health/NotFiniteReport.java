// SPDX-License-Identifier: Apache-2.0
package dlc.driver.health;

import dlc.base.Code;
import dlc.base.Diagnostic;
import dlc.base.SourceFile;
import dlc.base.UserError;
import dlc.ir.Role;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Leaf;
import dlc.ir.op.Op;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.NumberSummary;
import dlc.runtime.file.Text;
import dlc.runtime.train.Replay;
import java.util.List;
import java.util.Optional;

/** Tells in words which value of a step was the first that is not finite. */
record NotFiniteReport(Replay replay, Part part, Value value) {

  /** What of a step a value belongs to. */
  enum Part {
    FORWARD,
    BACKWARD,
    UPDATE
  }

  /** Values this large come from weights that have grown in earlier steps. */
  private static final double HUGE = 1e6;

  /**
   * The report.
   *
   * @param elements those of the value and of its operands, in that order
   * @param plain what is told without it
   */
  UserError of(List<NumberArray> elements, UserError plain) {
    NumberArray own = elements.getFirst();
    if (value.op() instanceof Leaf.Parameter parameter) {
      return ofParameter(parameter, own);
    }
    Diagnostic diagnostic =
        Code.NOT_FINITE
            .at(value.span(), headline(own))
            .withLabel(label())
            .withNote("this is the first value that is not finite; " + plain.getMessage());
    for (int i = 0; i < value.operands().size(); i++) {
      diagnostic = withOperand(diagnostic, i, elements.get(i + 1));
    }
    Optional<String> sample = sample(own);
    if (sample.isPresent()) {
      diagnostic = diagnostic.withNote(sample.get());
    }
    return UserError.at(diagnostic.withHelp(help(elements)));
  }

  private String headline(NumberArray own) {
    String place =
        switch (part) {
          case FORWARD -> value.op().mnemonic();
          case BACKWARD -> "the gradient (" + value.op().mnemonic() + ")";
          case UPDATE -> "the optimizer's update (" + value.op().mnemonic() + ")";
        };
    return "%s gives %s at %s".formatted(place, kinds(own), replay.when());
  }

  private static String kinds(NumberArray array) {
    long nans = count(array, Double.NaN);
    long infinities = NumberSummary.of(array).notFinite() - nans;
    String number = array.elements() == 1 ? "" : " for %,d of %,d elements";
    String kind = nans == 0 ? "an infinity" : infinities == 0 ? "NaN" : "NaN and infinities";
    return kind + Text.of(number, nans + infinities, array.elements());
  }

  private static long count(NumberArray array, double wanted) {
    long count = 0;
    for (long i = 0; i < array.elements(); i++) {
      count += Double.compare(array.at(i), wanted) == 0 ? 1 : 0;
    }
    return count;
  }

  private String label() {
    return value.type().toString();
  }

  private Diagnostic withOperand(Diagnostic diagnostic, int index, NumberArray elements) {
    Value operand = value.operand(index);
    List<String> names = value.op().operandNames();
    String name = index < names.size() ? names.get(index) : "operand " + index;
    String text =
        "%s of %s, %s, is %s"
            .formatted(name, value.op().mnemonic(), described(operand), range(elements));
    boolean isElsewhere =
        operand.span().source() != SourceFile.NONE && !operand.span().equals(value.span());
    return isElsewhere ? diagnostic.withNote(operand.span(), text) : diagnostic.withNote(text);
  }

  private static String described(Value operand) {
    return operand.op() instanceof Leaf.Parameter parameter
        ? "%s '%s' %s".formatted(kind(parameter.role()), parameter.name(), operand.type())
        : operand.op().mnemonic() + " " + operand.type();
  }

  private static String kind(Role role) {
    return switch (role) {
      case INPUT -> "the input";
      case SETTING -> "the setting";
      case WEIGHT -> "the weight";
      case BUFFER -> "the buffer";
      case STATE -> "the optimizer's state";
    };
  }

  private static String range(NumberArray array) {
    NumberSummary summary = NumberSummary.of(array);
    if (array.elements() == 1 || summary.least() == summary.most()) {
      return Text.of("%.4g", array.at(0));
    }
    return Text.of("from %.4g to %.4g, mean %.4g", summary.least(), summary.most(), summary.mean());
  }

  /** Which sample of the batch the first bad element belongs to, where that makes sense. */
  private Optional<String> sample(NumberArray own) {
    int batch = replay.samples().size();
    boolean isBatched =
        part == Part.FORWARD && !own.dims().isEmpty() && own.dims().getFirst() == batch;
    if (!isBatched) {
      return Optional.empty();
    }
    long each = own.elements() / batch;
    for (long i = 0; i < own.elements(); i++) {
      if (!Double.isFinite(own.at(i))) {
        return Optional.of(
            "it is first so in sample %d of the batch: %s".formatted(i / each, place(i / each)));
      }
    }
    return Optional.empty();
  }

  private String place(long sample) {
    return replay.data().place(replay.samples().get((int) sample));
  }

  private UserError ofParameter(Leaf.Parameter parameter, NumberArray own) {
    String bad = kinds(own);
    if (parameter.role() == Role.INPUT) {
      long each = Math.max(1, own.elements() / replay.samples().size());
      long first = 0;
      while (first < own.elements() - 1 && Double.isFinite(own.at(first))) {
        first++;
      }
      return new UserError(
              Code.NOT_FINITE,
              "the data hold %s: '%s' of %s, at %s"
                  .formatted(bad, parameter.name(), place(first / each), replay.when()))
          .help("correct the data, or leave such samples out");
    }
    return UserError.at(
        Code.NOT_FINITE
            .at(
                value.span(),
                "%s '%s' holds %s before %s"
                    .formatted(kind(parameter.role()), parameter.name(), bad, replay.when()))
            .withHelp("look at its initializer, or at the file that --init names"));
  }

  private String help(List<NumberArray> elements) {
    String rate =
        Text.of(
            "lower the learning rate (now %s), clip the gradient (clip norm=1.0), or normalize the"
                + " data",
            replay.rate());
    boolean isHuge =
        elements.stream()
            .skip(1)
            .map(NumberSummary::of)
            .anyMatch(each -> Math.max(Math.abs(each.least()), Math.abs(each.most())) > HUGE);
    if (isHuge) {
      return "the numbers grew from step to step: " + rate;
    }
    return specific(value.op()).orElse(rate);
  }

  private static Optional<String> specific(Op op) {
    if (!(op instanceof Elementwise each)) {
      return Optional.empty();
    }
    return switch (each) {
      case LOG, LOG1P ->
          Optional.of(
              "keep its operand away from 0, as in log(max(x, 1e-7)); log_softmax and"
                  + " cross_entropy do so by themselves");
      case EXP, EXPM1, POW ->
          Optional.of(
              "e^x is infinite in f32 for x above 88: bound its operand, as in exp(min(x, 80)), or"
                  + " use logsumexp or softmax");
      case DIV -> Optional.of("keep the divisor away from 0, as in x / (y + 1e-7)");
      case SQRT, RSQRT -> Optional.of("keep its operand above 0, as in sqrt(max(x, 0) + 1e-7)");
      case ADD,
          SUB,
          MUL,
          MAX,
          MIN,
          NEG,
          RELU,
          ABS,
          SIGN,
          SIN,
          COS,
          TANH,
          SIGMOID,
          ERF,
          FLOOR,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_EQUAL,
          GREATER,
          GREATER_EQUAL,
          AND,
          OR,
          NOT,
          SELECT,
          STOP_GRADIENT ->
          Optional.empty();
    };
  }
}
