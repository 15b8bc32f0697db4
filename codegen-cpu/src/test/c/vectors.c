// SPDX-License-Identifier: Apache-2.0
// Answers questions about the parts of the runtime that must agree with Java, one a line:
//
//   double BITS          as Double.toString, %.4f, %.3e, %.4g and Double.toHexString write it
//   shuffle SEED STEP N  a permutation
//   gunzip FILE          the length and the sum of the bytes of a compressed file, or what is wrong
//   image FILE C H W     the sum of the bytes of an image that is scaled to this size
//   number TEXT          whether a cell of a table is a number
#include "arguments.h"
#include "file.h"
#include "image.h"
#include "random.h"
#include "table.h"

static void answer_double(const char *bits) {
  u64 value = 0;
  for (; *bits; bits++) {
    value = value * 16 + (u64)(*bits <= '9' ? *bits - '0' : *bits - 'a' + 10);
  }
  double number;
  memcpy(&number, &value, 8);
  Text text = {0};
  text_double(&text, number);
  text_add(&text, " ");
  text_fixed(&text, number, 4);
  text_add(&text, " ");
  text_scientific(&text, number, 3);
  text_add(&text, " ");
  text_general(&text, number, 4);
  text_add(&text, " ");
  text_hexadecimal(&text, number);
  say("%s\n", text.at);
}

static void answer_shuffle(char **words) {
  i32 count = (i32)strtod(words[3], NULL);
  i32 *order = allocate(count, sizeof(i32));
  permutation(order, FOR_SHUFFLE, (i32)strtod(words[1], NULL), (i32)strtod(words[2], NULL), count);
  for (i32 i = 0; i < count; i++) {
    say(i ? " %d" : "%d", order[i]);
  }
  say("\n");
}

static void answer_gunzip(const char *path) {
  File file = map_file(path);
  i64 length = 0;
  const char *reason = "";
  u8 *bytes = gunzip(file.bytes, file.length, &length, &reason);
  i64 sum = 0;
  for (i64 i = 0; bytes && i < length; i++) {
    sum = 31 * sum + bytes[i];
  }
  say(bytes ? "%l %l\n" : "%s%s\n", bytes ? length : (i64)reason, bytes ? sum : (i64) "");
}

static void answer_image(char **words) {
  i64 size[3];
  for (int i = 0; i < 3; i++) {
    size[i] = (i64)strtod(words[2 + i], NULL);
  }
  u8 *bytes = dlc_read_image(words[1], size[0], size[1], size[2]);
  i64 sum = 0;
  for (i64 i = 0; i < size[0] * size[1] * size[2]; i++) {
    sum = (i64)(31 * (u64)sum + bytes[i]);
  }
  say("%l\n", sum);
}

int main(int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    char *words[5] = {arguments[i]};
    for (int w = 1; w < 5; w++) {
      char *at = words[w - 1];
      while (*at && *at != ' ') {
        at++;
      }
      words[w] = *at ? at + 1 : at;
      *at = 0;
    }
    if (same(words[0], "double")) {
      answer_double(words[1]);
    } else if (same(words[0], "shuffle")) {
      answer_shuffle(words);
    } else if (same(words[0], "gunzip")) {
      answer_gunzip(words[1]);
    } else if (same(words[0], "image")) {
      answer_image(words);
    } else {
      say("%d\n", is_number(words[1]));
    }
  }
  return 0;
}
