// SPDX-License-Identifier: Apache-2.0
// Numbers as Java writes them, digit for digit: the fewest digits that read back as the same number,
// and rounding of those digits, half up.
#include "base.h"

// A number is 0.d1d2d3… times 10 to the power of `point`.
typedef struct {
  char digits[24];
  int count;
  int point;
  int negative;
} Decimal;

int is_finite(double value) {
  return value - value == 0;
}

static Decimal shortest(double value) {
  Decimal decimal = {0};
  decimal.negative = __builtin_signbit(value) != 0;
  double size = decimal.negative ? -value : value;
  if (size == 0) {
    decimal.digits[0] = '0';
    decimal.count = 1;
    decimal.point = 1;
    return decimal;
  }
  char buffer[40];
  for (int places = 1; places <= 16; places++) {
    snprintf(buffer, sizeof buffer, "%.*e", places, size);
    if (strtod(buffer, NULL) == size) {
      break;
    }
  }
  char *at = buffer;
  for (; *at && *at != 'e'; at++) {
    if (*at != '.') {
      decimal.digits[decimal.count++] = *at;
    }
  }
  int exponent = 0;
  int sign = at[1] == '-' ? -1 : 1;
  for (char *digit = at + 2; *digit; digit++) {
    exponent = 10 * exponent + (*digit - '0');
  }
  decimal.point = sign * exponent + 1;
  while (decimal.count > 1 && decimal.digits[decimal.count - 1] == '0') {
    decimal.count--;
  }
  return decimal;
}

static char digit_at(const Decimal *decimal, int place) {
  return place >= 0 && place < decimal->count ? decimal->digits[place] : '0';
}

// Keeps `keep` digits.
static void round_to(Decimal *decimal, int keep) {
  if (keep >= decimal->count) {
    return;
  }
  int up = keep >= 0 && decimal->digits[keep] >= '5';
  decimal->count = keep > 0 ? keep : 0;
  for (int i = decimal->count - 1; up && i >= 0; i--) {
    up = decimal->digits[i] == '9';
    decimal->digits[i] = up ? '0' : (char)(decimal->digits[i] + 1);
  }
  if (up) {
    memmove(decimal->digits + 1, decimal->digits, (u64)decimal->count);
    decimal->digits[0] = '1';
    decimal->count++;
    decimal->point++;
  }
}

static int add_special(Text *text, double value) {
  if (is_finite(value)) {
    return 0;
  }
  text_add(text, value != value ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
  return 1;
}

static void add_plain(Text *text, const Decimal *decimal, int decimals) {
  for (int i = decimal->point > 0 ? 0 : decimal->point - 1; i < decimal->point; i++) {
    text_add(text, "%c", digit_at(decimal, i));
  }
  if (decimals > 0) {
    text_add(text, ".");
  }
  for (int i = 0; i < decimals; i++) {
    text_add(text, "%c", digit_at(decimal, decimal->point + i));
  }
}

void text_fixed(Text *text, double value, int decimals) {
  if (add_special(text, value)) {
    return;
  }
  Decimal decimal = shortest(value);
  round_to(&decimal, decimal.point + decimals);
  if (decimal.count == 0) {
    decimal.point = 1;
  }
  if (decimal.negative) {
    text_add(text, "-");
  }
  if (decimal.point <= 0) {
    // Digits before the point are zeros that the number does not have.
    text_add(text, decimals > 0 ? "0." : "0");
    for (int i = 0; i < decimals; i++) {
      text_add(text, "%c", digit_at(&decimal, decimal.point + i));
    }
    return;
  }
  add_plain(text, &decimal, decimals);
}

void text_scientific(Text *text, double value, int decimals) {
  if (add_special(text, value)) {
    return;
  }
  Decimal decimal = shortest(value);
  round_to(&decimal, decimals + 1);
  int exponent = decimal.point - 1;
  decimal.point = 1;
  text_add(text, decimal.negative ? "-" : "");
  add_plain(text, &decimal, decimals);
  int size = exponent < 0 ? -exponent : exponent;
  text_add(text, "e%c%s%d", exponent < 0 ? '-' : '+', size < 10 ? "0" : "", size);
}

void text_double(Text *text, double value) {
  if (add_special(text, value)) {
    return;
  }
  Decimal decimal = shortest(value);
  text_add(text, decimal.negative ? "-" : "");
  double size = decimal.negative ? -value : value;
  if (size == 0 || (size >= 1e-3 && size < 1e7)) {
    if (decimal.point <= 0) {
      text_add(text, "0.");
      for (int i = decimal.point; i < decimal.count; i++) {
        text_add(text, "%c", digit_at(&decimal, i));
      }
      return;
    }
    int rest = decimal.count - decimal.point;
    add_plain(text, &decimal, rest > 0 ? rest : 1);
    return;
  }
  int exponent = decimal.point - 1;
  decimal.point = 1;
  add_plain(text, &decimal, decimal.count > 1 ? decimal.count - 1 : 1);
  text_add(text, "E%d", exponent);
}

void text_json_number(Text *text, double value) {
  if (is_finite(value)) {
    text_double(text, value);
  } else {
    text_add(text, "null");
  }
}

void text_general(Text *text, double value, int digits) {
  if (add_special(text, value)) {
    return;
  }
  Decimal decimal = shortest(value);
  round_to(&decimal, digits);
  if (value != 0 && (decimal.point < -3 || decimal.point > digits)) {
    text_scientific(text, value, digits - 1);
  } else {
    text_fixed(text, value, value == 0 ? digits - 1 : digits - decimal.point);
  }
}

void text_hexadecimal(Text *text, double value) {
  if (add_special(text, value)) {
    return;
  }
  u64 bits;
  memcpy(&bits, &value, 8);
  u64 fraction = bits & 0xFFFFFFFFFFFFF;
  int exponent = (int)(bits >> 52 & 0x7FF);
  text_add(text, "%s0x%d.", bits >> 63 ? "-" : "", exponent > 0);
  int digits = 13;
  while (digits > 1 && (fraction & 15) == 0) {
    fraction >>= 4;
    digits--;
  }
  while (digits-- > 0) {
    text_add(text, "%c", "0123456789abcdef"[fraction >> 4 * digits & 15]);
  }
  text_add(text, "p%d", exponent > 0 ? exponent - 1023 : fraction ? -1022 : 0);
}
