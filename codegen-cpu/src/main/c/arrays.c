// SPDX-License-Identifier: Apache-2.0
// .npy and safetensors files.
#include "data.h"
#include "json.h"

static const char HOW_TO_WRITE[] =
    "in Python: safetensors.torch.save_file(model.state_dict(), name)";

// The size of an array, or -1 when it is more than any memory.
static i64 size_of(const Array *array) {
  u64 bytes = (u64)type_bytes(array->type);
  for (i64 i = 0; i < array->rank; i++) {
    if (array->dims[i] > 0 && bytes > 0x7fffffffffffffff / (u64)array->dims[i]) {
      return -1;
    }
    bytes *= (u64)array->dims[i];
  }
  return (i64)bytes;
}

static void count_elements(Array *array) {
  array->elements = 1;
  for (i64 i = 0; i < array->rank; i++) {
    array->elements *= array->dims[i];
  }
}

// ---- .npy

static const char *after(const char *header, const char *key) {
  for (; *header; header++) {
    if (starts_with(header, key)) {
      header += strlen(key);
      while (*header == ' ' || *header == ':') {
        header++;
      }
      return header;
    }
  }
  return NULL;
}

static void foreign_header(const char *path) {
  fail(DATA_MALFORMED, "write it with numpy.save(name, array)",
       "%s: it has a header that is none of NumPy's", path);
}

static i64 npy_type(const char *path, const char *header) {
  static const struct {
    const char *descr;
    int type;
  } types[] = {{"<f4", F32}, {"<f8", F64}, {"<f2", F16}, {"<i4", I32},  {"<i8", I64},
               {"|u1", U8},  {"<u1", U8},  {"|b1", BOOL}, {"<b1", BOOL}};
  const char *at = after(header, "'descr'");
  if (!at) {
    foreign_header(path);
  }
  for (u64 i = 0; i < sizeof types / sizeof *types; i++) {
    if (*at == '\'' && starts_with(at + 1, types[i].descr) && at[4] == '\'') {
      return types[i].type;
    }
  }
  i64 length = 0;
  while (length < 16 && at[length] && at[length] != ',') {
    length++;
  }
  fail(DATA_MALFORMED, "convert it first, with array.astype('<f4')",
       "%s: it has elements of type %s; <f4, <f8, <f2, <i4, <i8, |u1 and |b1 are read", path,
       copy_of(at, length));
}

static void npy_dims(const char *path, const char *header, Array *array) {
  const char *at = after(header, "'shape'");
  if (!at || *at++ != '(') {
    foreign_header(path);
  }
  while (*at && *at != ')') {
    if (*at == ',' || *at == ' ') {
      at++;
      continue;
    }
    i64 dim = 0;
    const char *start = at;
    for (; *at >= '0' && *at <= '9' && dim <= 0x7fffffff; at++) {
      dim = 10 * dim + (*at - '0');
    }
    if (at == start || dim > 0x7fffffff || array->rank == MOST_DIMS) {
      fail(DATA_MALFORMED, "the file is damaged: write it again",
           "%s: it has a shape that no array of ours has", path);
    }
    array->dims[array->rank++] = dim;
  }
  if (!*at) {
    foreign_header(path);
  }
}

Array read_npy(const char *path) {
  File file = read_file(path);
  if (file.length < 10 || memcmp(file.bytes, "\x93NUMPY", 6) != 0) {
    fail(DATA_MALFORMED, "write it with numpy.save(name, array)", "%s: it is not a .npy file",
         path);
  }
  int version = file.bytes[6];
  if (version < 1 || version > 3) {
    fail(DATA_MALFORMED, NULL, "%s: it is of .npy version %d, 1 to 3 were expected", path, version);
  }
  i64 start = version == 1 ? 10 : 12;
  u32 length = 0;
  if (file.length >= start) {
    memcpy(&length, file.bytes + 8, version == 1 ? 2 : 4);
  }
  if (file.length < start || (i64)length > file.length - start) {
    fail(DATA_MALFORMED, "the file is damaged or its download was cut off: fetch it again",
         "%s: it ends within its header", path);
  }
  const char *header = copy_of((const char *)file.bytes + start, length);
  Array array = {path, 0, 0, {0}, 0, NULL};
  array.type = npy_type(path, header);
  npy_dims(path, header, &array);
  const char *order = after(header, "'fortran_order'");
  if (order && starts_with(order, "True") && array.rank > 1) {
    fail(DATA_MALFORMED, "save it with np.save(name, np.ascontiguousarray(array))",
         "%s: it is in Fortran order, C order was expected", path);
  }
  i64 bytes = size_of(&array);
  i64 available = file.length - start - (i64)length;
  if (bytes < 0 || bytes != available) {
    fail(DATA_MALFORMED, "the file is damaged or its download was cut off: fetch it again",
         "%s: an array of %s does not fit the %n bytes that it has for it", path,
         type_text(array.type, array.rank, array.dims), available);
  }
  count_elements(&array);
  array.values = file.bytes + start + length;
  return array;
}

// ---- safetensors

static int type_named(const char *name) {
  static const char *const names[TYPES] = {"F32", "F64", "F16", "BF16", "I32", "I64", "U8", "BOOL"};
  for (int type = 0; type < TYPES; type++) {
    if (same(names[type], name)) {
      return type;
    }
  }
  return -1;
}

// What is wrong with the array, or NULL.
static const char *read_array(const Json *node, const u8 *values, i64 available, Array *array) {
  const Json *dtype = json_get(node, "dtype");
  int type = dtype && dtype->kind == JSON_STRING ? type_named(dtype->text) : -1;
  if (type < 0) {
    return text_of("'%s' is of type %s; F32, F64, F16, BF16, I32, I64, U8 and BOOL are read",
                   node->name, dtype && dtype->text ? dtype->text : "nothing");
  }
  *array = (Array){node->name, type, 0, {0}, 0, NULL};
  const Json *shape = json_get(node, "shape");
  int fine = shape && shape->kind == JSON_LIST;
  for (const Json *dim = fine ? shape->first : NULL; dim; dim = dim->next) {
    i64 count = json_count(dim);
    fine = fine && count >= 0 && count <= 0x7fffffff && array->rank < MOST_DIMS;
    if (!fine) {
      break;
    }
    array->dims[array->rank++] = count;
  }
  const Json *places = json_get(node, "data_offsets");
  const Json *first = places ? places->first : NULL;
  i64 start = json_count(first);
  i64 end = json_count(first ? first->next : NULL);
  i64 bytes = fine ? size_of(array) : -1;
  if (!fine || start < 0 || end < start || end > available || end - start != bytes) {
    return text_of("shape and place of '%s' do not agree", node->name);
  }
  count_elements(array);
  array->values = values + start;
  return NULL;
}

static int by_place(const void *left, const void *right) {
  const Array *l = left;
  const Array *r = right;
  if (l->values != r->values) {
    return l->values < r->values ? -1 : 1;
  }
  return (l->elements > r->elements) - (l->elements < r->elements);
}

static const char *find_gap(const Array *arrays, i64 count, const u8 *values, i64 available) {
  i64 end = 0;
  for (i64 i = 0; i < count; i++) {
    if (arrays[i].values - values != end) {
      return text_of("'%s' begins at byte %l, not at %l", arrays[i].name,
                     (i64)(arrays[i].values - values), end);
    }
    end += size_of(arrays + i);
  }
  return end == available
             ? NULL
             : text_of("its arrays take %n bytes, the file has %n for them", end, available);
}

const char *safetensors_problem(const u8 *bytes, i64 length, Array **arrays, i64 *count,
                                const Json **facts) {
  i64 header = -1;
  if (length >= 8) {
    memcpy(&header, bytes, 8);
  }
  if (header < 2 || header > length - 8 || header > 100000000 || bytes[8] != '{') {
    return length == 0 ? "this is not a safetensors file: it is empty"
                       : "this is not a safetensors file, or it is cut off";
  }
  const Json *root = json_read((const char *)bytes + 8, header);
  if (!root) {
    return "its header is not JSON";
  }
  i64 members = 0;
  for (const Json *node = root->first; node; node = node->next) {
    members++;
  }
  *arrays = allocate(members, sizeof(Array));
  *count = 0;
  *facts = json_get(root, "__metadata__");
  const u8 *values = bytes + 8 + header;
  i64 available = length - 8 - header;
  for (const Json *node = root->first; node; node = node->next) {
    if (node == *facts) {
      continue;
    }
    const char *problem = read_array(node, values, available, *arrays + (*count)++);
    if (problem) {
      return problem;
    }
  }
  qsort(*arrays, (u64)*count, sizeof(Array), by_place);
  return find_gap(*arrays, *count, values, available);
}

i64 safetensors_arrays(const char *path, const u8 *bytes, i64 length, Array **arrays) {
  i64 count = 0;
  const Json *facts;
  const char *problem = safetensors_problem(bytes, length, arrays, &count, &facts);
  if (problem) {
    fail(WEIGHTS_UNREADABLE,
         text_of("the file is damaged, or cut off: write it again; %s", HOW_TO_WRITE), "%s: %s",
         path, problem);
  }
  return count;
}

i64 read_safetensors(const char *path, Array **arrays) {
  File file = map_file(path);
  return safetensors_arrays(path, file.bytes, file.length, arrays);
}
