// SPDX-License-Identifier: Apache-2.0
// JSON as files of weights have it: read into nodes, with bounds on depth and size.
#ifndef DLC_JSON_H
#define DLC_JSON_H

#include "base.h"

enum { JSON_OBJECT, JSON_LIST, JSON_STRING, JSON_NUMBER, JSON_WORD };

typedef struct Json {
  int kind;
  const char *name;  // in an object
  const char *text;  // of a string, number or word
  i64 length;        // of the text
  struct Json *first;
  struct Json *next;
} Json;

// NULL when the text is not JSON.
Json *json_read(const char *text, i64 length);
const Json *json_get(const Json *object, const char *name);
// A whole number of at least 0, or -1.
i64 json_count(const Json *node);

#endif
