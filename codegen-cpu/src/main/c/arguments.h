// SPDX-License-Identifier: Apache-2.0
// The command line: flags that are known, each with a value or without, and the rest.
#ifndef DLC_ARGUMENTS_H
#define DLC_ARGUMENTS_H

#include "base.h"

typedef struct {
  const char *name;   // with its dashes
  const char *value;  // what help calls it; NULL for a flag without one
  const char *help;
} Flag;

typedef struct {
  i64 flags;
  const Flag *flag;
  const char **value;  // for each flag, or NULL
  i64 rest;
  char **inputs;
} Options;

void parse_options(Options *options, const char *command, int count, char **arguments);
const char *option(const Options *options, const char *name);
int has_option(const Options *options, const char *name);
i64 option_count(const Options *options, const char *name, i64 otherwise, i64 least, i64 most);
double option_number(const Options *options, const char *name, double otherwise);

#endif
