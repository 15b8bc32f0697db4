// SPDX-License-Identifier: Apache-2.0
// Images of handwritten-looking digits, drawn from the seed: sums, products, quotients and square roots
// alone, so that they are the same everywhere.
#include "data.h"
#include "random.h"

enum { SIDE = 28, CURVE_STEPS = 4, MOST_POINTS = 10 };

static const double PAPER_NOISE = 30;

// Digit by digit and style by style, the strokes: the number of points, then x and y of each in a square
// of 20 by 20 with y downwards. A style ends with 0, a digit with -1.
static const float STROKES[] = {
    9, 10, 1, 5, 4, 4, 10, 5, 16, 10, 19, 15, 16, 16, 10, 15, 4, 10, 1,
    0,
    8, 12, 2, 8, 2, 5, 8, 6, 17, 10, 19, 14, 14, 14, 6, 11, 2,
    0,
    -1,
    2, 10, 1, 10, 19,
    0,
    2, 6, 5, 10, 1,
    2, 10, 1, 10, 19,
    0,
    2, 6, 5, 10, 1,
    2, 10, 1, 10, 19,
    2, 6, 19, 14, 19,
    0,
    -1,
    7, 4, 5, 7, 1, 12, 1, 15, 5, 13, 10, 8, 15, 4, 19,
    2, 4, 19, 16, 19,
    0,
    9, 5, 4, 9, 1, 14, 4, 12, 10, 6, 17, 5, 19, 8, 17, 12, 18, 16, 18,
    0,
    -1,
    5, 4, 3, 9, 1, 14, 3, 14, 7, 8, 9.5,
    5, 8, 9.5, 15, 12, 15, 17, 9, 19, 4, 17,
    0,
    2, 5, 1, 15, 1,
    2, 15, 1, 9, 8,
    5, 9, 8, 15, 11, 15, 16, 9, 19, 4, 17,
    0,
    -1,
    2, 12, 1, 4, 13,
    2, 4, 13, 17, 13,
    2, 12, 1, 13, 19,
    0,
    2, 6, 1, 4, 11,
    2, 4, 11, 16, 11,
    2, 14, 2, 13, 19,
    0,
    -1,
    2, 15, 1, 6, 1,
    2, 6, 1, 5, 9,
    6, 5, 9, 11, 7, 15, 10, 15, 16, 10, 19, 4, 17,
    0,
    2, 14, 2, 7, 2,
    2, 7, 2, 6, 9,
    5, 6, 9, 12, 9, 15, 13, 12, 18, 5, 18,
    0,
    -1,
    9, 14, 2, 8, 4, 5, 10, 5, 15, 9, 19, 14, 17, 15, 13, 11, 10, 5, 13,
    0,
    8, 12, 1, 7, 8, 5, 14, 8, 19, 13, 18, 14, 14, 10, 11, 6, 14,
    0,
    -1,
    2, 4, 1, 16, 1,
    2, 16, 1, 9, 19,
    0,
    2, 4, 2, 15, 2,
    3, 15, 2, 11, 9, 9, 19,
    2, 7, 10, 14, 10,
    0,
    -1,
    7, 10, 10, 5, 7, 6, 2, 10, 1, 14, 2, 15, 7, 10, 10,
    7, 10, 10, 4, 13, 5, 18, 10, 19, 15, 18, 16, 13, 10, 10,
    0,
    10, 14, 3, 9, 1, 6, 5, 10, 9, 15, 14, 11, 19, 6, 17, 7, 13, 13, 7, 14, 3,
    0,
    -1,
    7, 15, 6, 12, 1, 6, 2, 5, 7, 9, 10, 14, 9, 15, 6,
    3, 15, 6, 15, 12, 13, 19,
    0,
    6, 14, 4, 9, 1, 5, 6, 9, 10, 14, 8, 14, 4,
    4, 14, 4, 15, 13, 11, 19, 6, 18,
    0,
    -1,
};

typedef struct {
  Random random;
  double darkness[SIDE * SIDE];
  double xx, xy, yx, yy;
  double shift_x, shift_y;
  double radius;
} Painter;

static double larger(double x, double y) {
  return x > y ? x : y;
}

static double smaller(double x, double y) {
  return x < y ? x : y;
}

static int on_paper(double value) {
  int whole = (int)value;
  return whole < 0 ? 0 : whole > SIDE - 1 ? SIDE - 1 : whole;
}

static void choose_hand(Painter *painter) {
  Random *random = &painter->random;
  double turn = random_between(random, -0.14, 0.14);
  double cosine = (1 - turn * turn) / (1 + turn * turn);
  double sine = 2 * turn / (1 + turn * turn);
  double shear = random_between(random, -0.25, 0.25);
  double width = random_between(random, 0.75, 1.1);
  double height = random_between(random, 0.85, 1.1);
  painter->xx = cosine * width;
  painter->xy = (cosine * shear - sine) * height;
  painter->yx = sine * width;
  painter->yy = (sine * shear + cosine) * height;
  painter->shift_x = SIDE / 2.0 + random_between(random, -2.2, 2.2);
  painter->shift_y = SIDE / 2.0 + random_between(random, -2.2, 2.2);
  painter->radius = random_between(random, 0.7, 1.5);
}

// Darkens the pixels around a line by how far they are covered.
static void draw_line(Painter *painter, double x1, double y1, double x2, double y2) {
  double reach = painter->radius + 1;
  int left = on_paper(smaller(x1, x2) - reach);
  int right = on_paper(larger(x1, x2) + reach);
  int top = on_paper(smaller(y1, y2) - reach);
  int bottom = on_paper(larger(y1, y2) + reach);
  double dx = x2 - x1;
  double dy = y2 - y1;
  double length = larger(dx * dx + dy * dy, 1e-9);
  for (int row = top; row <= bottom; row++) {
    for (int column = left; column <= right; column++) {
      double px = column + 0.5 - x1;
      double py = row + 0.5 - y1;
      double t = larger(0, smaller(1, (px * dx + py * dy) / length));
      double ex = px - t * dx;
      double ey = py - t * dy;
      double covered = painter->radius + 0.5 - __builtin_sqrt(ex * ex + ey * ey);
      double *darkness = painter->darkness + row * SIDE + column;
      *darkness = larger(*darkness, smaller(1, covered));
    }
  }
}

// The Catmull-Rom spline from point i to the next, at t in [0, 1].
static double between(const double *p, int points, int i, double t) {
  double before = p[i > 0 ? i - 1 : 0];
  double after = p[i + 2 < points ? i + 2 : points - 1];
  double start = p[i];
  double end = p[i + 1];
  double square = 2 * before - 5 * start + 4 * end - after;
  double cube = 3 * start - before - 3 * end + after;
  return 0.5 * (2 * start + t * (end - before + t * (square + t * cube)));
}

static void draw_stroke(Painter *painter, const float *stroke, int points) {
  double x[MOST_POINTS];
  double y[MOST_POINTS];
  for (int i = 0; i < points; i++) {
    double left = (double)stroke[2 * i] - 10 + random_between(&painter->random, -0.8, 0.8);
    double top = (double)stroke[2 * i + 1] - 10 + random_between(&painter->random, -0.8, 0.8);
    x[i] = painter->xx * left + painter->xy * top + painter->shift_x;
    y[i] = painter->yx * left + painter->yy * top + painter->shift_y;
  }
  int steps = points > 2 ? CURVE_STEPS : 1;
  for (int i = 0; i + 1 < points; i++) {
    double from_x = x[i];
    double from_y = y[i];
    for (int step = 1; step <= steps; step++) {
      double t = (double)step / steps;
      double to_x = between(x, points, i, t);
      double to_y = between(y, points, i, t);
      draw_line(painter, from_x, from_y, to_x, to_y);
      from_x = to_x;
      from_y = to_y;
    }
  }
}

// What follows `count` ends of the given kind.
static const float *skip(const float *at, int end, int count) {
  while (count > 0) {
    int points = (int)*at;
    count -= points == end;
    at += points > 0 ? 1 + 2 * points : 1;
  }
  return at;
}

static int styles_at(const float *at) {
  int styles = 0;
  while (*at >= 0) {
    styles += *at == 0;
    at += *at > 0 ? 1 + 2 * (int)*at : 1;
  }
  return styles;
}

static void paint(i32 seed, i32 drawing, int digit, u8 *pixels) {
  Painter painter = {0};
  painter.random = (Random){FOR_DIGITS, seed, drawing, 0};
  choose_hand(&painter);
  const float *strokes = skip(STROKES, -1, digit);
  strokes = skip(strokes, 0, random_below(&painter.random, styles_at(strokes)));
  while (*strokes > 0) {
    draw_stroke(&painter, strokes + 1, (int)*strokes);
    strokes += 1 + 2 * (int)*strokes;
  }
  double ink = random_between(&painter.random, 0.7, 1);
  for (int i = 0; i < SIDE * SIDE; i++) {
    double noise = PAPER_NOISE * (random_uniform(&painter.random) - 0.3);
    int value = (int)(255 * ink * painter.darkness[i] + noise);
    pixels[i] = (u8)(value < 0 ? 0 : value > 255 ? 255 : value);
  }
}

// ---- the source

static char *place_of_image(const Data *data, i32 row) {
  (void)data;
  return text_of("digits, image %d", row);
}

static char *place_of_pair(const Data *data, i32 row) {
  (void)data;
  return text_of("digits, pair %d", row);
}

static u8 *add_images(Data *data, const char *name, i64 count) {
  static const i64 dims[] = {1, SIDE, SIDE};
  data->input[data->inputs] = column_of(name, U8, 3, dims, count, NULL);
  return column_memory(data->input + data->inputs++);
}

static u8 *add_labels(Data *data, const char *name, i64 count) {
  data->has_target = 1;
  data->target = column_of(name, I32, 0, NULL, count, NULL);
  return column_memory(&data->target);
}

static void load_digits(Data *data, i32 seed, i32 count) {
  u8 *images = add_images(data, "image", count);
  u8 *labels = add_labels(data, "label", count);
  for (i32 row = 0; row < count; row++) {
    paint(seed, row, row % 10, images + (i64)row * SIDE * SIDE);
    store_element(labels, I32, row, row % 10);
  }
  data->name = "digits";
  data->classes = 10;
  data->place = place_of_image;
}

static void load_pairs(Data *data, i32 seed, i32 count) {
  static const char *const names[] = {"different", "same"};
  u8 *first = add_images(data, "first", count);
  u8 *second = add_images(data, "second", count);
  u8 *same_digit = add_labels(data, "same", count);
  Random random = {FOR_DIGIT_PAIRS, seed, 0, 0};
  for (i32 row = 0; row < count; row++) {
    int digit = random_below(&random, 10);
    int is_same = row % 2 == 0;
    int other = is_same ? digit : (digit + 1 + random_below(&random, 9)) % 10;
    paint(seed, 2 * row, digit, first + (i64)row * SIDE * SIDE);
    paint(seed, 2 * row + 1, other, second + (i64)row * SIDE * SIDE);
    store_element(same_digit, I32, row, is_same);
  }
  data->name = "digits in pairs";
  data->classes = 2;
  data->class_name = names;
  data->place = place_of_pair;
}

void dlc_source_digits(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  i32 count = (i32)strtod(option_of(source, "count", "10000"), NULL);
  Data *data = &parts->training;
  data->input = allocate(2, sizeof(Column));
  if (same(option_of(source, "pairs", "false"), "true")) {
    load_pairs(data, parts->seed, count);
  } else {
    load_digits(data, parts->seed, count);
  }
  use_all_rows(data);
}
