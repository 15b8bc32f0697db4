// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "device.h"
#include "params.h"
#include "table.h"

static const char KINDS[] =
    "give PNG or JPEG images, .csv tables, .npy arrays, .raw bytes, or numbers such as "
    "5.1,3.5,1.4,0.2";

enum { SHOWN_CLASSES = 3, SHOWN_VALUES = 16 };

// Samples to predict on; `name` says what each is called.
typedef struct {
  Column column;
  char **name;
} Samples;

static const Slot *input(void) {
  if (dlc_model.inputs != 1) {
    fail(BAD_OPTION, "the Java library predicts with several inputs",
         "predict for a model with %l inputs is not available in this version", dlc_model.inputs);
  }
  return dlc_model.input;
}

static Samples samples_of(i64 type, i64 count) {
  Samples samples = {column_of(input()->name, type, input()->rank, input()->dims, count, NULL),
                     allocate(count, sizeof(char *))};
  return samples;
}

static void require_elements(const char *name, i64 found) {
  const Slot *wanted = input();
  if (found != wanted->elements) {
    fail(DATA_SHAPE, NULL, "%s: it has %l numbers, the model's input '%s' is %s", name, found,
         wanted->name, type_text(wanted->type, wanted->rank, wanted->dims));
  }
}

// The comma behind a cell, or the end.
static const char *next_cell(const char *cell) {
  while (*cell && *cell != ',') {
    cell++;
  }
  return cell;
}

// Whether some cell is a number: then the text is a row, and no file that is not there.
static int has_number(const char *text) {
  for (const char *at = text;; at++) {
    char *end;
    strtod(at, &end);
    while (end != at && *end == ' ') {
      end++;
    }
    const char *next = next_cell(at);
    if (end != at && end == next) {
      return 1;
    }
    if (!*next) {
      return 0;
    }
    at = next;
  }
}

static Samples of_numbers(const char *text) {
  Samples samples = samples_of(F32, 1);
  i64 count = 1;
  for (const char *at = text; *at; at++) {
    count += *at == ',';
  }
  float *values = allocate(count > samples.column.elements ? count : samples.column.elements, 4);
  const char *at = text;
  for (i64 i = 0; i < count; i++) {
    char *end;
    values[i] = (float)strtod(at, &end);
    while (end != at && *end == ' ') {
      end++;
    }
    if (end == at || (*end && *end != ',')) {
      if (has_number(text)) {
        i64 length = next_cell(at) - at;
        fail(DATA_VALUE, "give numbers, or a table with words as a .csv file",
             "%s: '%s' is not a number", text, copy_of(at, length));
      }
      fail(DATA_NOT_FOUND, "give a file that exists, or numbers such as 5.1,3.5,1.4,0.2",
           "cannot find %s", text);
    }
    at = end + 1;
  }
  require_elements(text, count);
  samples.column.values = (const u8 *)values;
  samples.name[0] = copy_of(text, (i64)strlen(text));
  return samples;
}

static Samples of_array(const char *path) {
  Array array = read_npy(path);
  const Slot *wanted = input();
  int one = array.rank == wanted->rank;
  int many = array.rank == wanted->rank + 1;
  for (i64 d = 0; d < wanted->rank; d++) {
    one = one && array.dims[d] == wanted->dims[d];
    many = many && array.dims[d + 1] == wanted->dims[d];
  }
  if (!one && !many) {
    fail(DATA_SHAPE, "an array holds one sample, or samples along its first dimension",
         "%s: it is %s, the model's input '%s' is %s", path,
         type_text(array.type, array.rank, array.dims), wanted->name,
         type_text(wanted->type, wanted->rank, wanted->dims));
  }
  i64 count = one ? 1 : array.dims[0];
  if (count == 0) {
    fail(DATA_EMPTY, NULL, "%s holds no samples", path);
  }
  Samples samples = samples_of(array.type, count);
  samples.column.values = array.values;
  for (i64 i = 0; i < count; i++) {
    samples.name[i] = one ? copy_of(path, (i64)strlen(path)) : text_of("%s:%l", path, i);
  }
  return samples;
}

// With the columns of the table that was trained on.
static Samples of_known_table(const char *path) {
  Data data = {0};
  dlc_model.source->inputs(dlc_model.source, path, &data);
  require_elements(path, data.input[0].elements);
  Samples samples = samples_of(F32, data.size);
  samples.column.values = data.input[0].values;
  for (i32 i = 0; i < data.size; i++) {
    samples.name[i] = place_of(&data, i);
  }
  return samples;
}

static Samples of_table(const char *path) {
  if (dlc_model.source && dlc_model.source->inputs) {
    return of_known_table(path);
  }
  Table table = read_table(path, ',', 0);
  int has_header = 1;
  for (i64 i = 0; i < table.columns; i++) {
    has_header = has_header && !is_number(table.cell[i].text);
  }
  i64 first = has_header ? 1 : 0;
  if (table.rows <= first) {
    fail(DATA_EMPTY, NULL, "%s holds no samples", path);
  }
  Samples samples = samples_of(F32, table.rows - first);
  require_elements(path, table.columns);
  u8 *values = column_memory(&samples.column);
  for (i64 row = first; row < table.rows; row++) {
    samples.name[row - first] = text_of("%s:%l", path, table.cell[row * table.columns].line);
    for (i64 i = 0; i < table.columns; i++) {
      const Cell *cell = table.cell + row * table.columns + i;
      if (!is_number(cell->text)) {
        fail(DATA_VALUE, NULL, "%s:%l:%l: '%s' is not a number", path, cell->line, cell->column,
             cell->text);
      }
      store_element(values, F32, (row - first) * table.columns + i, strtod(cell->text, NULL));
    }
  }
  return samples;
}

static Samples of_image(const char *path) {
  const Slot *wanted = input();
  if (!dlc_model.read_image) {
    fail(DATA_SHAPE, "give a .npy array",
         "%s: an image is [1, h, w] or [3, h, w], the model's input '%s' is %s", path, wanted->name,
         type_text(wanted->type, wanted->rank, wanted->dims));
  }
  Samples samples = samples_of(U8, 1);
  samples.column.values =
      dlc_model.read_image(path, wanted->dims[0], wanted->dims[1], wanted->dims[2]);
  samples.name[0] = copy_of(path, (i64)strlen(path));
  return samples;
}

// The elements of one sample and nothing else: bytes of brightness, or floats.
static Samples of_bytes(const char *path) {
  const Slot *wanted = input();
  File file = map_file(path);
  if (file.length != wanted->elements && file.length != 4 * wanted->elements) {
    fail(DATA_SHAPE, "a .raw file holds the bytes or the 32-bit floats of one sample",
         "%s: it has %l bytes, the model's input '%s' is %s", path, file.length, wanted->name,
         type_text(wanted->type, wanted->rank, wanted->dims));
  }
  Samples samples = samples_of(file.length == wanted->elements ? U8 : F32, 1);
  samples.column.values = file.bytes;
  samples.name[0] = copy_of(path, (i64)strlen(path));
  return samples;
}

// Whether the name of a file ends so, in small letters or others.
static int is_named(const char *path, const char *ending) {
  i64 length = (i64)strlen(path);
  i64 count = (i64)strlen(ending);
  for (i64 i = 0; i < count && count <= length; i++) {
    char letter = path[length - count + i];
    letter = letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
    if (letter != ending[i]) {
      return 0;
    }
  }
  return count <= length;
}

static Samples read_samples(const char *text) {
  if (!exists(text)) {
    return of_numbers(text);
  }
  if (is_folder(text)) {
    fail(CANNOT_READ, "give the files in it", "cannot read %s: it is a folder", text);
  }
  if (is_named(text, ".npy")) {
    return of_array(text);
  }
  if (is_named(text, ".csv") || is_named(text, ".tsv") || is_named(text, ".txt")) {
    return of_table(text);
  }
  if (is_named(text, ".png") || is_named(text, ".jpg") || is_named(text, ".jpeg")) {
    return of_image(text);
  }
  if (is_named(text, ".raw") || is_named(text, ".bin")) {
    return of_bytes(text);
  }
  fail(DATA_MALFORMED, KINDS,
       "%s: files of this kind cannot be predicted on", text);
}

// ---- what the model says

static void to_probabilities(double *values, i64 count) {
  double sum = 0;
  if (dlc_model.link == LINK_SOFTMAX) {
    double largest = values[0];
    for (i64 i = 1; i < count; i++) {
      largest = values[i] > largest ? values[i] : largest;
    }
    for (i64 i = 0; i < count; i++) {
      values[i] = exponential(values[i] - largest);
      sum += values[i];
    }
    for (i64 i = 0; i < count; i++) {
      values[i] /= sum;
    }
  }
  for (i64 i = 0; i < count && dlc_model.link == LINK_EXP; i++) {
    values[i] = exponential(values[i]);
  }
}

static const char *class_name(i64 index) {
  return index < dlc_model.class_names ? dlc_model.class_name[index] : text_of("%l", index);
}

static i64 best_of(const double *probabilities, i64 count, const u8 *taken) {
  i64 best = -1;
  for (i64 i = 0; i < count; i++) {
    if (!taken[i] && (best < 0 || probabilities[i] > probabilities[best])) {
      best = i;
    }
  }
  return best;
}

static void add_list(Text *text, const char *name, const double *values, i64 count) {
  text_add(text, ",\"%s\":[", name);
  for (i64 i = 0; i < count; i++) {
    text_add(text, i ? "," : "");
    text_json_number(text, values[i]);
  }
  text_add(text, "]");
}

static void add_json(Text *text, const char *name, const double *values,
                     const double *probabilities, i64 count) {
  u8 *taken = allocate(count, 1);
  text_add(text, "{\"input\":%q", name);
  if (probabilities) {
    i64 best = best_of(probabilities, count, taken);
    text_add(text, ",\"class\":%q,\"index\":%l", class_name(best), best);
    add_list(text, "probabilities", probabilities, count);
  }
  add_list(text, "values", values, count);
  text_add(text, "}");
  free(taken);
}

static void add_words(Text *text, const char *name, const double *values,
                      const double *probabilities, i64 count) {
  u8 *taken = allocate(count, 1);
  text_add(text, "%s  ", name);
  if (probabilities) {
    for (i64 i = 0; i < SHOWN_CLASSES && i < count; i++) {
      i64 best = best_of(probabilities, count, taken);
      taken[best] = 1;
      text_add(text, "%s%s %.1%%", i ? "  " : "", class_name(best), 100 * probabilities[best]);
    }
  } else {
    for (i64 i = 0; i < SHOWN_VALUES && i < count; i++) {
      text_add(text, i ? " " : "");
      text_number(text, values[i]);
    }
    if (count > SHOWN_VALUES) {
      text_add(text, " … and %l more (--json prints all)", count - SHOWN_VALUES);
    }
  }
  text_add(text, "\n");
  free(taken);
}

/* Prints what the model computes of a sample, in JSON behind `lead`. */
static void predict(const Entry *entry, const Samples *samples, i64 sample, const char *lead) {
  const Slot *in = find_input(entry, dlc_model.input[0].name);
  copy_row(&samples->column, sample, slot_memory(in), in->type, 0);
  set_params(entry);
  run_entry(entry);
  const Slot *out = find_result(entry, dlc_model.output);
  const u8 *outputs = result_memory(out);
  i64 count = out->elements;
  double *values = allocate(count, sizeof(double));
  double *probabilities = allocate(count, sizeof(double));
  for (i64 i = 0; i < count; i++) {
    values[i] = element_at(outputs, out->type, i);
    probabilities[i] = values[i];
    if (dlc_model.link == LINK_SIGMOID) {
      values[i] = 1 / (1 + exponential(-values[i]));
    }
  }
  to_probabilities(probabilities, count);
  int classes = dlc_model.link == LINK_SOFTMAX || dlc_model.link == LINK_EXP;
  Text text = {0};
  text_add(&text, "%s", lead ? lead : "");
  (lead ? add_json : add_words)(&text, samples->name[sample], values,
                                classes ? probabilities : NULL, count);
  print(1, &text);
  free(text.at);
  free(values);
  free(probabilities);
}

void run_predict(const Options *options) {
  if (options->rest == 0) {
    fail(BAD_OPTION, KINDS,
         "predict: no INPUT is given");
  }
  take_params(options);
  take_data_folder(options);
  take_device(options);
  allocate_model();
  take_weights(options);
  start_threads(options);
  const Entry *entry = require_entry("predict", 1);
  int json = has_option(options, "--json");
  int several = options->rest > 1;
  for (i64 i = 0; i < options->rest; i++) {
    Samples samples = read_samples(options->inputs[i]);
    several |= samples.column.rows > 1;
    for (i64 sample = 0; sample < samples.column.rows; sample++) {
      const char *lead = !several ? "" : i + sample == 0 ? "[" : ",\n ";
      predict(entry, &samples, sample, json ? lead : NULL);
    }
  }
  if (json) {
    Text end = {0};
    text_add(&end, several ? "]\n" : "\n");
    print(1, &end);
    free(end.at);
  }
}
