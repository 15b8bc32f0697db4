// SPDX-License-Identifier: Apache-2.0
// Params that are told when the program starts, and the numbers that follow from them.
#include "params.h"

#include "train.h"

static double *given;

static double of_param(i64 index) {
  return given ? given[index] : dlc_model.steered[index].preset;
}

static double applied(i64 kind, double lhs, double rhs) {
  switch (kind) {
    case TERM_ADD:
      return lhs + rhs;
    case TERM_SUBTRACT:
      return lhs - rhs;
    case TERM_MULTIPLY:
      return lhs * rhs;
    case TERM_DIVIDE:
      return lhs / rhs;
    case TERM_EQUAL:
      return lhs == rhs;
    case TERM_UNEQUAL:
      return lhs != rhs;
    case TERM_LESS:
      return lhs < rhs;
    case TERM_AT_MOST:
      return lhs <= rhs;
    case TERM_GREATER:
      return lhs > rhs;
    default:
      return lhs >= rhs;
  }
}

double formula_value(const Formula *formula) {
  double *stack = allocate(formula->terms, sizeof(double));
  i64 top = 0;
  for (i64 i = 0; i < formula->terms; i++) {
    const Term *term = formula->term + i;
    if (term->kind == TERM_NUMBER) {
      stack[top++] = term->value;
    } else if (term->kind == TERM_PARAM) {
      stack[top++] = of_param((i64)term->value);
    } else {
      top--;
      stack[top - 1] = applied(term->kind, stack[top - 1], stack[top]);
    }
  }
  double value = stack[0];
  free(stack);
  return value;
}

const Formula *find_formula(const char *name) {
  for (i64 i = 0; i < dlc_model.formulas; i++) {
    if (same(dlc_model.formula[i].name, name)) {
      return dlc_model.formula + i;
    }
  }
  return NULL;
}

static i64 add(Flag *flags, i64 count, Flag flag) {
  for (i64 i = 0; i < count; i++) {
    if (same(flags[i].name, flag.name)) {
      return count;
    }
  }
  flags[count] = flag;
  return count + 1;
}

const Flag *with_params(const Flag *usual, i64 *count) {
  Flag *flags = allocate(*count + dlc_model.steered_params + dlc_model.aliases, sizeof(Flag));
  memcpy(flags, usual, (u64)*count * sizeof(Flag));
  for (i64 i = 0; i < dlc_model.steered_params; i++) {
    Text preset = {0};
    text_double(&preset, dlc_model.steered[i].preset);
    *count = add(flags, *count,
                 (Flag){text_of("--%s", dlc_model.steered[i].name), "X",
                        text_of("the param of that name, instead of %s", preset.at)});
  }
  return flags;
}

const Flag *with_aliases(const Flag *usual, i64 *count) {
  Flag *flags = (Flag *)with_params(usual, count);
  for (i64 i = 0; i < dlc_model.aliases; i++) {
    const Pair *alias = dlc_model.alias + i;
    *count = add(flags, *count,
                 (Flag){text_of("--%s", alias->name), "N",
                        text_of("the param of that name, the same as %s", alias->value)});
  }
  return flags;
}

void take_params(const Options *options) {
  given = allocate(dlc_model.steered_params, sizeof(double));
  for (i64 i = 0; i < dlc_model.steered_params; i++) {
    given[i] = option_number(options, text_of("--%s", dlc_model.steered[i].name),
                             dlc_model.steered[i].preset);
  }
  for (i64 i = 0; i < dlc_model.constraints; i++) {
    const Formula *each = dlc_model.constraint + i;
    int holds = formula_value(each) != 0;
    if (holds != (int)each->holds) {
      fail(BAD_OPTION, "for other values compile it again, with -D name=value",
           holds ? "this program was not compiled for %s" : "this program was compiled for %s",
           each->name);
    }
  }
}

i64 count_or_alias(const Options *options, const char *name, i64 otherwise, i64 least, i64 most) {
  i64 count = option_count(options, name, otherwise, least, most);
  for (i64 i = 0; i < dlc_model.aliases; i++) {
    const char *alias = text_of("--%s", dlc_model.alias[i].name);
    if (same(dlc_model.alias[i].value, name) && !has_option(options, name) &&
        has_option(options, alias)) {
      count = option_count(options, alias, otherwise, least, most);
    }
  }
  return count;
}

void set_params(const Entry *entry) {
  for (i64 i = 0; i < dlc_model.formulas; i++) {
    const Formula *formula = dlc_model.formula + i;
    if (!same(formula->name, "lr")) {
      set_scalar(entry, formula->name, formula_value(formula));
    }
  }
}
