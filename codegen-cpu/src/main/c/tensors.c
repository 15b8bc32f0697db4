// SPDX-License-Identifier: Apache-2.0
// Finds one array in a safetensors file where it lies, without memory of its own.
#include "library.h"

typedef struct {
  const u8 *at;
  const u8 *end;
} Span;

static void skip_space(Span *text) {
  while (text->at < text->end && (*text->at == ' ' || (*text->at >= '\t' && *text->at <= '\r'))) {
    text->at++;
  }
}

static int take(Span *text, u8 wanted) {
  skip_space(text);
  if (text->at < text->end && *text->at == wanted) {
    text->at++;
    return 1;
  }
  return 0;
}

// The characters of a string between its quotes.
static int take_string(Span *text, Span *string) {
  if (!take(text, '"')) {
    return 0;
  }
  string->at = text->at;
  while (text->at < text->end && *text->at != '"') {
    text->at += *text->at == '\\' ? 2 : 1;
  }
  string->end = text->at;
  return take(text, '"');
}

static int is(const Span *string, const char *word) {
  const u8 *at = string->at;
  while (at < string->end && *word && *at == (u8)*word) {
    at++;
    word++;
  }
  return at == string->end && !*word;
}

static i64 take_count(Span *text) {
  i64 value = 0;
  int digits = 0;
  skip_space(text);
  for (; text->at < text->end && *text->at >= '0' && *text->at <= '9' && digits < 18; digits++) {
    value = 10 * value + (*text->at++ - '0');
  }
  return digits ? value : -1;
}

// [1, 2, 3]: whether it is these numbers.
static int take_numbers(Span *text, i64 *numbers, i64 most, i64 *count) {
  *count = 0;
  if (!take(text, '[')) {
    return 0;
  }
  if (take(text, ']')) {
    return 1;
  }
  do {
    i64 number = take_count(text);
    if (number < 0 || *count == most) {
      return 0;
    }
    numbers[(*count)++] = number;
  } while (take(text, ','));
  return take(text, ']');
}

static int skip_object(Span *text) {
  int depth = 0;
  do {
    skip_space(text);
    Span string;
    if (text->at >= text->end) {
      return 0;
    }
    if (*text->at == '"') {
      if (!take_string(text, &string)) {
        return 0;
      }
      continue;
    }
    depth += *text->at == '{' || *text->at == '[';
    depth -= *text->at == '}' || *text->at == ']';
    text->at++;
  } while (depth > 0);
  return 1;
}

typedef struct {
  Span type;
  i64 dims[8];
  i64 rank;
  i64 place[2];
  i64 places;
} Tensor;

static int take_tensor(Span *text, Tensor *tensor) {
  Span name;
  tensor->type.at = tensor->type.end = NULL;
  tensor->rank = -1;
  tensor->places = 0;
  if (!take(text, '{')) {
    return 0;
  }
  do {
    if (!take_string(text, &name) || !take(text, ':')) {
      return 0;
    }
    int fine = is(&name, "dtype")   ? take_string(text, &tensor->type)
               : is(&name, "shape") ? take_numbers(text, tensor->dims, 8, &tensor->rank)
                                    : take_numbers(text, tensor->place, 2, &tensor->places);
    if (!fine) {
      return 0;
    }
  } while (take(text, ','));
  return take(text, '}');
}

static int fits(const Tensor *tensor, const Slot *wanted, i64 available) {
  static const char types[TYPES][5] = {"F32", "F64", "F16", "BF16", "I32", "I64", "U8", "BOOL"};
  if (tensor->rank != wanted->rank || tensor->places != 2 ||
      !is(&tensor->type, types[wanted->type])) {
    return 0;
  }
  for (i64 d = 0; d < wanted->rank; d++) {
    if (tensor->dims[d] != wanted->dims[d]) {
      return 0;
    }
  }
  return tensor->place[1] <= available &&
         tensor->place[1] - tensor->place[0] == wanted->elements * type_bytes(wanted->type);
}

const u8 *find_tensor(const u8 *bytes, i64 count, const Slot *wanted, i32 *broken) {
  u64 header = 0;
  for (i64 i = 0; i < 8 && i < count; i++) {
    header |= (u64)bytes[i] << 8 * i;
  }
  *broken = 1;
  if (count < 8 || header > (u64)count - 8) {
    return NULL;
  }
  Span text = {bytes + 8, bytes + 8 + header};
  i64 available = count - 8 - (i64)header;
  if (!take(&text, '{')) {
    return NULL;
  }
  do {
    Span name;
    if (!take_string(&text, &name) || !take(&text, ':')) {
      return NULL;
    }
    if (!is(&name, wanted->name)) {
      if (!skip_object(&text)) {
        return NULL;
      }
      continue;
    }
    Tensor tensor;
    if (!take_tensor(&text, &tensor)) {
      return NULL;
    }
    *broken = 0;
    return fits(&tensor, wanted, available) ? bytes + 8 + header + tensor.place[0] : NULL;
  } while (take(&text, ','));
  *broken = !take(&text, '}');
  return NULL;
}
