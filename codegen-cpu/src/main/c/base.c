// SPDX-License-Identifier: Apache-2.0
#include "base.h"

int quiet;

// ---- complaints

void fail(int code, const char *help, const char *format, ...) {
  Text text = {0};
  text_add(&text, "error[E0%d]: ", code);
  Arguments arguments;
  __builtin_va_start(arguments, format);
  text_add_all(&text, format, arguments);
  __builtin_va_end(arguments);
  text_add(&text, "\n");
  if (help) {
    text_add(&text, "  = help: %s\n", help);
  }
  print(2, &text);
  exit(1);
}

static void no_memory(i64 bytes) {
  static const char message[] =
      "error[E0605]: there is not enough memory\n"
      "  = help: use a smaller part of the data, or a machine with more memory\n";
  (void)bytes;
  write(2, message, sizeof message - 1);
  exit(1);
}

// ---- memory

void *allocate(i64 count, i64 bytes) {
  void *memory = calloc(count > 0 ? (u64)count : 1, (u64)bytes);
  if (!memory) {
    no_memory(count * bytes);
  }
  return memory;
}

void *allocate_aligned(i64 bytes) {
  u64 size = ((u64)bytes + 63) / 64 * 64;
  void *memory = aligned_alloc(64, size ? size : 64);
  if (!memory) {
    no_memory(bytes);
  }
  return memset(memory, 0, size);
}

void *grow(void *memory, i64 count, i64 bytes) {
  if (bytes > 0 && count > 0x7fffffffffffffff / bytes) {
    no_memory(0x7fffffffffffffff);
  }
  void *larger = realloc(memory, (u64)(count * bytes));
  if (!larger) {
    no_memory(count * bytes);
  }
  return larger;
}

// ---- text

void text_bytes(Text *text, const char *bytes, i64 length) {
  if (text->length + length + 1 > text->room) {
    text->room = 2 * (text->length + length) + 32;
    text->at = grow(text->at, text->room, 1);
  }
  memcpy(text->at + text->length, bytes, (u64)length);
  text->length += length;
  text->at[text->length] = 0;
}

void text_clear(Text *text) {
  text->length = 0;
  text_bytes(text, "", 0);
}

static void add_string(Text *text, const char *string) {
  text_bytes(text, string, (i64)strlen(string));
}

static void add_long(Text *text, i64 value, int grouped) {
  char digits[40];
  int at = sizeof digits;
  int count = 0;
  u64 rest = value < 0 ? 0 - (u64)value : (u64)value;
  do {
    if (grouped && count > 0 && count % 3 == 0) {
      digits[--at] = ',';
    }
    digits[--at] = (char)('0' + rest % 10);
    rest /= 10;
    count++;
  } while (rest > 0);
  if (value < 0) {
    digits[--at] = '-';
  }
  text_bytes(text, digits + at, (i64)sizeof digits - at);
}

static void add_hex(Text *text, u32 value) {
  for (int shift = 28; shift >= 0; shift -= 4) {
    text_bytes(text, &"0123456789abcdef"[value >> shift & 15], 1);
  }
}

static void add_quoted(Text *text, const char *string) {
  text_bytes(text, "\"", 1);
  for (; *string; string++) {
    if (*string == '"' || *string == '\\') {
      text_bytes(text, "\\", 1);
      text_bytes(text, string, 1);
    } else if (*string == '\n') {
      text_bytes(text, "\\n", 2);
    } else if ((u8)*string < 0x20) {
      text_bytes(text, "\\u00", 4);
      text_bytes(text, &"0123456789abcdef"[*string >> 4], 1);
      text_bytes(text, &"0123456789abcdef"[*string & 15], 1);
    } else {
      text_bytes(text, string, 1);
    }
  }
  text_bytes(text, "\"", 1);
}

void text_add_all(Text *text, const char *format, Arguments arguments) {
  for (; *format; format++) {
    if (*format != '%') {
      text_bytes(text, format, 1);
      continue;
    }
    switch (*++format) {
      case 's':
        add_string(text, __builtin_va_arg(arguments, const char *));
        break;
      case 'q':
        add_quoted(text, __builtin_va_arg(arguments, const char *));
        break;
      case 'd':
        add_long(text, __builtin_va_arg(arguments, int), 0);
        break;
      case 'l':
        add_long(text, __builtin_va_arg(arguments, i64), 0);
        break;
      case 'n':
        add_long(text, __builtin_va_arg(arguments, i64), 1);
        break;
      case 'x':
        add_hex(text, __builtin_va_arg(arguments, u32));
        break;
      case 'c': {
        char character = (char)__builtin_va_arg(arguments, int);
        text_bytes(text, &character, 1);
        break;
      }
      case '.':
        text_fixed(text, __builtin_va_arg(arguments, double), *++format - '0');
        break;
      default:
        text_bytes(text, format, 1);
    }
  }
}

void text_add(Text *text, const char *format, ...) {
  Arguments arguments;
  __builtin_va_start(arguments, format);
  text_add_all(text, format, arguments);
  __builtin_va_end(arguments);
}

char *text_of(const char *format, ...) {
  Text text = {0};
  text_bytes(&text, "", 0);
  Arguments arguments;
  __builtin_va_start(arguments, format);
  text_add_all(&text, format, arguments);
  __builtin_va_end(arguments);
  return text.at;
}

// ---- output

static const char *output_problem;

void print(int file, const Text *text) {
  i64 done = 0;
  while (done < text->length && !(file == 1 && output_problem)) {
    i64 count = write(file, text->at + done, (u64)(text->length - done));
    if (count < 0) {
      if (file == 1) {
        output_problem = strerror(ERRNO);
      }
      return;
    }
    done += count;
  }
}

void require_printed(void) {
  if (output_problem) {
    fail(CANNOT_WRITE, "make room on the disk, or choose another place",
         "cannot write standard output: %s", output_problem);
  }
}

void say(const char *format, ...) {
  Text text = {0};
  Arguments arguments;
  __builtin_va_start(arguments, format);
  text_add_all(&text, format, arguments);
  __builtin_va_end(arguments);
  print(1, &text);
  free(text.at);
}

void note(const char *format, ...) {
  if (quiet) {
    return;
  }
  Text text = {0};
  Arguments arguments;
  __builtin_va_start(arguments, format);
  text_add_all(&text, format, arguments);
  __builtin_va_end(arguments);
  text_bytes(&text, "\n", 1);
  print(2, &text);
  free(text.at);
}

double seconds_now(void) {
  i64 time[2];
  clock_gettime(CLOCK_MONOTONIC, time);
  return (double)time[0] + (double)time[1] * 1e-9;
}

char *copy_of(const char *text, i64 length) {
  char *copy = allocate(length + 1, 1);
  memcpy(copy, text, (u64)length);
  return copy;
}

int same(const char *left, const char *right) {
  return strcmp(left, right) == 0;
}

int starts_with(const char *text, const char *start) {
  return strncmp(text, start, strlen(start)) == 0;
}

int ends_with(const char *text, const char *end) {
  u64 length = strlen(text);
  u64 tail = strlen(end);
  return length >= tail && memcmp(text + length - tail, end, tail) == 0;
}
