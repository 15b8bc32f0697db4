// SPDX-License-Identifier: Apache-2.0
#include "split.h"

#include "random.h"

// ---- shares

// What validates: samples start to end - 1 of those that are not for testing.
typedef struct {
  i32 start;
  i32 end;
} Held;

static i32 share(double amount, int is_fraction, i32 samples) {
  double rounded = (is_fraction ? amount * samples : amount) + 0.5;
  return rounded >= 2147483647.0 ? 2147483647 : (i32)rounded;
}

static Held held(i32 samples, i64 fold) {
  if (dlc_model.folds) {
    return (Held){(i32)(samples * fold / dlc_model.folds),
                  (i32)(samples * (fold + 1) / dlc_model.folds)};
  }
  return (Held){0, share(dlc_model.validation, (int)dlc_model.validation_is_fraction, samples)};
}

// ---- parts

static int ascending(const void *left, const void *right) {
  return *(const i32 *)left < *(const i32 *)right ? -1 : *(const i32 *)left > *(const i32 *)right;
}

// The samples of `all` at order[0] to order[count - 1], in their original order.
static Data part(const Data *all, const i32 *order, i32 count) {
  Data result = *all;
  result.size = count;
  result.row = allocate(count, sizeof(i32));
  memcpy(result.row, order, (u64)count * sizeof(i32));
  qsort(result.row, (u64)count, sizeof(i32), ascending);
  for (i32 i = 0; i < count; i++) {
    result.row[i] = all->row[result.row[i]];
  }
  return result;
}

// ---- strata

typedef struct {
  double place;
  i32 before;  // where the sample was
  i32 sample;
} Placed;

static int by_place(const void *left, const void *right) {
  const Placed *l = left;
  const Placed *r = right;
  return l->place != r->place ? (l->place > r->place) - (l->place < r->place)
                              : l->before - r->before;
}

static i64 label_of(const Data *data, i32 sample) {
  return (i64)column_at(&data->target, data->row[sample], 0);
}

static i64 classes_in(const Data *data) {
  const Column *target = &data->target;
  int counts = data->has_target && target->elements == 1 && target->type != F32 &&
               target->type != F64;
  if (!counts) {
    fail(BAD_SETTING, "leave stratified= out",
         "split: stratified needs a class for each sample, the targets of %s are %s", data->name,
         data->has_target ? type_text(target->type, target->rank, target->dims) : "none");
  }
  i64 most = -1;
  for (i32 sample = 0; sample < data->size; sample++) {
    i64 label = label_of(data, sample);
    most = label > most ? label : most;
  }
  return most + 1;
}

// Any that follow each other get the classes in the shares of all: sample j of the n of a class goes to
// the place (j + 1/2) / n of the whole.
static void spread(i32 *order, const Data *data) {
  i64 classes = classes_in(data);
  i64 *count = allocate(classes, sizeof(i64));
  i64 *seen = allocate(classes, sizeof(i64));
  for (i32 i = 0; i < data->size; i++) {
    i64 label = label_of(data, i);
    if (label >= 0) {
      count[label]++;
    }
  }
  Placed *placed = allocate(data->size, sizeof(Placed));
  for (i32 i = 0; i < data->size; i++) {
    i64 label = label_of(data, order[i]);
    double place = label < 0 ? 1 : ((double)seen[label]++ + 0.5) / (double)count[label];
    placed[i] = (Placed){place, i, order[i]};
  }
  qsort(placed, (u64)data->size, sizeof(Placed), by_place);
  for (i32 i = 0; i < data->size; i++) {
    order[i] = placed[i].sample;
  }
  free(placed);
  free(seen);
  free(count);
}

// ---- the split

void split(Parts *parts, i32 seed, i64 fold) {
  Data all = parts->training;
  i32 test = parts->format_has_test ? 0 : share(0.2, 1, all.size);
  Held validation = held(all.size - test, fold);
  i32 count = validation.end - validation.start;
  if ((i64)test + count >= all.size) {
    fail(BAD_SETTING, "hold out less",
         "split: %d validation and %d test samples leave none of %d to train on", count, test,
         all.size);
  }
  if (test + count == 0) {
    return;
  }
  i32 *order = allocate(all.size, sizeof(i32));
  permutation(order, FOR_SPLIT, seed, 0, all.size);
  if (dlc_model.stratified) {
    spread(order, &all);
  }
  if (count > 0) {
    parts->validation = part(&all, order + test + validation.start, count);
    parts->has_validation = 1;
  }
  if (test > 0) {
    parts->test = part(&all, order, test);
    parts->has_test = 1;
  }
  memmove(order + test + count, order + test, (u64)validation.start * sizeof(i32));
  parts->training = part(&all, order + test + count, all.size - test - count);
  free(order);
}
