// SPDX-License-Identifier: Apache-2.0
#include "csv.h"

enum { MOST_VALUES = 1000, MOST_CLASSES = 1000000 };

// ---- the table of a source

static int has_header(const Source *source) {
  return same(option_of(source, "header", "true"), "true");
}

static Table table_of(const Source *source, const char *path) {
  return read_table(path, option_of(source, "separator", ",")[0], has_header(source));
}

static i64 find_column(const Table *table, const char *name) {
  for (i64 i = 0; i < table->columns; i++) {
    if (same(table->header[i], name)) {
      return i;
    }
  }
  return -1;
}

static i64 column_called(const Table *table, const char *name) {
  i64 index = find_column(table, name);
  if (index < 0) {
    Text known = {0};
    for (i64 i = 0; i < table->columns; i++) {
      text_add(&known, i ? ", %s" : "it has %s", table->header[i]);
    }
    fail(DATA_MALFORMED, known.at, "%s: it has no column '%s'", table->name, name);
  }
  return index;
}

static const Cell *cell_at(const Table *table, i64 row, i64 column) {
  return table->cell + row * table->columns + column;
}

// ---- learning

// Texts in the order of their UTF-16 units, as Java sorts them: characters beyond the first 65,536
// come before those from U+E000 on.
static int in_order(const void *left, const void *right) {
  const u8 *l = *(const u8 *const *)left;
  const u8 *r = *(const u8 *const *)right;
  while (*l && *l == *r) {
    l++;
    r++;
  }
  int l_wide = *l >= 0xF0;
  int r_wide = *r >= 0xF0;
  if (l_wide != r_wide && *l >= 0xEE && *r >= 0xEE) {
    return l_wide ? -1 : 1;
  }
  return (int)*l - (int)*r;
}

static Learned learn(const Table *table, i64 index, int mean) {
  Learned learned = {table->header[index], 0, NULL, 0, 0};
  const char **texts = allocate(table->rows, sizeof(char *));
  i64 filled = 0;
  i64 numbers = 0;
  double sum = 0;
  for (i64 row = 0; row < table->rows; row++) {
    const char *text = cell_at(table, row, index)->text;
    if (!*text) {
      continue;
    }
    texts[filled++] = text;
    if (is_number(text)) {
      numbers++;
      sum += strtod(text, NULL);
    }
  }
  if (2 * numbers > filled || filled == 0) {
    learned.has_substitute = mean && numbers > 0;
    learned.substitute = numbers > 0 ? sum / (double)numbers : 0;
    free(texts);
    return learned;
  }
  qsort(texts, (u64)filled, sizeof(char *), in_order);
  for (i64 i = 0; i < filled; i++) {
    if (i == 0 || !same(texts[i], texts[i - 1])) {
      texts[learned.values++] = texts[i];
    }
  }
  if (learned.values > MOST_VALUES) {
    fail(DATA_VALUE, "list the columns that matter: features=[…]",
         "%s: the text column '%s' has more than %d different values", table->name, learned.name,
         (int)MOST_VALUES);
  }
  learned.value = texts;
  return learned;
}

static i64 label_index(const Table *table, const Source *source) {
  const char *label = option_of(source, "label", NULL);
  if (!label) {
    return table->columns - 1;
  }
  i64 named = find_column(table, label);
  if (named >= 0) {
    return named;
  }
  int negative = *label == '-';
  i64 number = 0;
  const char *at = label + negative;
  for (; *at >= '0' && *at <= '9' && number < 1000000; at++) {
    number = 10 * number + (*at - '0');
  }
  i64 index = negative ? table->columns - number : number;
  if (*at || at == label + negative || index < 0 || index >= table->columns) {
    column_called(table, label);
  }
  return index;
}

static Encoding learn_from(const Table *table, const Source *source) {
  Encoding encoding = {0};
  const char *missing = option_of(source, "missing", "error");
  int mean = same(missing, "mean");
  encoding.drop = same(missing, "drop");
  encoding.classification = same(option_of(source, "task", "classification"), "classification");
  i64 label = label_index(table, source);
  encoding.feature = allocate(table->columns + source->options, sizeof(Learned));
  for (i64 i = 0; i < source->options; i++) {
    if (same(source->option[i].name, "features")) {
      i64 index = column_called(table, source->option[i].value);
      encoding.feature[encoding.features++] = learn(table, index, mean);
    }
  }
  for (i64 i = 0; i < table->columns && option_of(source, "features", NULL) == NULL; i++) {
    if (i != label) {
      encoding.feature[encoding.features++] = learn(table, i, mean);
    }
  }
  if (encoding.features == 0) {
    fail(BAD_ARGUMENT, NULL, "csv: %s leaves no column as a feature", table->name);
  }
  for (i64 i = 0; i < encoding.features; i++) {
    encoding.width += encoding.feature[i].values ? encoding.feature[i].values : 1;
  }
  encoding.label = learn(table, label, 0);
  return encoding;
}

static Encoding learn_encoding(const Source *source) {
  Table table = table_of(source, resolve(option_of(source, "file", "")));
  return learn_from(&table, source);
}

// ---- cells

static void blank(const Table *table, const Cell *cell, const Learned *column) {
  fail(DATA_VALUE,
       "fill it, or say missing=\"mean\" (numbers only) or missing=\"drop\" (leave rows out)",
       "%s:%l:%l: the cell in column '%s' is blank", table->name, cell->line, cell->column,
       column->name);
}

static double number_in(const Table *table, const Cell *cell, const Learned *column) {
  if (!*cell->text) {
    if (!column->has_substitute) {
      blank(table, cell, column);
    }
    return column->substitute;
  }
  if (!is_number(cell->text)) {
    fail(DATA_VALUE,
         "correct it, or leave the cell blank and say missing=\"mean\" or missing=\"drop\"",
         "%s:%l:%l: '%s' is not a number, as the others in column '%s' are", table->name,
         cell->line, cell->column, cell->text, column->name);
  }
  double number = strtod(cell->text, NULL);
  if (!(number <= 0x1.fffffep127 && number >= -0x1.fffffep127)) {
    fail(DATA_VALUE, NULL, "%s:%l:%l: '%s' is out of the range of 32-bit floats", table->name,
         cell->line, cell->column, cell->text);
  }
  return number;
}

static i64 value_in(const Table *table, const Cell *cell, const Learned *column) {
  if (!*cell->text) {
    blank(table, cell, column);
  }
  for (i64 i = 0; i < column->values; i++) {
    if (same(column->value[i], cell->text)) {
      return i;
    }
  }
  fail(DATA_VALUE, "the training part does not know it", "%s:%l:%l: '%s' is a new value in column "
       "'%s'", table->name, cell->line, cell->column, cell->text, column->name);
}

static i64 class_in(const Table *table, const Cell *cell, const Learned *label) {
  if (label->values) {
    return value_in(table, cell, label);
  }
  double number = number_in(table, cell, label);
  if (!(number >= 0 && number <= MOST_CLASSES) || number != (double)(i64)number) {
    fail(DATA_VALUE, "classes are 0, 1, 2, … or texts; for other numbers say task=\"regression\"",
         "%s:%l:%l: the label '%s' is not a class number", table->name, cell->line, cell->column,
         cell->text);
  }
  return (i64)number;
}

// ---- samples

// Which rows of a table count: those without blanks where such are dropped.
typedef struct {
  Table table;
  i64 rows;
  i64 *row;
} Chosen;

static Chosen choose_rows(const Encoding *encoding, const Table *table, int with_label) {
  Chosen chosen = {*table, 0, allocate(table->rows, sizeof(i64))};
  for (i64 row = 0; row < table->rows; row++) {
    int has_blank = 0;
    for (i64 f = 0; encoding->drop && f < encoding->features + with_label; f++) {
      const Learned *column = f < encoding->features ? encoding->feature + f : &encoding->label;
      has_blank |= !*cell_at(table, row, column_called(table, column->name))->text;
    }
    if (!has_blank) {
      chosen.row[chosen.rows++] = row;
    }
  }
  if (chosen.rows == 0) {
    fail(DATA_EMPTY, "every row has a blank: choose features=[…] without empty columns",
         "%s holds no samples", table->name);
  }
  return chosen;
}

static char *place(const Data *data, i32 row) {
  const Chosen *chosen = data->origin;
  return text_of("%s:%l", data->name, cell_at(&chosen->table, chosen->row[row], 0)->line);
}

static void encode_feature(const Chosen *chosen, const Learned *feature, u8 *values, i64 width,
                           i64 start) {
  i64 index = column_called(&chosen->table, feature->name);
  for (i64 i = 0; i < chosen->rows; i++) {
    const Cell *cell = cell_at(&chosen->table, chosen->row[i], index);
    if (feature->values) {
      i64 value = value_in(&chosen->table, cell, feature);
      store_element(values, F32, i * width + start + value, 1);
    } else {
      store_element(values, F32, i * width + start, number_in(&chosen->table, cell, feature));
    }
  }
}

static Data inputs_of(const Encoding *encoding, const Chosen *chosen) {
  Data data = {0};
  data.name = chosen->table.name;
  data.inputs = 1;
  data.input = allocate(1, sizeof(Column));
  data.input[0] = column_of("features", F32, 1, &encoding->width, chosen->rows, NULL);
  data.place = place;
  data.origin = chosen;
  u8 *values = column_memory(data.input);
  i64 start = 0;
  for (i64 f = 0; f < encoding->features; f++) {
    const Learned *feature = encoding->feature + f;
    encode_feature(chosen, feature, values, encoding->width, start);
    start += feature->values ? feature->values : 1;
  }
  return data;
}

void dlc_inputs_csv(const Source *source, const char *path, Data *data) {
  Encoding encoding = learn_encoding(source);
  Table table = table_of(source, path);
  Chosen *chosen = allocate(1, sizeof(Chosen));
  *chosen = choose_rows(&encoding, &table, 0);
  *data = inputs_of(&encoding, chosen);
  use_all_rows(data);
}

static void add_target(Data *data, const Encoding *encoding, const Chosen *chosen) {
  const Learned *label = &encoding->label;
  i64 index = column_called(&chosen->table, label->name);
  i64 type = encoding->classification ? I32 : F32;
  data->has_target = 1;
  data->target = column_of("label", type, 0, NULL, chosen->rows, NULL);
  u8 *values = column_memory(&data->target);
  i64 largest = 0;
  for (i64 i = 0; i < chosen->rows; i++) {
    const Cell *cell = cell_at(&chosen->table, chosen->row[i], index);
    if (encoding->classification) {
      i64 class = class_in(&chosen->table, cell, label);
      largest = class > largest ? class : largest;
      store_element(values, I32, i, (double)class);
    } else {
      store_element(values, F32, i, number_in(&chosen->table, cell, label));
    }
  }
  if (encoding->classification) {
    data->classes = label->values ? label->values : largest + 1;
    data->class_name = label->values ? label->value : NULL;
  }
}

void dlc_source_csv(const Source *source, const Source *training, Parts *parts) {
  const char *path = resolve(option_of(source, "file", ""));
  Table table = table_of(source, path);
  int apart = training && same(training->kind, "csv");
  Encoding encoding = apart ? learn_encoding(training) : learn_from(&table, source);
  Chosen *chosen = allocate(1, sizeof(Chosen));
  *chosen = choose_rows(&encoding, &table, 1);
  parts->training = inputs_of(&encoding, chosen);
  add_target(&parts->training, &encoding, chosen);
  use_all_rows(&parts->training);
}
