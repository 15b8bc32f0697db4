// SPDX-License-Identifier: Apache-2.0
#include "model.h"

const Version *version;

// ---- entry points

const Entry *find_entry(const char *name, i64 batch) {
  for (i64 i = 0; i < version->entries; i++) {
    const Entry *entry = version->entry + i;
    if (entry->batch == batch && same(entry->name, name)) {
      return entry;
    }
  }
  return NULL;
}

const Entry *require_entry(const char *name, i64 batch) {
  const Entry *entry = find_entry(name, batch);
  if (entry) {
    return entry;
  }
  Text known = {0};
  for (i64 i = 0; i < version->entries; i++) {
    if (same(version->entry[i].name, name)) {
      text_add(&known, known.length ? ", %l" : "%l", version->entry[i].batch);
    }
  }
  if (!known.at) {
    fail(BAD_OPTION, "compile it without --entry", "this program was compiled without %s", name);
  }
  fail(DATA_SHAPE,
       "compile it again with these data at hand (--data DIR), or with --tails N; or train with "
       "--drop-last",
       "%s is asked for a batch of %l samples, this program was compiled for %s", name, batch,
       known.at);
}

static const Slot *find_slot(const Slot *slots, i64 count, const char *name) {
  for (i64 i = 0; i < count; i++) {
    if (same(slots[i].name, name)) {
      return slots + i;
    }
  }
  return NULL;
}

const Slot *find_input(const Entry *entry, const char *name) {
  return find_slot(entry->slot, entry->inputs, name);
}

const Slot *find_result(const Entry *entry, const char *name) {
  return find_slot(entry->slot + entry->inputs, entry->results, name);
}

const char *option_of(const Source *source, const char *name, const char *otherwise) {
  for (i64 i = 0; i < source->options; i++) {
    if (same(source->option[i].name, name)) {
      return source->option[i].value;
    }
  }
  return otherwise;
}

// ---- elements

int type_bytes(i64 type) {
  static const u8 bytes[TYPES] = {4, 8, 2, 2, 4, 8, 1, 1};
  return bytes[type];
}

const char *type_name(i64 type) {
  static const char *const names[TYPES] = {"f32", "f64", "f16", "bf16", "i32", "i64", "u8", "bool"};
  return names[type];
}

static float float_of(u32 bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static float of_half(u32 half) {
  u32 sign = (half & 0x8000) << 16;
  u32 exponent = half >> 10 & 31;
  u32 fraction = half & 1023;
  if (exponent == 31) {
    return float_of(sign | 0x7F800000 | fraction << 13);
  }
  if (exponent == 0) {
    float small = (float)fraction * 0x1p-24f;
    return sign ? -small : small;
  }
  return float_of(sign | (exponent + 112) << 23 | fraction << 13);
}

double element_at(const u8 *values, i64 type, i64 index) {
  u64 bits = 0;
  memcpy(&bits, values + index * type_bytes(type), (u64)type_bytes(type));
  switch (type) {
    case F32:
      return float_of((u32)bits);
    case F64: {
      double value;
      memcpy(&value, &bits, 8);
      return value;
    }
    case F16:
      return of_half((u32)bits);
    case BF16:
      return float_of((u32)bits << 16);
    case I32:
      return (i32)bits;
    case I64:
      return (double)(i64)bits;
    default:
      return (double)bits;
  }
}

void store_element(u8 *values, i64 type, i64 index, double value) {
  u8 *at = values + index * type_bytes(type);
  switch (type) {
    case F32: {
      float narrow = (float)value;
      memcpy(at, &narrow, 4);
      break;
    }
    case F64:
      memcpy(at, &value, 8);
      break;
    case I32: {
      i32 whole = (i32)value;
      memcpy(at, &whole, 4);
      break;
    }
    case BOOL:
      *at = value != 0;
      break;
    default:
      *at = (u8)(i32)value;
  }
}

char *type_text(i64 type, i64 rank, const i64 *dims) {
  Text text = {0};
  text_add(&text, "%s[", type_name(type));
  for (i64 i = 0; i < rank; i++) {
    text_add(&text, i ? ", %l" : "%l", dims[i]);
  }
  text_add(&text, "]");
  return text.at;
}
