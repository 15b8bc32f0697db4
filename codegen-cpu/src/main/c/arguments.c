// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

static int distance(const char *left, const char *right) {
  enum { LONGEST = 40 };
  int row[LONGEST + 1];
  int width = (int)strlen(right);
  if (width > LONGEST) {
    return LONGEST;
  }
  for (int j = 0; j <= width; j++) {
    row[j] = j;
  }
  for (int i = 1; left[i - 1]; i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= width; j++) {
      int changed = diagonal + (left[i - 1] != right[j - 1]);
      diagonal = row[j];
      int least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
      row[j] = changed < least ? changed : least;
    }
  }
  return row[width];
}

static void unknown(const Options *options, const char *command, const char *name) {
  const char *nearest = NULL;
  int least = 4;
  for (i64 i = 0; i < options->flags; i++) {
    int far = distance(name, options->flag[i].name);
    if (far < least) {
      least = far;
      nearest = options->flag[i].name;
    }
  }
  fail(BAD_OPTION,
       nearest ? text_of("did you mean %s?", nearest)
               : text_of("%s --help shows how it is used", command),
       "%s: unknown option '%s'", command, name);
}

static i64 find(const Options *options, const char *name, u64 length) {
  for (i64 i = 0; i < options->flags; i++) {
    if (strlen(options->flag[i].name) == length &&
        strncmp(options->flag[i].name, name, length) == 0) {
      return i;
    }
  }
  return -1;
}

void parse_options(Options *options, const char *command, int count, char **arguments) {
  options->value = allocate(options->flags, sizeof(char *));
  options->inputs = allocate(count, sizeof(char *));
  for (int a = 0; a < count; a++) {
    char *argument = arguments[a];
    if (argument[0] != '-' || !argument[1] || (argument[1] >= '0' && argument[1] <= '9') ||
        argument[1] == '.') {
      options->inputs[options->rest++] = argument;
      continue;
    }
    u64 length = 0;
    while (argument[length] && argument[length] != '=') {
      length++;
    }
    i64 at = find(options, argument, length);
    if (at < 0) {
      unknown(options, command, copy_of(argument, (i64)length));
    }
    const Flag *flag = options->flag + at;
    if (options->value[at]) {
      fail(BAD_OPTION, NULL, "%s: %s is given twice", command, flag->name);
    }
    if (!flag->value) {
      if (argument[length]) {
        fail(BAD_OPTION, NULL, "%s: %s takes no value", command, flag->name);
      }
      options->value[at] = "";
    } else if (argument[length]) {
      options->value[at] = argument + length + 1;
    } else if (flag->value[0] == '[') {
      options->value[at] = a + 1 < count && arguments[a + 1][0] != '-' ? arguments[++a] : "";
    } else if (a + 1 < count) {
      options->value[at] = arguments[++a];
    } else {
      fail(BAD_OPTION, NULL, "%s: %s needs a value: %s %s", command, flag->name, flag->name,
           flag->value);
    }
  }
}

const char *option(const Options *options, const char *name) {
  i64 at = find(options, name, strlen(name));
  return at < 0 ? NULL : options->value[at];
}

int has_option(const Options *options, const char *name) {
  return option(options, name) != NULL;
}

i64 option_count(const Options *options, const char *name, i64 otherwise, i64 least, i64 most) {
  const char *text = option(options, name);
  if (!text) {
    return otherwise;
  }
  int negative = *text == '-';
  const char *digits = text + negative;
  i64 value = 0;
  i64 count = 0;
  for (; digits[count] >= '0' && digits[count] <= '9' && count < 18; count++) {
    value = 10 * value + (digits[count] - '0');
  }
  if (count == 0 || digits[count]) {
    fail(BAD_OPTION, NULL, "%s is '%s', an int was expected", name, text);
  }
  value = negative ? -value : value;
  if (value < least || value > most) {
    fail(BAD_OPTION, NULL,
         value < least ? "%s is %l, it must be at least %l" : "%s is %l, it must be at most %l",
         name, value, value < least ? least : most);
  }
  return value;
}

double option_number(const Options *options, const char *name, double otherwise) {
  const char *text = option(options, name);
  if (!text) {
    return otherwise;
  }
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end || !is_finite(value)) {
    fail(BAD_OPTION, NULL, "%s is '%s', a number was expected", name, text);
  }
  return value;
}
