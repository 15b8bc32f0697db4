// SPDX-License-Identifier: Apache-2.0
#include "data.h"

#include "split.h"

// ---- columns

Column column_of(const char *name, i64 type, i64 rank, const i64 *dims, i64 rows,
                 const u8 *values) {
  Column column = {name, type, rank, {0}, 1, rows, values, NULL};
  for (i64 i = 0; i < rank; i++) {
    column.dims[i] = dims[i];
    column.elements *= dims[i];
  }
  return column;
}

u8 *column_memory(Column *column) {
  u8 *memory = allocate(column->rows, column->elements * type_bytes(column->type));
  column->values = memory;
  return memory;
}

const u8 *row_of(const Column *column, i64 row) {
  return column->row ? column->row[row]
                     : column->values + row * column->elements * type_bytes(column->type);
}

double column_at(const Column *column, i64 row, i64 index) {
  return element_at(row_of(column, row), column->type, index);
}

double column_as_float(const Column *column, i64 row, i64 index) {
  double value = column_at(column, row, index);
  return column->type == U8 ? (float)value / 255.0f : value;
}

void copy_row(const Column *column, i64 row, u8 *batch, i64 type, i64 place) {
  if (type == column->type) {
    i64 bytes = column->elements * type_bytes(type);
    memcpy(batch + place * bytes, row_of(column, row), (u64)bytes);
    return;
  }
  int floats = type == F32 || type == F64;
  for (i64 i = 0; i < column->elements; i++) {
    double value = floats ? column_as_float(column, row, i) : column_at(column, row, i);
    store_element(batch, type, place * column->elements + i, value);
  }
}

// ---- datasets

void use_all_rows(Data *data) {
  i64 count = data->input[0].rows;
  for (i64 i = 0; i < data->inputs + data->has_target; i++) {
    const Column *column = i < data->inputs ? data->input + i : &data->target;
    if (column->rows != count) {
      fail(DATA_SHAPE, NULL, "%s: '%s' has %l samples, others have %l", data->name, column->name,
           column->rows, count);
    }
  }
  if (count == 0) {
    fail(DATA_EMPTY, NULL, "%s holds no samples", data->name);
  }
  data->size = (i32)count;
  data->row = allocate(count, sizeof(i32));
  for (i32 i = 0; i < data->size; i++) {
    data->row[i] = i;
  }
}

char *place_of(const Data *data, i32 sample) {
  return data->place(data, data->row[sample]);
}

const char *class_name_of(const Data *data, i64 index) {
  return data->class_name && index < data->classes ? data->class_name[index] : text_of("%l", index);
}

// ---- as the model wants it

static void misfit(const Data *data, const Column *column, const Slot *wanted) {
  i64 type = column->type == U8 ? F32 : column->type;
  fail(DATA_SHAPE,
       text_of("the model was compiled for %s; %s: %s would be an input of these data",
               type_text(wanted->type, wanted->rank, wanted->dims), wanted->name,
               type_text(type, column->rank, column->dims)),
       "%s: a sample is %s, the model's input '%s' is %s", data->name,
       type_text(column->type, column->rank, column->dims), wanted->name,
       type_text(wanted->type, wanted->rank, wanted->dims));
}

static Column *input_called(const Data *data, const char *name) {
  for (i64 i = 0; i < data->inputs; i++) {
    if (same(data->input[i].name, name)) {
      return data->input + i;
    }
  }
  return NULL;
}

static void match_inputs(Data *data) {
  int by_name = 1;
  for (i64 i = 0; i < dlc_model.inputs; i++) {
    by_name = by_name && input_called(data, dlc_model.input[i].name);
  }
  if (!by_name && data->inputs != dlc_model.inputs) {
    fail(DATA_SHAPE, "name the inputs of the source as the model does",
         "%s: it gives %l inputs, the model takes %l", data->name, data->inputs, dlc_model.inputs);
  }
  Column *matched = allocate(dlc_model.inputs, sizeof(Column));
  for (i64 i = 0; i < dlc_model.inputs; i++) {
    const Slot *wanted = dlc_model.input + i;
    matched[i] = by_name ? *input_called(data, wanted->name) : data->input[i];
    int fits = matched[i].rank == wanted->rank;
    for (i64 d = 0; fits && d < wanted->rank; d++) {
      fits = matched[i].dims[d] == wanted->dims[d];
    }
    int floats = matched[i].type == F32 || matched[i].type == F64;
    if (!fits || (wanted->type == I32 && floats)) {
      misfit(data, matched + i, wanted);
    }
    matched[i].name = wanted->name;
  }
  data->input = matched;
  data->inputs = dlc_model.inputs;
}

static void match_target(Data *data) {
  if (!dlc_model.has_target) {
    data->has_target = 0;
    return;
  }
  const Slot *wanted = &dlc_model.target;
  const char *type = type_text(wanted->type, wanted->rank, wanted->dims);
  if (!data->has_target) {
    fail(DATA_SHAPE, "give the source its y", "%s: it has no target, the loss needs %s",
         data->name, type);
  }
  const char *found = type_text(data->target.type, data->target.rank, data->target.dims);
  if (wanted->type == I32 && (data->target.type == F32 || data->target.type == F64)) {
    fail(DATA_SHAPE, "use a loss for numbers such as mse, or task=\"classification\"",
         "%s: its targets are numbers (%s), the loss needs classes (%s)", data->name, found, type);
  }
  if (data->target.elements != wanted->elements) {
    fail(DATA_SHAPE, "give the model as many outputs as the target has numbers",
         "%s: a target is %s, the loss compares the output with %s", data->name, found, type);
  }
  data->target.name = "target";
}

void require_classes(const Data *data) {
  i64 count = dlc_model.task == TASK_CLASSES ? dlc_model.classes : 2;
  if (dlc_model.task == TASK_VALUES || !data->has_target) {
    return;
  }
  int ignores = dlc_model.task == TASK_CLASSES && dlc_model.ignores;
  for (i32 sample = 0; sample < data->size; sample++) {
    for (i64 i = 0; i < data->target.elements; i++) {
      double label = column_at(&data->target, data->row[sample], i);
      int skipped = ignores && label == (double)dlc_model.ignored;
      if (!skipped && !(label >= 0 && label < (double)count)) {
        fail(DATA_VALUE,
             "correct the label, or give the model's last layer as many outputs as classes",
             "%s: the label %l is none of the model's classes 0 to %l", place_of(data, sample),
             (i64)label, count - 1);
      }
    }
  }
}

// ---- loading

void load_data(Parts *parts, i32 seed, i64 fold) {
  const Source *source = dlc_model.source;
  if (!source) {
    fail(BAD_OPTION, "add data to its train section and compile it again",
         "%s: training on data is not available, its program names none", dlc_model.file);
  }
  parts->seed = seed;
  if (data_folder && !is_folder(data_folder)) {
    dlc_source_packed(source, NULL, parts);
    source = NULL;
  } else {
    source->load(source, NULL, parts);
  }
  if (source && source->test) {
    Parts apart = {0};
    apart.seed = seed;
    source->test->load(source->test, source, &apart);
    parts->test = apart.has_test ? apart.test : apart.training;
    parts->has_test = 1;
    parts->format_has_test = 1;
  }
  split(parts, seed, fold);
  Data *each[] = {&parts->training, parts->has_validation ? &parts->validation : NULL,
                  parts->has_test ? &parts->test : NULL};
  for (int i = 0; i < 3; i++) {
    if (each[i]) {
      match_inputs(each[i]);
      match_target(each[i]);
    }
  }
}
