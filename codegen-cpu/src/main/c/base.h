// SPDX-License-Identifier: Apache-2.0
// Memory, text and complaints: what every other part of the runtime stands on.
#ifndef DLC_BASE_H
#define DLC_BASE_H

#include "sys.h"

// ---- complaints

// Prints `error[E0501]: …` with its help and ends the process with status 1. The formats are those of
// `text_add`; the numbers of codes are those that `dlc explain` knows.
void fail(int code, const char *help, const char *format, ...) __attribute__((noreturn));

enum {
  BAD_ARGUMENT = 206,
  BAD_SETTING = 403,
  DATA_NOT_FOUND = 501,
  DATA_MALFORMED = 502,
  DATA_SHAPE = 503,
  DATA_EMPTY = 504,
  DATA_VALUE = 505,
  WEIGHTS_UNREADABLE = 601,
  WEIGHTS_MISMATCH = 602,
  CANNOT_WRITE = 603,
  CANNOT_READ = 604,
  OUT_OF_MEMORY = 605,
  NOT_FINITE = 606,
  BAD_OPTION = 607,
  NO_DEVICE = 901,
  DEVICE_FAILED = 902,
  UNKNOWN_CPU = 903,
};

// ---- memory; a request that cannot be met is a complaint

void *allocate(i64 count, i64 bytes);
void *allocate_aligned(i64 bytes);  // to 64 bytes, all 0
void *grow(void *memory, i64 count, i64 bytes);

// ---- text that grows

typedef struct {
  char *at;
  i64 length;
  i64 room;
} Text;

// %s a string, %q a string as JSON writes it, %d an int, %l a long, %n a long with commas,
// %x eight digits of hexadecimal, %c a character, %% itself; decimals of doubles after a point:
// %.4 is four of them.
void text_add(Text *text, const char *format, ...);
void text_bytes(Text *text, const char *bytes, i64 length);
void text_clear(Text *text);
char *text_of(const char *format, ...);
typedef __builtin_va_list Arguments;
void text_add_all(Text *text, const char *format, Arguments arguments);

// ---- numbers as Java writes them (number.c)

void text_double(Text *text, double value);                  // Double.toString
void text_fixed(Text *text, double value, int decimals);     // %.4f
void text_scientific(Text *text, double value, int decimals);  // %.3e
void text_general(Text *text, double value, int digits);       // %.4g
void text_hexadecimal(Text *text, double value);               // Double.toHexString
void text_json_number(Text *text, double value);
int is_finite(double value);

// ---- output

void print(int file, const Text *text);
// Complains at last when standard output could not be written, for which no work is given up.
void require_printed(void);
void say(const char *format, ...);   // to standard output
void note(const char *format, ...);  // to standard error, unless --quiet
extern int quiet;

double seconds_now(void);
char *copy_of(const char *text, i64 length);
int same(const char *left, const char *right);
int starts_with(const char *text, const char *start);
int ends_with(const char *text, const char *end);

#endif
