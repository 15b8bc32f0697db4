// SPDX-License-Identifier: Apache-2.0
// Sources that need no files: points on spiral arms, and random numbers of the model's types.
#include "data.h"
#include "random.h"

// ---- sine and cosine, operation by operation those of fdlibm, on which Java's StrictMath is built

static u32 high_word(double x) {
  u64 bits;
  memcpy(&bits, &x, 8);
  return (u32)(bits >> 32);
}

static double of_high_word(u32 high) {
  u64 bits = (u64)high << 32;
  double x;
  memcpy(&x, &bits, 8);
  return x;
}

static double kernel_sine(double x, double tail, int has_tail) {
  double z = x * x;
  double v = z * x;
  double r = 8.33333333332248946124e-03 +
             z * (-1.98412698298579493134e-04 +
                  z * (2.75573137070700676789e-06 +
                       z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)));
  return has_tail ? x - ((z * (0.5 * tail - v * r) - tail) - v * -1.66666666666666324348e-01)
                  : x + v * (-1.66666666666666324348e-01 + z * r);
}

static double kernel_cosine(double x, double tail) {
  u32 high = high_word(x) & 0x7FFFFFFF;
  double z = x * x;
  double r =
      z * (4.16666666666666019037e-02 +
           z * (-1.38888888888741095749e-03 +
                z * (2.48015872894767294178e-05 +
                     z * (-2.75573143513906633035e-07 +
                          z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
  if (high < 0x3FD33333) {
    return 1 - (0.5 * z - (z * r - x * tail));
  }
  double quarter = high > 0x3FE90000 ? 0.28125 : of_high_word(high - 0x00200000);
  double rest = 0.5 * z - quarter;
  return (1 - quarter) - (rest - (z * r - x * tail));
}

// How many quarter turns are in x, and what is left as a sum of two numbers.
static int reduce(double x, double *left, double *tail) {
  static const double first = 1.57079632673412561417e+00;
  static const double first_tail = 6.07710050650619224932e-11;
  static const double second = 6.07710050630396597660e-11;
  static const double second_tail = 2.02226624879595063154e-21;
  double size = x < 0 ? -x : x;
  u32 high = high_word(size);
  if (high <= 0x3FE921FB) {
    *left = x;
    *tail = 0;
    return 0;
  }
  // Below three quarters of a half turn the count is 1 without rounding.
  int n = high < 0x4002D97C ? 1 : (int)(size * 6.36619772367581382433e-01 + 0.5);
  double turns = n;
  double r = size - turns * first;
  double w = turns * first_tail;
  *left = r - w;
  int cancelled = (int)(high >> 20) - (int)(high_word(*left) >> 20 & 0x7FF);
  if (high == high_word(turns * 1.57079632679489661923) && (n == 1 || cancelled > 16)) {
    double before = r;
    w = turns * second;
    r = before - w;
    w = turns * second_tail - ((before - r) - w);
    *left = r - w;
  }
  *tail = (r - *left) - w;
  if (x < 0) {
    *left = -*left;
    *tail = -*tail;
    return -n;
  }
  return n;
}

static double sine(double x) {
  double left;
  double tail;
  int turns = reduce(x, &left, &tail);
  double value = turns & 1 ? kernel_cosine(left, tail) : kernel_sine(left, tail, turns != 0);
  return turns & 2 ? -value : value;
}

static double cosine(double x) {
  double left;
  double tail;
  int turns = reduce(x, &left, &tail);
  double value = turns & 1 ? kernel_sine(left, tail, 1) : kernel_cosine(left, tail);
  return (turns + 1) & 2 ? -value : value;
}

// ---- spirals

static double normal(Random *random) {
  double sum = -6;
  for (int i = 0; i < 12; i++) {
    sum += random_uniform(random);
  }
  return sum;
}

static char *place_of_point(const Data *data, i32 row) {
  (void)data;
  return text_of("spirals, point %d", row);
}

void dlc_source_spirals(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  static const i64 dims[] = {2};
  i32 classes = (i32)strtod(option_of(source, "classes", "3"), NULL);
  i32 count = (i32)strtod(option_of(source, "count", "3000"), NULL);
  double noise = strtod(option_of(source, "noise", "0.15"), NULL);
  Data *data = &parts->training;
  data->name = "spirals";
  data->inputs = 1;
  data->input = allocate(1, sizeof(Column));
  data->input[0] = column_of("point", F32, 1, dims, count, NULL);
  data->has_target = 1;
  data->target = column_of("label", I32, 0, NULL, count, NULL);
  data->classes = classes;
  data->place = place_of_point;
  u8 *points = column_memory(data->input);
  u8 *labels = column_memory(&data->target);
  for (i32 row = 0; row < count; row++) {
    Random random = {FOR_SPIRALS, parts->seed, row, 0};
    i32 label = row % classes;
    double radius = random_uniform(&random);
    double arm = 2 * 3.141592653589793 * label / classes;
    double angle = arm + 4 * radius + noise * normal(&random);
    store_element(points, F32, 2L * row, radius * sine(angle));
    store_element(points, F32, 2L * row + 1, radius * cosine(angle));
    store_element(labels, I32, row, label);
  }
  use_all_rows(data);
}

// ---- random numbers

static char *place_of_sample(const Data *data, i32 row) {
  (void)data;
  return text_of("random, sample %d", row);
}

static Column random_column(const Slot *wanted, i64 count, i32 seed, i32 part) {
  i64 type = wanted->type == I32 ? I32 : F32;
  i32 classes = dlc_model.task == TASK_CLASSES ? (i32)dlc_model.classes : 1;
  Column column = column_of(wanted->name, type, wanted->rank, wanted->dims, count, NULL);
  u8 *values = column_memory(&column);
  Random random = {FOR_RANDOM, seed, part, 0};
  for (i64 i = 0; i < count * column.elements; i++) {
    double value = type == I32             ? random_below(&random, classes)
                   : wanted->type == BOOL ? random_below(&random, 2)
                                           : random_uniform(&random);
    store_element(values, type, i, value);
  }
  return column;
}

void dlc_source_random(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  i64 count = (i64)strtod(option_of(source, "count", "1000"), NULL);
  Data *data = &parts->training;
  data->name = "random";
  data->inputs = dlc_model.inputs;
  data->input = allocate(dlc_model.inputs, sizeof(Column));
  for (i64 i = 0; i < dlc_model.inputs; i++) {
    data->input[i] = random_column(dlc_model.input + i, count, parts->seed, (i32)i + 1);
  }
  data->has_target = dlc_model.has_target != 0;
  if (data->has_target) {
    data->target = random_column(&dlc_model.target, count, parts->seed, 0);
    data->classes = data->target.type == I32 ? dlc_model.classes : 0;
  }
  data->place = place_of_sample;
  use_all_rows(data);
}
