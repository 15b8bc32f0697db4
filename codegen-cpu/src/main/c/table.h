// SPDX-License-Identifier: Apache-2.0
// A table of text cells: RFC 4180 with any one-character separator, plain or gzip.
#ifndef DLC_TABLE_H
#define DLC_TABLE_H

#include "file.h"

typedef struct {
  const char *text;  // without quotes, and without space around it
  i64 line;          // where the cell begins, both counted from 1
  i64 column;
} Cell;

typedef struct {
  const char *name;
  i64 columns;
  i64 rows;
  const Cell *cell;  // row by row
  const char **header;
} Table;

// Without a header the columns are called by their numbers, from 0.
Table read_table(const char *path, char separator, int has_header);
int is_number(const char *text);

#endif
