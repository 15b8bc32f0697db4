// SPDX-License-Identifier: Apache-2.0
#include "json.h"

enum { DEEPEST = 32 };

typedef struct {
  const char *at;
  const char *end;
} Reader;

static void skip_space(Reader *reader) {
  while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
                                      *reader->at == '\r' || *reader->at == '\t')) {
    reader->at++;
  }
}

static int next_is(Reader *reader, char wanted) {
  skip_space(reader);
  if (reader->at < reader->end && *reader->at == wanted) {
    reader->at++;
    return 1;
  }
  return 0;
}

static int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

static int hex_word(Reader *reader) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = reader->at < reader->end ? hex_digit(*reader->at++) : -1;
    if (digit < 0) {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

static int add_escape(Reader *reader, Text *text) {
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  char escape = *reader->at++;
  for (int i = 0; names[i]; i++) {
    if (names[i] == escape) {
      text_bytes(text, values + i, 1);
      return 1;
    }
  }
  int point = escape == 'u' ? hex_word(reader) : -1;
  if (point >= 0xD800 && point < 0xDC00 && reader->end - reader->at > 2) {
    reader->at += 2;
    point = 0x10000 + ((point - 0xD800) << 10) + ((hex_word(reader) - 0xDC00) & 0x3FF);
  }
  if (point <= 0) {
    return 0;
  }
  u8 bytes[4];
  int count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (int i = count - 1; i > 0; i--) {
    bytes[i] = (u8)(0x80 | (point & 0x3F));
    point >>= 6;
  }
  bytes[0] = (u8)(count == 1 ? point : (0xF00 >> count & 0xFF) | point);
  text_bytes(text, (const char *)bytes, count);
  return 1;
}

// The text after an opening quote, up to the closing one.
static char *read_string(Reader *reader, i64 *length) {
  Text text = {0};
  text_bytes(&text, "", 0);
  while (reader->at < reader->end) {
    char c = *reader->at++;
    if (c == '"') {
      *length = text.length;
      return text.at;
    }
    if ((u8)c < 0x20) {
      break;
    }
    if (c != '\\') {
      text_bytes(&text, &c, 1);
    } else if (reader->at >= reader->end || !add_escape(reader, &text)) {
      break;
    }
  }
  free(text.at);
  return NULL;
}

static Json *read_value(Reader *reader, int depth);

static int read_members(Reader *reader, Json *parent, int depth) {
  char close = parent->kind == JSON_OBJECT ? '}' : ']';
  if (next_is(reader, close)) {
    return 1;
  }
  Json **last = &parent->first;
  do {
    const char *name = NULL;
    if (parent->kind == JSON_OBJECT) {
      i64 length;
      if (!next_is(reader, '"') || !(name = read_string(reader, &length)) ||
          !next_is(reader, ':')) {
        return 0;
      }
    }
    Json *value = read_value(reader, depth + 1);
    if (!value) {
      return 0;
    }
    value->name = name;
    *last = value;
    last = &value->next;
  } while (next_is(reader, ','));
  return next_is(reader, close);
}

static Json *read_value(Reader *reader, int depth) {
  if (depth > DEEPEST) {
    return NULL;
  }
  Json *node = allocate(1, sizeof(Json));
  if (next_is(reader, '{')) {
    node->kind = JSON_OBJECT;
    return read_members(reader, node, depth) ? node : NULL;
  }
  if (next_is(reader, '[')) {
    node->kind = JSON_LIST;
    return read_members(reader, node, depth) ? node : NULL;
  }
  if (next_is(reader, '"')) {
    node->kind = JSON_STRING;
    node->text = read_string(reader, &node->length);
    return node->text ? node : NULL;
  }
  const char *start = reader->at;
  while (reader->at < reader->end &&
         ((*reader->at >= 'a' && *reader->at <= 'z') || (*reader->at >= '0' && *reader->at <= '9') ||
          *reader->at == '-' || *reader->at == '+' || *reader->at == '.' || *reader->at == 'E')) {
    reader->at++;
  }
  node->length = reader->at - start;
  if (node->length == 0) {
    return NULL;
  }
  node->kind = *start == '-' || (*start >= '0' && *start <= '9') ? JSON_NUMBER : JSON_WORD;
  node->text = copy_of(start, node->length);
  return node;
}

Json *json_read(const char *text, i64 length) {
  Reader reader = {text, text + length};
  Json *root = read_value(&reader, 0);
  skip_space(&reader);
  return reader.at == reader.end ? root : NULL;
}

const Json *json_get(const Json *object, const char *name) {
  for (const Json *member = object && object->kind == JSON_OBJECT ? object->first : NULL; member;
       member = member->next) {
    if (same(member->name, name)) {
      return member;
    }
  }
  return NULL;
}

i64 json_count(const Json *node) {
  if (!node || node->kind != JSON_NUMBER || node->length > 18) {
    return -1;
  }
  i64 value = 0;
  for (const char *at = node->text; *at; at++) {
    if (*at < '0' || *at > '9') {
      return -1;
    }
    value = 10 * value + (*at - '0');
  }
  return value;
}
