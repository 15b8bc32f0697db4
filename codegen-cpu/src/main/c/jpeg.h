// SPDX-License-Identifier: Apache-2.0
// What the two halves of the JPEG reader share: jpeg.c takes files apart and makes pixels, scan.c
// decodes coefficients.
#ifndef DLC_JPEG_H
#define DLC_JPEG_H

#include "image.h"

enum { COMPONENTS = 3, BLOCK = 64 };

typedef struct {
  u8 lookup[256];  // length of the code that begins with these bits; 0 where it is longer
  u8 symbol[256];  // of that code
  i32 first[17];
  i32 last[17];    // one past the last code of a length; 0 where there is none
  i32 offset[17];
  u8 values[256];
  int is_there;
} Huffman;

typedef struct {
  int id;
  int across;  // samples for each unit
  int down;
  int table;   // of quantization
  int dc;
  int ac;
  i64 blocks;  // in a row, whole units
  i64 rows;
  i64 width;   // in samples that count
  i64 height;
  i16 *coefficients;
  u8 *samples;
  i16 predicted;
} Component;

typedef struct {
  const File *file;
  const u8 *at;
  const u8 *end;
  u32 bits;
  int available;
  u16 quantization[4][BLOCK];
  Huffman huffman[2][4];
  Component component[COMPONENTS];
  int components;
  int across;  // the most of all components
  int down;
  i64 width;
  i64 height;
  i64 units;   // in a row
  i64 unit_rows;
  int progressive;
  int transform;  // from the Adobe marker, or -1
  i64 restart;
  Component *scanned[COMPONENTS];
  int scan_components;
  int first;   // the band of coefficients
  int last;
  int high;    // bits that are known, and those that this scan adds
  int low;
  i64 ended;   // blocks that hold nothing more in this band
} Jpeg;

// Where the coefficients of a block are, in the order of the file.
extern const u8 dlc_jpeg_order[BLOCK];

void jpeg_damaged(const Jpeg *jpeg, const char *why);
i64 divided_up(i64 count, i64 by);

void read_codes(Jpeg *jpeg, const u8 *at, const u8 *end);
void decode_scan(Jpeg *jpeg, const u8 *at, i64 length);

#endif
