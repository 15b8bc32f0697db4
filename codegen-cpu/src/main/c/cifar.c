// SPDX-License-Identifier: Apache-2.0
// CIFAR-10 and CIFAR-100 in their binary versions: records of labels and 32×32 pixels.
#include "data.h"

enum { PIXELS = 3 * 32 * 32 };

typedef struct {
  const char *folder;
  int training_files;
  const char *training[5];
  const char *test;
  i64 training_records;
  i64 test_records;
  i64 label_bytes;  // the last one is the class
  i64 classes;
  const char *const *class_name;
} Layout;

static const char *const TEN_NAMES[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                        "dog",      "frog",       "horse", "ship", "truck"};

static const Layout TEN = {
    "cifar-10-batches-bin",
    5,
    {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"},
    "test_batch",
    10000,
    10000,
    1,
    10,
    TEN_NAMES,
};

static const Layout HUNDRED = {
    "cifar-100-binary", 1, {"train"}, "test", 50000, 10000, 2, 100, NULL,
};

// The records of one file.
typedef struct {
  File file;
  i64 records;
} Batch;

typedef struct {
  int count;
  Batch batch[5];
} Batches;

static char *find(const char *folder, const char *name) {
  char *path = find_file(folder, text_of("%s.bin", name));
  return path ? path : find_file(folder, name);
}

static Batch read_batch(const Layout *layout, const char *path, i64 most) {
  i64 record = layout->label_bytes + PIXELS;
  File file = read_file(path);
  if (file.length > most * record) {
    fail(DATA_MALFORMED, "the file is damaged, or it is another one than its name says",
         "%s: a batch of %n records ends after %n bytes, the file has %n bytes", path, most,
         most * record, file.length);
  }
  if (file.length == 0 || file.length % record != 0) {
    fail(DATA_MALFORMED, "the file is cut off, or not of the binary version: fetch it again",
         "%s: it has %n bytes, a multiple of the %n of a record was expected", path, file.length,
         record);
  }
  return (Batch){file, file.length / record};
}

static char *place(const Data *data, i32 row) {
  const Batches *batches = data->origin;
  i64 record = row;
  for (int i = 0; i < batches->count; i++) {
    if (record < batches->batch[i].records) {
      return text_of("%s, record %l", batches->batch[i].file.name, record);
    }
    record -= batches->batch[i].records;
  }
  return text_of("record %d", row);
}

static void make_data(Data *data, const Layout *layout, const char *name, const Batches *batches) {
  static const i64 image_dims[] = {3, 32, 32};
  i64 count = 0;
  for (int i = 0; i < batches->count; i++) {
    count += batches->batch[i].records;
  }
  data->name = name;
  data->inputs = 1;
  data->input = allocate(1, sizeof(Column));
  data->input[0] = column_of("image", U8, 3, image_dims, count, NULL);
  data->has_target = 1;
  data->target = column_of("label", I32, 0, NULL, count, NULL);
  data->classes = layout->classes;
  data->class_name = layout->class_name;
  data->place = place;
  data->origin = batches;
  i64 record = layout->label_bytes + PIXELS;
  // The pixels stay where the files lie in memory.
  data->input[0].row = allocate(count, sizeof(u8 *));
  u8 *labels = column_memory(&data->target);
  i64 row = 0;
  for (int i = 0; i < batches->count; i++) {
    const Batch *batch = batches->batch + i;
    for (i64 r = 0; r < batch->records; r++, row++) {
      const u8 *start = batch->file.bytes + r * record + layout->label_bytes;
      if (start[-1] >= layout->classes) {
        fail(DATA_VALUE, "the file is damaged, or not of the binary version: fetch it again",
             "%s, record %l: the label is %d, 0 to %l were expected", batch->file.name, r,
             (int)start[-1], layout->classes - 1);
      }
      store_element(labels, I32, row, start[-1]);
      data->input[0].row[row] = start;
    }
  }
  use_all_rows(data);
}

static void note_missing(const Layout *layout, const char *folder, const Text *missing,
                         int missing_files, i64 found) {
  i64 full = layout->training_files * layout->training_records;
  if (missing_files > 0) {
    note("note: %s: %s %s missing; training uses the %n records of %n that are there", folder,
         missing->at, missing_files == 1 ? "is" : "are", found, full);
  } else if (found < full) {
    note("note: %s: training uses %n records of %n", folder, found, full);
  }
}

static void load(const Layout *layout, const Source *source, Parts *parts) {
  const char *folder = resolve(option_of(source, "dir", layout->folder));
  Batches *training = allocate(2, sizeof(Batches));
  Text missing = {0};
  int missing_files = 0;
  for (int i = 0; i < layout->training_files; i++) {
    char *path = find(folder, layout->training[i]);
    if (path) {
      training->batch[training->count++] = read_batch(layout, path, layout->training_records);
    } else {
      text_add(&missing, missing.length ? ", %s" : "%s", layout->training[i]);
      missing_files++;
    }
  }
  if (training->count == 0) {
    fail(DATA_NOT_FOUND,
         is_folder(join(folder, layout->folder))
             ? text_of("name the folder %s inside it", layout->folder)
             : "the binary version of the data was expected, plain or .gz",
         "cannot find %s.bin in %s", layout->training[0], folder);
  }
  make_data(&parts->training, layout, text_of("%s %s", source->kind, folder), training);
  note_missing(layout, folder, &missing, missing_files, parts->training.size);
  parts->format_has_test = 1;
  char *path = find(folder, layout->test);
  if (!path) {
    note("note: %s: there is no %s.bin, so nothing is tested", folder, layout->test);
    return;
  }
  Batches *test = training + 1;
  test->batch[test->count++] = read_batch(layout, path, layout->test_records);
  make_data(&parts->test, layout, text_of("%s %s", source->kind, path), test);
  parts->has_test = 1;
  if (parts->test.size < layout->test_records) {
    note("note: %s has only the first %n of %n test records: figures on them are not those of the"
         " whole test set",
         parts->test.name, (i64)parts->test.size, layout->test_records);
  }
}

void dlc_source_cifar10(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  load(&TEN, source, parts);
}

void dlc_source_cifar100(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  load(&HUNDRED, source, parts);
}
