// SPDX-License-Identifier: Apache-2.0
// Samples to train or test on: columns of numbers with a row for each sample.
#ifndef DLC_DATA_H
#define DLC_DATA_H

#include "file.h"
#include "model.h"

enum { MOST_DIMS = 8 };

// Bytes stand for the brightness of images: where a program takes floats they arrive divided by 255.
typedef struct {
  const char *name;
  i64 type;
  i64 rank;
  i64 dims[MOST_DIMS];
  i64 elements;  // of a row
  i64 rows;
  const u8 *values;  // row after row, or:
  const u8 **row;    // where each row is, for those that stay in the files they came from
} Column;

typedef struct Data {
  const char *name;
  i64 inputs;
  Column *input;
  int has_target;
  Column target;
  i64 classes;
  const char *const *class_name;  // may be NULL: numbers
  i32 size;
  i32 *row;  // which rows of the columns count
  char *(*place)(const struct Data *data, i32 row);
  const void *origin;  // for `place`
} Data;

// The parts of a source. A format may have a test part of its own.
typedef struct Parts {
  i32 seed;
  Data training;
  Data validation;
  Data test;
  int has_validation;
  int has_test;
  int format_has_test;
} Parts;

// A number array of a file.
typedef struct {
  const char *name;
  i64 type;
  i64 rank;
  i64 dims[MOST_DIMS];
  i64 elements;
  const u8 *values;
} Array;

Column column_of(const char *name, i64 type, i64 rank, const i64 *dims, i64 rows,
                 const u8 *values);
u8 *column_memory(Column *column);  // all 0, for a column without values
const u8 *row_of(const Column *column, i64 row);
double column_at(const Column *column, i64 row, i64 index);
double column_as_float(const Column *column, i64 row, i64 index);
void copy_row(const Column *column, i64 row, u8 *batch, i64 type, i64 place);

// All rows, from 0.
void use_all_rows(Data *data);
char *place_of(const Data *data, i32 sample);
const char *class_name_of(const Data *data, i64 index);

// Loads the source of the model, splits it, and gives columns the model's names and order. In
// cross-validation `fold` is the one that validates.
void load_data(Parts *parts, i32 seed, i64 fold);
void require_classes(const Data *data);

// Datasets of arrays whose first dimension counts the samples; `y` is the target.
void data_of_arrays(Data *data, const char *name, const Array *arrays, i64 count);

// Files of arrays (arrays.c). Nothing a header says is trusted.
Array read_npy(const char *path);
i64 read_safetensors(const char *path, Array **arrays);
i64 safetensors_arrays(const char *path, const u8 *bytes, i64 length, Array **arrays);

// The same; what is wrong with the file, or NULL, and what the file says of itself.
struct Json;
const char *safetensors_problem(const u8 *bytes, i64 length, Array **arrays, i64 *count,
                                const struct Json **facts);

// The sources; the compiler refers to the one that a model needs.
typedef void Load(const Source *source, const Source *training, Parts *parts);
Load dlc_source_cifar10, dlc_source_cifar100, dlc_source_mnist, dlc_source_fashion_mnist,
    dlc_source_csv, dlc_source_npy, dlc_source_safetensors, dlc_source_digits, dlc_source_packed,
    dlc_source_spirals, dlc_source_random;

#endif
