// SPDX-License-Identifier: Apache-2.0
#include "table.h"

typedef struct {
  const char *name;
  const char *at;
  const char *end;
  const char *line_start;
  i64 line;
  char separator;
  Cell *cell;
  i64 cells;
  i64 room;
} Scanner;

static int at_cell_end(const Scanner *scanner) {
  return scanner->at == scanner->end || *scanner->at == scanner->separator ||
         *scanner->at == '\n' || *scanner->at == '\r';
}

// Columns count characters, not bytes.
static i64 column_at(const Scanner *scanner, const char *at) {
  i64 column = 1;
  for (const char *each = scanner->line_start; each < at; each++) {
    column += (*each & 0xC0) != 0x80;
  }
  return column;
}

static char *quoted(Scanner *scanner, i64 line, i64 column) {
  Text content = {0};
  text_bytes(&content, "", 0);
  scanner->at++;
  while (scanner->at < scanner->end) {
    char c = *scanner->at++;
    if (c == '"') {
      if (scanner->at < scanner->end && *scanner->at == '"') {
        scanner->at++;
      } else if (at_cell_end(scanner)) {
        return content.at;
      } else {
        fail(DATA_VALUE, "double a quote inside quotes",
             "%s:%l:%l: text follows the closing quote", scanner->name, scanner->line,
             column_at(scanner, scanner->at));
      }
    } else if (c == '\n') {
      scanner->line++;
      scanner->line_start = scanner->at;
    }
    text_bytes(&content, &c, 1);
  }
  fail(DATA_VALUE, "close it with \"", "%s:%l:%l: this quote has no end", scanner->name, line,
       column);
}

static int is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static char *stripped(const char *start, const char *end) {
  while (start < end && is_space(*start)) {
    start++;
  }
  while (end > start && is_space(end[-1])) {
    end--;
  }
  return copy_of(start, end - start);
}

static void add_cell(Scanner *scanner) {
  i64 line = scanner->line;
  i64 column = column_at(scanner, scanner->at);
  char *text;
  if (scanner->at < scanner->end && *scanner->at == '"') {
    char *content = quoted(scanner, line, column);
    text = stripped(content, content + strlen(content));
    free(content);
  } else {
    const char *start = scanner->at;
    while (!at_cell_end(scanner)) {
      scanner->at++;
    }
    text = stripped(start, scanner->at);
  }
  if (scanner->cells == scanner->room) {
    scanner->room = 2 * scanner->room + 256;
    scanner->cell = grow(scanner->cell, scanner->room, sizeof(Cell));
  }
  scanner->cell[scanner->cells++] = (Cell){text, line, column};
}

static i64 scan_row(Scanner *scanner) {
  i64 before = scanner->cells;
  add_cell(scanner);
  while (scanner->at < scanner->end && *scanner->at == scanner->separator) {
    scanner->at++;
    add_cell(scanner);
  }
  if (scanner->at < scanner->end && *scanner->at == '\r') {
    scanner->at++;
  }
  if (scanner->at < scanner->end && *scanner->at == '\n') {
    scanner->at++;
  }
  scanner->line++;
  scanner->line_start = scanner->at;
  return scanner->cells - before;
}

static int is_utf8(const u8 *at, const u8 *end) {
  while (at < end) {
    int more = *at < 0x80 ? 0 : *at >= 0xC2 && *at < 0xE0 ? 1 : *at >= 0xE0 && *at < 0xF0 ? 2
               : *at >= 0xF0 && *at < 0xF5                                            ? 3
                                                                                      : -1;
    if (more < 0 || end - at <= more) {
      return 0;
    }
    for (int i = 1; i <= more; i++) {
      if ((at[i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    at += more + 1;
  }
  return 1;
}

static void require_text(const File *file) {
  for (i64 i = 0; i < file->length; i++) {
    if (!file->bytes[i]) {
      fail(DATA_MALFORMED, "a CSV file was expected", "%s: this is not text", file->name);
    }
  }
  if (!is_utf8(file->bytes, file->bytes + file->length)) {
    fail(DATA_MALFORMED, "save the table as CSV in UTF-8", "%s: this is not UTF-8 text",
         file->name);
  }
}

Table read_table(const char *path, char separator, int has_header) {
  File file = read_file(path);
  require_text(&file);
  Scanner scanner = {0};
  scanner.name = path;
  scanner.at = (const char *)file.bytes;
  scanner.end = scanner.at + file.length;
  if (file.length >= 3 && memcmp(file.bytes, "\xEF\xBB\xBF", 3) == 0) {
    scanner.at += 3;
  }
  scanner.line_start = scanner.at;
  scanner.line = 1;
  scanner.separator = separator;
  Table table = {path, 0, 0, NULL, NULL};
  while (scanner.at < scanner.end) {
    i64 count = scan_row(&scanner);
    const Cell *last = scanner.cell + scanner.cells - 1;
    if (count == 1 && !*last->text) {
      scanner.cells--;  // an empty line
      continue;
    }
    if (table.rows++ == 0) {
      table.columns = count;
    } else if (count != table.columns) {
      fail(DATA_VALUE, "put a cell that holds the separator into double quotes",
           "%s:%l:%l: this row has %l cells, the first one has %l", path, last->line, last->column,
           count, table.columns);
    }
  }
  if (table.rows == 0 || (has_header && table.rows == 1)) {
    fail(DATA_EMPTY, "a row for each sample was expected", "%s holds no samples", path);
  }
  table.header = allocate(table.columns, sizeof(char *));
  for (i64 i = 0; i < table.columns; i++) {
    table.header[i] = has_header ? scanner.cell[i].text : text_of("%l", i);
  }
  table.cell = scanner.cell + (has_header ? table.columns : 0);
  table.rows -= has_header;
  return table;
}

// [+-]?(digits.?digits*|.digits)([eE][+-]?digits)?
int is_number(const char *text) {
  text += *text == '+' || *text == '-';
  int digits = 0;
  for (; *text >= '0' && *text <= '9'; text++) {
    digits++;
  }
  if (*text == '.') {
    for (text++; *text >= '0' && *text <= '9'; text++) {
      digits++;
    }
  }
  if (digits == 0) {
    return 0;
  }
  if (*text == 'e' || *text == 'E') {
    text++;
    text += *text == '+' || *text == '-';
    if (*text < '0' || *text > '9') {
      return 0;
    }
    while (*text >= '0' && *text <= '9') {
      text++;
    }
  }
  return !*text;
}
