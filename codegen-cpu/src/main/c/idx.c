// SPDX-License-Identifier: Apache-2.0
// MNIST and what is laid out like it: images and labels in IDX files, plain or gzip.
#include "data.h"

enum { IMAGES = 0x0803, LABELS = 0x0801, LARGEST_SIDE = 1 << 12, CLASSES = 10 };

static const char *const FASHION[] = {"T-shirt", "trouser", "pullover", "dress", "coat",
                                      "sandal",  "shirt",   "sneaker",  "bag",   "ankle boot"};
static const char *const DIGITS[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

static i64 word_at(const File *file, i64 at) {
  u32 word;
  memcpy(&word, file->bytes + at, 4);
  return (i32)__builtin_bswap32(word);
}

// The second name is the one that some archives unpack to: images.idx3 for images-idx3.
static char *find(const char *folder, const char *prefix, const char *kind, const char *digits) {
  char *path = find_file(folder, text_of("%s-%s-%s-ubyte", prefix, kind, digits));
  return path ? path : find_file(folder, text_of("%s-%s.%s-ubyte", prefix, kind, digits));
}

static char *required(const char *folder, const char *prefix, const char *kind,
                      const char *digits) {
  char *path = find(folder, prefix, kind, digits);
  if (!path) {
    fail(DATA_NOT_FOUND, "the four IDX files were expected there, plain or .gz",
         "cannot find %s-%s-%s-ubyte in %s", prefix, kind, digits, folder);
  }
  return path;
}

static void require_header(const File *file, i64 length, i64 expected, const char *what) {
  if (file->length < length) {
    fail(DATA_MALFORMED, "the file is damaged or its download was cut off: fetch it again",
         "%s: it ends within its header", file->name);
  }
  i64 found = word_at(file, 0);
  if (found != expected) {
    const char *reality = found == IMAGES   ? "it is an IDX file of images"
                          : found == LABELS ? "it is an IDX file of labels"
                                            : text_of("it is not an IDX file (it begins with %x)",
                                                      (u32)found);
    fail(DATA_MALFORMED, "check that the files were not mixed up, or fetch them again",
         "%s: %s, %s were expected (%x)", file->name, reality, what, (u32)expected);
  }
}

static void require_length(const File *file, i64 header, i64 bytes, const char *what) {
  if (file->length != header + bytes) {
    fail(DATA_MALFORMED,
         file->length < header + bytes
             ? "the file is damaged or its download was cut off: fetch it again"
             : "the file is damaged, or it is another one than its name says",
         "%s: %s take %n bytes, the file has %n", file->name, what, header + bytes, file->length);
  }
}

static Column images(const char *path) {
  File file = read_file(path);
  require_header(&file, 16, IMAGES, "images");
  i64 count = word_at(&file, 4);
  i64 dims[] = {1, word_at(&file, 8), word_at(&file, 12)};
  if (count <= 0 || dims[1] <= 0 || dims[2] <= 0 || dims[1] > LARGEST_SIDE ||
      dims[2] > LARGEST_SIDE) {
    fail(DATA_MALFORMED, "the file is damaged: fetch it again", "%s: it claims %l images of %l×%l",
         path, count, dims[1], dims[2]);
  }
  require_length(&file, 16, count * dims[1] * dims[2],
                 text_of("%n images of %l×%l", count, dims[1], dims[2]));
  return column_of("image", U8, 3, dims, count, file.bytes + 16);
}

static Column labels(const char *path, i64 count) {
  File file = read_file(path);
  require_header(&file, 8, LABELS, "labels");
  if (word_at(&file, 4) != count) {
    fail(DATA_MALFORMED, "the two files do not belong together: fetch both again",
         "%s: it has %n labels, but there are %n images", path, word_at(&file, 4), count);
  }
  require_length(&file, 8, count, text_of("%n labels", count));
  Column column = column_of("label", I32, 0, NULL, count, NULL);
  u8 *values = column_memory(&column);
  for (i64 row = 0; row < count; row++) {
    int label = file.bytes[8 + row];
    if (label >= CLASSES) {
      fail(DATA_VALUE, "the file is damaged or foreign: fetch it again",
           "%s, label %l: the label is %d, 0 to %d were expected", path, row, label, CLASSES - 1);
    }
    store_element(values, I32, row, label);
  }
  return column;
}

static char *place(const Data *data, i32 row) {
  return text_of("%s, label %d", (const char *)data->origin, row);
}

static void load_part(Data *data, const char *name, const char *folder, const char *prefix,
                      const char *const *classes) {
  const char *label_path = required(folder, prefix, "labels", "idx1");
  data->name = name;
  data->inputs = 1;
  data->input = allocate(1, sizeof(Column));
  data->input[0] = images(required(folder, prefix, "images", "idx3"));
  data->has_target = 1;
  data->target = labels(label_path, data->input[0].rows);
  data->classes = CLASSES;
  data->class_name = classes;
  data->place = place;
  data->origin = label_path;
  use_all_rows(data);
}

static void load(const Source *source, Parts *parts, const char *usual,
                 const char *const *classes) {
  const char *folder = resolve(option_of(source, "dir", usual));
  load_part(&parts->training, text_of("%s %s", source->kind, folder), folder, "train", classes);
  parts->format_has_test = 1;
  if (!find(folder, "t10k", "images", "idx3")) {
    note("note: %s: there is no t10k-images-idx3-ubyte, so nothing is tested", folder);
    return;
  }
  load_part(&parts->test, text_of("%s test part %s", source->kind, folder), folder, "t10k",
            classes);
  parts->has_test = 1;
}

void dlc_source_mnist(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  load(source, parts, "mnist", DIGITS);
}

void dlc_source_fashion_mnist(const Source *source, const Source *training, Parts *parts) {
  (void)training;
  load(source, parts, "fashion-mnist", FASHION);
}
