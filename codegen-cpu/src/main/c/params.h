// SPDX-License-Identifier: Apache-2.0
// Params of the model that are flags of the program.
#ifndef DLC_PARAMS_H
#define DLC_PARAMS_H

#include "arguments.h"
#include "model.h"

// Flags, and after them one for each param that may be set; also for those that stand for an option.
const Flag *with_params(const Flag *usual, i64 *count);
const Flag *with_aliases(const Flag *usual, i64 *count);

// Takes the values of params from flags; complains when they do not suit what was compiled.
void take_params(const Options *options);
// An option or the param that stands for it.
i64 count_or_alias(const Options *options, const char *name, i64 otherwise, i64 least, i64 most);

// Gives an entry point the numbers that follow from params; before each run.
void set_params(const Entry *entry);
const Formula *find_formula(const char *name);
double formula_value(const Formula *formula);

#endif
