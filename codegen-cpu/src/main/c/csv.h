// SPDX-License-Identifier: Apache-2.0
// How the cells of a table become numbers, learned from the table that is trained on.
#ifndef DLC_CSV_H
#define DLC_CSV_H

#include "data.h"
#include "table.h"

// What was learned of a column: its values in order, or none for a column of numbers.
typedef struct {
  const char *name;
  i64 values;
  const char **value;
  int has_substitute;  // for blanks
  double substitute;
} Learned;

typedef struct {
  i64 features;
  Learned *feature;
  Learned label;
  int classification;
  int drop;
  i64 width;  // how many numbers a row becomes
} Encoding;

// The samples of a table that needs no label column, as the table that was trained on says.
void dlc_inputs_csv(const Source *source, const char *path, Data *data);

#endif
