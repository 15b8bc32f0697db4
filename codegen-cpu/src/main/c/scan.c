// SPDX-License-Identifier: Apache-2.0
// The coefficients of a JPEG image: Huffman codes, whole blocks, and the bands of progressive images.
#include "jpeg.h"

const u8 dlc_jpeg_order[BLOCK] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// ---- bits

// After the last byte there are zeros, as many as are asked for.
static void fill(Jpeg *jpeg) {
  while (jpeg->available <= 24) {
    u32 byte = 0;
    if (jpeg->at < jpeg->end && *jpeg->at != 0xFF) {
      byte = *jpeg->at++;
    } else if (jpeg->end - jpeg->at >= 2 && jpeg->at[1] == 0) {
      byte = 0xFF;
      jpeg->at += 2;
    }
    jpeg->bits |= byte << (24 - jpeg->available);
    jpeg->available += 8;
  }
}

static i32 take(Jpeg *jpeg, int count) {
  if (count == 0) {
    return 0;
  }
  if (jpeg->available < count) {
    fill(jpeg);
  }
  i32 value = (i32)(jpeg->bits >> (32 - count));
  jpeg->bits <<= count;
  jpeg->available -= count;
  return value;
}

static int symbol(Jpeg *jpeg, const Huffman *codes) {
  if (jpeg->available < 16) {
    fill(jpeg);
  }
  u32 start = jpeg->bits >> 24;
  if (codes->lookup[start]) {
    take(jpeg, codes->lookup[start]);
    return codes->symbol[start];
  }
  for (int length = 9; length <= 16; length++) {
    i32 code = (i32)(jpeg->bits >> (32 - length));
    if (code < codes->last[length]) {
      take(jpeg, length);
      return codes->values[(codes->offset[length] + code - codes->first[length]) & 255];
    }
  }
  jpeg_damaged(jpeg, "a code has no meaning");
  return 0;
}

// A number of `count` bits, of which the first says whether it is positive.
static i32 signed_bits(Jpeg *jpeg, int count) {
  if (count > 16) {
    jpeg_damaged(jpeg, "a coefficient is too large");
  }
  i32 value = take(jpeg, count);
  return count && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
}

// ---- codes

void read_codes(Jpeg *jpeg, const u8 *at, const u8 *end) {
  while (end - at >= 17) {
    int kind = *at >> 4;
    int place = *at & 15;
    if (kind > 1 || place > 3) {
      jpeg_damaged(jpeg, "a table of codes has no place");
    }
    Huffman *codes = &jpeg->huffman[kind][place];
    memset(codes, 0, sizeof *codes);
    const u8 *lengths = at;
    i32 code = 0;
    i32 all = 0;
    for (int length = 1; length <= 16; length++) {
      codes->first[length] = code;
      codes->offset[length] = all;
      code += lengths[length];
      all += lengths[length];
      codes->last[length] = lengths[length] ? code : 0;
      if (code > 1 << length || all > 256) {
        jpeg_damaged(jpeg, "a table of codes makes no sense");
      }
      code <<= 1;
    }
    at += 17;
    if (end - at < all) {
      jpeg_damaged(jpeg, "a table of codes is cut off");
    }
    memcpy(codes->values, at, (u64)all);
    for (int length = 1; length <= 8; length++) {
      for (i32 c = codes->first[length]; c < codes->last[length]; c++) {
        for (i32 i = c << (8 - length); i < (c + 1) << (8 - length); i++) {
          codes->lookup[i] = (u8)length;
          codes->symbol[i] = codes->values[codes->offset[length] + c - codes->first[length]];
        }
      }
    }
    codes->is_there = 1;
    at += all;
  }
}

// ---- blocks

// The mean of a block, of which the file says how much it differs from that before.
static i16 predicted(Jpeg *jpeg, Component *component) {
  i32 more = signed_bits(jpeg, symbol(jpeg, &jpeg->huffman[0][component->dc]));
  component->predicted = (i16)(component->predicted + more);
  return component->predicted;
}

static void decode_whole(Jpeg *jpeg, Component *component, i16 *block) {
  block[0] = predicted(jpeg, component);
  for (int i = 1; i < BLOCK; i++) {
    int code = symbol(jpeg, &jpeg->huffman[1][component->ac]);
    if ((code & 15) == 0) {
      if (code != 0xF0) {
        return;
      }
      i += 15;
      continue;
    }
    i += code >> 4;
    i32 value = signed_bits(jpeg, code & 15);
    if (i < BLOCK) {
      block[dlc_jpeg_order[i]] = (i16)value;
    }
  }
}

static void decode_first_of_band(Jpeg *jpeg, Component *component, i16 *block) {
  if (jpeg->ended > 0) {
    jpeg->ended--;
    return;
  }
  for (int i = jpeg->first; i <= jpeg->last; i++) {
    int code = symbol(jpeg, &jpeg->huffman[1][component->ac]);
    int run = code >> 4;
    if ((code & 15) == 0) {
      if (run < 15) {
        jpeg->ended = (1 << run) - 1 + take(jpeg, run);
        return;
      }
      i += 15;
      continue;
    }
    i += run;
    i32 value = signed_bits(jpeg, code & 15);
    if (i < BLOCK) {
      block[dlc_jpeg_order[i]] = (i16)((u32)value << jpeg->low);
    }
  }
}

// Adds a bit to a coefficient that is not 0.
static void refine(Jpeg *jpeg, i16 *value) {
  if (take(jpeg, 1) && !(*value & 1 << jpeg->low)) {
    *value = (i16)(*value + (*value > 0 ? 1 << jpeg->low : -(1 << jpeg->low)));
  }
}

static void decode_more_of_band(Jpeg *jpeg, Component *component, i16 *block) {
  int i = jpeg->first;
  while (jpeg->ended == 0 && i <= jpeg->last) {
    int code = symbol(jpeg, &jpeg->huffman[1][component->ac]);
    int zeros = code >> 4;
    i32 value = 0;
    if (code & 15) {
      value = take(jpeg, 1) ? 1 << jpeg->low : -(1 << jpeg->low);
    } else if (zeros < 15) {
      jpeg->ended = (1 << zeros) + take(jpeg, zeros);
      break;
    }
    for (; i <= jpeg->last; i++) {
      i16 *each = block + dlc_jpeg_order[i];
      if (*each) {
        refine(jpeg, each);
      } else if (zeros-- == 0) {
        *each = (i16)value;
        i++;
        break;
      }
    }
  }
  if (jpeg->ended > 0) {
    for (; i <= jpeg->last; i++) {
      if (block[dlc_jpeg_order[i]]) {
        refine(jpeg, block + dlc_jpeg_order[i]);
      }
    }
    jpeg->ended--;
  }
}

static void decode_block(Jpeg *jpeg, Component *component, i64 row, i64 column) {
  i16 *block = component->coefficients + BLOCK * (row * component->blocks + column);
  if (!jpeg->progressive) {
    decode_whole(jpeg, component, block);
  } else if (jpeg->first > 0) {
    (jpeg->high ? decode_more_of_band : decode_first_of_band)(jpeg, component, block);
  } else if (jpeg->high) {
    block[0] = (i16)(block[0] | take(jpeg, 1) << jpeg->low);
  } else {
    block[0] = (i16)((u32)predicted(jpeg, component) << jpeg->low);
  }
}

// ---- scans

static void begin_interval(Jpeg *jpeg) {
  jpeg->bits = 0;
  jpeg->available = 0;
  jpeg->ended = 0;
  for (int i = 0; i < jpeg->components; i++) {
    jpeg->component[i].predicted = 0;
  }
}

// Goes on after the marker between two intervals.
static void restart(Jpeg *jpeg) {
  while (jpeg->end - jpeg->at >= 2 &&
         !(jpeg->at[0] == 0xFF && jpeg->at[1] >= 0xD0 && jpeg->at[1] <= 0xD7)) {
    if (jpeg->at[0] == 0xFF && jpeg->at[1] != 0 && jpeg->at[1] != 0xFF) {
      return;
    }
    jpeg->at++;
  }
  if (jpeg->end - jpeg->at >= 2) {
    jpeg->at += 2;
  }
  begin_interval(jpeg);
}

static void decode_unit(Jpeg *jpeg, i64 unit) {
  if (jpeg->scan_components == 1) {
    Component *only = jpeg->scanned[0];
    i64 across = divided_up(only->width, 8);
    decode_block(jpeg, only, unit / across, unit % across);
    return;
  }
  i64 row = unit / jpeg->units;
  i64 column = unit % jpeg->units;
  for (int c = 0; c < jpeg->scan_components; c++) {
    Component *component = jpeg->scanned[c];
    for (int y = 0; y < component->down; y++) {
      for (int x = 0; x < component->across; x++) {
        decode_block(jpeg, component, row * component->down + y, column * component->across + x);
      }
    }
  }
}

static void choose_components(Jpeg *jpeg, const u8 *at, i64 length) {
  int count = length > 0 ? at[0] : 0;
  if (count < 1 || count > jpeg->components || length < 4 + 2 * count) {
    jpeg_damaged(jpeg, "the header of a scan makes no sense");
  }
  jpeg->scan_components = count;
  for (int i = 0; i < count; i++) {
    jpeg->scanned[i] = NULL;
    for (int c = 0; c < jpeg->components; c++) {
      if (jpeg->component[c].id == at[1 + 2 * i]) {
        jpeg->scanned[i] = jpeg->component + c;
      }
    }
    if (!jpeg->scanned[i]) {
      jpeg_damaged(jpeg, "a scan has a color that there is not");
    }
    jpeg->scanned[i]->dc = at[2 + 2 * i] >> 4 & 3;
    jpeg->scanned[i]->ac = at[2 + 2 * i] & 3;
  }
  at += 1 + 2 * count;
  jpeg->first = at[0];
  jpeg->last = at[1];
  jpeg->high = at[2] >> 4;
  jpeg->low = at[2] & 15;
}

static void require_sense(const Jpeg *jpeg) {
  int band = jpeg->first <= jpeg->last && jpeg->last < BLOCK && jpeg->low < 14 &&
             (jpeg->first == 0 ? jpeg->last == 0 : jpeg->scan_components == 1);
  if (jpeg->progressive && !band) {
    jpeg_damaged(jpeg, "the header of a scan makes no sense");
  }
  for (int i = 0; i < jpeg->scan_components; i++) {
    int needs_dc = !jpeg->progressive || (jpeg->first == 0 && jpeg->high == 0);
    int needs_ac = !jpeg->progressive || jpeg->first > 0;
    if ((needs_dc && !jpeg->huffman[0][jpeg->scanned[i]->dc].is_there) ||
        (needs_ac && !jpeg->huffman[1][jpeg->scanned[i]->ac].is_there)) {
      jpeg_damaged(jpeg, "a table of codes is missing");
    }
  }
}

void decode_scan(Jpeg *jpeg, const u8 *at, i64 length) {
  choose_components(jpeg, at, length);
  require_sense(jpeg);
  begin_interval(jpeg);
  Component *only = jpeg->scanned[0];
  i64 units = jpeg->scan_components == 1 ? divided_up(only->width, 8) * divided_up(only->height, 8)
                                         : jpeg->units * jpeg->unit_rows;
  for (i64 unit = 0; unit < units; unit++) {
    if (jpeg->restart && unit && unit % jpeg->restart == 0) {
      restart(jpeg);
    }
    decode_unit(jpeg, unit);
  }
}
