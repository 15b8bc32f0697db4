// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Every message that dlc can give; the number is stable and documented, the text is not.
 *
 * <p>Bands: E00xx syntax, E01xx names, E02xx types and arguments, E03xx shapes, E04xx training
 * settings, E05xx data files, E06xx weights, outputs and resources, W07xx warnings, E09xx devices.
 */
public enum Code {
  SYNTAX(1, "expected %s, found %s"),
  UNKNOWN_CHARACTER(2, "the character %s has no meaning here"),
  UNTERMINATED(3, "the %s that starts here has no end"),
  NUMBER_RANGE(4, "the number %s is out of range"),
  TOO_DEEP(5, "nested deeper than %s levels"),
  FILE_TOO_LARGE(6, "the file has %s characters, at most %s are allowed"),
  UNKNOWN_ESCAPE(7, "the escape '%s' is unknown"),
  POSITIONAL_AFTER_NAMED(8, "a positional argument stands after a named one"),

  UNDEFINED_NAME(101, "no value named '%s' is in scope"),
  DUPLICATE_NAME(102, "'%s' is already declared"),
  UNKNOWN_LAYER(103, "no layer is called '%s'"),
  UNKNOWN_FUNCTION(104, "no function is called '%s'"),
  UNKNOWN_MODEL(105, "no model is called '%s'"),
  UNKNOWN_PARAM(106, "the file has no param '%s'"),
  UNREADABLE_IMPORT(107, "cannot read the import '%s': %s"),
  IMPORT_CYCLE(108, "the imports form a cycle: %s"),
  RECURSION(109, "'%s' uses itself: %s"),
  UNKNOWN_WEIGHT(110, "the layer '%s' has no weight '%s'"),
  UNKNOWN_INITIALIZER(111, "no initializer is called '%s'"),
  NO_CURRENT_VALUE(112, "there is no current value here"),
  UNKNOWN_TYPE(113, "no type is called '%s'"),

  WRONG_TYPE(201, "%s: expected %s, found %s"),
  MISSING_ARGUMENT(202, "%s: the argument '%s' is missing"),
  UNKNOWN_ARGUMENT(203, "%s has no argument '%s'"),
  TOO_MANY_ARGUMENTS(204, "%s takes at most %s arguments, found %s"),
  REPEATED_ARGUMENT(205, "%s: the argument '%s' is given twice"),
  BAD_ARGUMENT(206, "%s: %s"),
  NOT_KNOWN_EARLY(207, "%s must be known at compile time"),
  WRONG_OPERANDS(208, "'%s' does not apply to %s"),
  ASSERTION(209, "%s"),
  DIVISION_BY_ZERO(210, "division by zero"),
  TOO_MANY_STEPS(211, "the program unrolls to more than %s steps"),
  INDEX_RANGE(212, "the index %s is out of range, there are %s"),
  NOT_A_BUFFER(213, "'%s' is not a buffer of this layer"),
  MISPLACED(214, "%s may not stand in %s"),
  OVERFLOW(215, "the int result does not fit 64 bits"),
  BAD_OVERRIDE(216, "-D %s: '%s' is not %s"),
  DEEP_CALLS(217, "layers and functions use each other more than %s levels deep"),

  SHAPE(301, "%s: %s"),
  BROADCAST(302, "'%s': the shapes %s and %s do not broadcast"),
  RESULT_TYPE(303, "the result of %s is %s, declared is %s"),
  TOO_LARGE(304, "a tensor of the shape %s has more than 2^31 elements"),
  TIED_SHAPE(305, "the weight '%s' is %s, this use needs %s"),

  UNKNOWN_SETTING(401, "train has no setting '%s'"),
  REPEATED_SETTING(402, "the setting '%s' is given twice"),
  BAD_SETTING(403, "%s: %s"),
  UNKNOWN_SOURCE(405, "no data source is called '%s'"),
  UNKNOWN_LOSS(406, "no loss is called '%s'"),
  UNKNOWN_OPTIMIZER(407, "no optimizer is called '%s'"),
  UNKNOWN_METRIC(408, "no metric is called '%s'"),
  MISSING_SETTING(409, "train %s has no setting '%s'"),
  UNKNOWN_SCHEDULE(410, "no schedule is called '%s'"),
  UNMATCHED_PATTERN(411, "%s: no weight is called '%s'"),
  UNKNOWN_AUGMENTATION(412, "no augmentation is called '%s'"),
  UNFIT_METRIC(413, "the metric '%s' does not fit %s"),

  DATA_NOT_FOUND(501, "cannot find %s"),
  DATA_MALFORMED(502, "%s: %s"),
  DATA_SHAPE(503, "%s: %s"),
  DATA_EMPTY(504, "%s holds no samples"),
  DATA_VALUE(505, "%s: %s"),

  WEIGHTS_UNREADABLE(601, "%s: %s"),
  WEIGHTS_MISMATCH(602, "%s: %s"),
  CANNOT_WRITE(603, "cannot write %s: %s"),
  CANNOT_READ(604, "cannot read %s: %s"),
  OUT_OF_MEMORY(605, "%s"),
  NOT_FINITE(606, "%s"),
  BAD_OPTION(607, "%s"),
  IR_TEXT(608, "%s"),
  WRONG_GRADIENT(609, "the gradient of '%s' is not the slope of the loss"),

  UNUSED_WEIGHT(701, "%s no influence on %s"),
  CONSTANT_FEATURE(702, "%s"),
  LEAKAGE(703, "%s"),
  DEAD_RELU(704, "%s"),
  VANISHING_GRADIENT(705, "%s"),
  EXPLODING_GRADIENT(706, "%s"),
  LOSS_DOES_NOT_FALL(707, "%s"),

  NO_DEVICE(901, "%s"),
  DEVICE_FAILED(902, "%s"),
  UNKNOWN_CPU(903, "%s");

  private final int number;
  private final String template;

  Code(int number, String template) {
    this.number = number;
    this.template = template;
  }

  /** {@code E0301}, or {@code W0701} for a warning. */
  public String id() {
    return String.format(Locale.ROOT, isWarning() ? "W%04d" : "E%04d", number);
  }

  /** Whether it is about something that is allowed, but most likely not what was meant. */
  public boolean isWarning() {
    return number / 100 == 7;
  }

  /** {@code error[E0301]: } or {@code warning[W0701]: }, as messages begin. */
  String prefix() {
    return (isWarning() ? "warning[" : "error[") + id() + "]: ";
  }

  /** The message with its gaps filled. */
  public String message(Object... arguments) {
    return String.format(Locale.ROOT, template, arguments);
  }

  /** A diagnostic with this code; its label, notes and help can be added. */
  public Diagnostic at(Span span, Object... arguments) {
    return Diagnostic.of(this, span, message(arguments));
  }

  /** The long form that {@code dlc explain} prints. */
  public String explanation() {
    return Explanations.of(this);
  }

  /** The code written {@code id}, such as {@code E0301}; case does not matter. */
  public static Optional<Code> withId(String id) {
    return Arrays.stream(values()).filter(code -> code.id().equalsIgnoreCase(id)).findFirst();
  }
}
