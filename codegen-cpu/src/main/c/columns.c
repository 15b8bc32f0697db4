// SPDX-License-Identifier: Apache-2.0
// Datasets of arrays, and the sources that read such.
#include "data.h"

static char *place(const Data *data, i32 row) {
  return text_of("%s, sample %d", data->name, row);
}

// Bytes stay bytes, but for targets: those are class numbers.
static i64 stored_type(const Array *array, int is_target) {
  switch (array->type) {
    case F64:
      return F64;
    case I32:
    case I64:
      return I32;
    case U8:
      return is_target ? I32 : U8;
    default:
      return F32;
  }
}

static Column column(const char *source, const char *name, const Array *array) {
  if (array->rank == 0 || array->elements == 0) {
    fail(DATA_EMPTY, "an array of one sample or more along its first dimension was expected",
         "%s %s holds no samples", source, name);
  }
  i64 type = stored_type(array, same(name, "y"));
  Column result =
      column_of(name, type, array->rank - 1, array->dims + 1, array->dims[0], array->values);
  if (array->type == type) {
    return result;
  }
  u8 *values = column_memory(&result);
  for (i64 i = 0; i < array->elements; i++) {
    double value = element_at(array->values, array->type, i);
    if (type == I32 && !(value >= -2147483648.0 && value <= 2147483647.0)) {
      fail(DATA_VALUE, NULL, "%s %s, sample %l: %l does not fit a 32-bit int", source, name,
           i / result.elements, (i64)value);
    }
    store_element(values, type, i, value);
  }
  return result;
}

static i64 class_count(const Column *target) {
  double largest = 0;
  for (i64 row = 0; row < target->rows; row++) {
    for (i64 i = 0; i < target->elements; i++) {
      double value = column_at(target, row, i);
      largest = value > largest ? value : largest;
    }
  }
  return largest < 100000 ? (i64)largest + 1 : 0;
}

void data_of_arrays(Data *data, const char *name, const Array *arrays, i64 count) {
  data->name = name;
  data->input = allocate(count, sizeof(Column));
  data->place = place;
  for (i64 i = 0; i < count; i++) {
    if (same(arrays[i].name, "y")) {
      data->target = column(name, "y", arrays + i);
      data->has_target = 1;
    } else {
      data->input[data->inputs++] = column(name, arrays[i].name, arrays + i);
    }
  }
  if (data->inputs == 0) {
    fail(BAD_ARGUMENT, NULL, "%s: the argument 'x' is missing", name);
  }
  if (data->has_target && data->target.type == I32) {
    data->classes = class_count(&data->target);
  }
  use_all_rows(data);
}

void dlc_source_npy(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  Array *arrays = allocate(source->options, sizeof(Array));
  for (i64 i = 0; i < source->options; i++) {
    arrays[i] = read_npy(resolve(source->option[i].value));
    arrays[i].name = source->option[i].name;
  }
  const char *first = option_of(source, "x", "");
  data_of_arrays(&parts->training, text_of("npy %s", first), arrays, source->options);
}

// One file of named arrays; options beside `file` say which array is which input.
void dlc_source_safetensors(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  const char *path = resolve(option_of(source, "file", ""));
  Array *found;
  i64 count = read_safetensors(path, &found);
  Array *chosen = allocate(source->options + 1, sizeof(Array));
  i64 chosen_count = 0;
  for (i64 i = 0; i < source->options; i++) {
    const Pair *option = source->option + i;
    if (same(option->name, "file")) {
      continue;
    }
    i64 at = 0;
    while (at < count && !same(found[at].name, option->value)) {
      at++;
    }
    if (at == count) {
      fail(DATA_MALFORMED, NULL, "%s: it has no array '%s'", path, option->value);
    }
    chosen[chosen_count] = found[at];
    chosen[chosen_count++].name = option->name;
  }
  data_of_arrays(&parts->training, path, chosen_count ? chosen : found,
                 chosen_count ? chosen_count : count);
}

// What dlc data pack wrote: arrays train.image, train.y, test.image and so on.
static int take_part(Data *data, const char *path, const char *part, const Array *arrays,
                     i64 count) {
  Array *chosen = allocate(count, sizeof(Array));
  i64 chosen_count = 0;
  for (i64 i = 0; i < count; i++) {
    if (starts_with(arrays[i].name, part)) {
      chosen[chosen_count] = arrays[i];
      chosen[chosen_count++].name = arrays[i].name + strlen(part);
    }
  }
  if (chosen_count > 0) {
    data_of_arrays(data, path, chosen, chosen_count);
  }
  return chosen_count > 0;
}

void dlc_source_packed(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  if (!data_folder || is_folder(data_folder)) {
    fail(BAD_OPTION,
         text_of("dlc data pack %s -o data.safetensors makes a file of them for --data",
                 dlc_model.file),
         "this program cannot read data of the kind %s by itself",
         option_of(source, "kind", "that it names"));
  }
  Array *arrays;
  i64 count = read_safetensors(data_folder, &arrays);
  if (!take_part(&parts->training, data_folder, "train.", arrays, count)) {
    fail(DATA_MALFORMED, text_of("write it with dlc data pack %s", dlc_model.file),
         "%s: it has no arrays train.…, so it is no packed data", data_folder);
  }
  parts->has_test = take_part(&parts->test, data_folder, "test.", arrays, count);
  parts->format_has_test = 1;
}
