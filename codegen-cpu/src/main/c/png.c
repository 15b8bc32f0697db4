// SPDX-License-Identifier: Apache-2.0
// PNG, ISO/IEC 15948: all kinds of pixels, interlaced or not.
#include "image.h"

enum { GRAY = 0, RGB = 2, PALETTE = 3, GRAY_ALPHA = 4, RGB_ALPHA = 6 };

typedef struct {
  const File *file;
  Image image;
  int depth;
  int kind;
  int interlaced;
  u8 palette[256][3];
  i64 colors;
  u8 alpha[256];      // of the palette
  int has_key;        // one color is transparent
  int key[3];
  u8 *packed;         // the compressed pixels
  i64 packed_length;
} Png;

static u32 big_endian(const u8 *at) {
  return (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
}

static int channels_of(int kind) {
  static const u8 channels[7] = {1, 0, 3, 1, 2, 0, 4};
  return channels[kind];
}

static void read_header(Png *png, const u8 *at, i64 length) {
  // For each kind, a bit for each depth that it may have.
  static const u8 depths[7] = {1 | 2 | 4 | 8 | 16, 0, 8 | 16, 1 | 2 | 4 | 8, 8 | 16, 0, 8 | 16};
  if (length != 13) {
    image_damaged(png->file, "its header has another size");
  }
  png->depth = at[8];
  png->kind = at[9];
  png->interlaced = at[12];
  int depth = png->depth;
  if (png->kind > 6 || depth == 0 || (depth & (depth - 1)) || !(depths[png->kind] & depth) ||
      at[10] || at[11] || png->interlaced > 1) {
    image_damaged(png->file, "its header makes no sense");
  }
  image_begin(&png->image, png->file, big_endian(at), big_endian(at + 4));
}

static void read_palette(Png *png, const u8 *at, i64 length) {
  if (length % 3 || length > 768 || length == 0) {
    image_damaged(png->file, "its palette makes no sense");
  }
  png->colors = length / 3;
  memcpy(png->palette, at, (u64)length);
}

static void read_transparency(Png *png, const u8 *at, i64 length) {
  if (png->kind == PALETTE) {
    memcpy(png->alpha, at, (u64)(length < 256 ? length : 256));
  } else if (length >= (png->kind == RGB ? 6 : 2) && (png->kind == RGB || png->kind == GRAY)) {
    png->has_key = 1;
    for (int i = 0; i < channels_of(png->kind); i++) {
      png->key[i] = at[2 * i] << 8 | at[2 * i + 1];
    }
  }
}

// Takes the chunks apart up to the end of the image.
static void read_chunks(Png *png) {
  const u8 *at = png->file->bytes + 8;
  const u8 *end = png->file->bytes + png->file->length;
  memset(png->alpha, 255, sizeof png->alpha);
  png->packed = allocate(end - at, 1);
  while (end - at >= 12) {
    i64 length = big_endian(at);
    const u8 *data = at + 8;
    if (length > end - data - 4) {
      image_damaged(png->file, "it stops in the middle");
    }
    int first = !png->image.rgb;
    if (first != (memcmp(at + 4, "IHDR", 4) == 0)) {
      image_damaged(png->file, "its header is not at the front");
    }
    if (first) {
      read_header(png, data, length);
    } else if (memcmp(at + 4, "PLTE", 4) == 0) {
      read_palette(png, data, length);
    } else if (memcmp(at + 4, "tRNS", 4) == 0) {
      read_transparency(png, data, length);
    } else if (memcmp(at + 4, "IDAT", 4) == 0) {
      memcpy(png->packed + png->packed_length, data, (u64)length);
      png->packed_length += length;
    } else if (memcmp(at + 4, "IEND", 4) == 0) {
      break;
    }
    at = data + length + 4;
  }
  if (png->packed_length == 0) {
    image_damaged(png->file, "it has no pixels");
  }
}

// ---- rows

static int distance(int a, int b) {
  return a > b ? a - b : b - a;
}

static u8 paeth(int left, int up, int corner) {
  int guess = left + up - corner;
  int a = distance(guess, left);
  int b = distance(guess, up);
  int c = distance(guess, corner);
  return (u8)(a <= b && a <= c ? left : b <= c ? up : corner);
}

// Undoes the filter of a row; `before` is the row above it or NULL.
static void unfilter(const Png *png, int filter, u8 *row, const u8 *before, i64 bytes, i64 pixel) {
  if (filter > 4) {
    image_damaged(png->file, "a row has a filter that there is not");
  }
  for (i64 i = 0; i < bytes && filter > 0; i++) {
    int left = i >= pixel ? row[i - pixel] : 0;
    int up = before ? before[i] : 0;
    int corner = before && i >= pixel ? before[i - pixel] : 0;
    int guess = filter == 1   ? left
                : filter == 2 ? up
                : filter == 3 ? (left + up) / 2
                              : paeth(left, up, corner);
    row[i] = (u8)(row[i] + guess);
  }
}

static int sample(const u8 *row, i64 index, int depth) {
  if (depth == 16) {
    return row[2 * index] << 8 | row[2 * index + 1];
  }
  i64 bit = index * depth;
  return row[bit / 8] >> (8 - depth - bit % 8) & ((1 << depth) - 1);
}

// A sample of any depth as a byte.
static u8 byte_of(int value, int depth) {
  int most = (1 << depth) - 1;
  return (u8)((value * 255 + most / 2) / most);
}

static void write_pixel(Png *png, const u8 *row, i64 x, u8 *rgb) {
  int channels = channels_of(png->kind);
  int value[4] = {0};
  for (int c = 0; c < channels; c++) {
    value[c] = sample(row, x * channels + c, png->depth);
  }
  if (png->kind == PALETTE) {
    if (value[0] >= png->colors) {
      image_damaged(png->file, "a pixel has a color that there is not");
    }
    if (png->alpha[value[0]]) {
      memcpy(rgb, png->palette[value[0]], 3);
    }
    return;
  }
  int colors = channels > 2 ? 3 : 1;
  int is_key = png->has_key && value[0] == png->key[0] &&
               (colors == 1 || (value[1] == png->key[1] && value[2] == png->key[2]));
  int alpha = channels == colors ? !is_key : byte_of(value[channels - 1], png->depth) > 0;
  for (int c = 0; c < 3 && alpha; c++) {
    rgb[c] = byte_of(value[colors == 1 ? 0 : c], png->depth);
  }
}

// One pass of the pixels: those at (x, y), (x + across, y) and so on.
static const u8 *write_pass(Png *png, u8 *at, const u8 *end, i64 x, i64 y, i64 across, i64 down) {
  Image *image = &png->image;
  i64 width = (image->width - x + across - 1) / across;
  i64 height = (image->height - y + down - 1) / down;
  int bits = channels_of(png->kind) * png->depth;
  i64 bytes = (width * bits + 7) / 8;
  const u8 *before = NULL;
  for (i64 row = 0; row < height && width > 0; row++) {
    if (end - at < bytes + 1) {
      image_damaged(png->file, "pixels are missing");
    }
    unfilter(png, *at, at + 1, before, bytes, bits < 8 ? 1 : bits / 8);
    before = ++at;
    u8 *target = image->rgb + 3 * ((y + row * down) * image->width + x);
    for (i64 i = 0; i < width; i++) {
      write_pixel(png, at, i, target + 3 * i * across);
    }
    at += bytes;
  }
  return at;
}

Image decode_png(const File *file) {
  Png png = {0};
  png.file = file;
  read_chunks(&png);
  i64 length = 0;
  const char *reason = "";
  u8 *pixels = unzlib(png.packed, png.packed_length, &length, &reason);
  if (!pixels) {
    image_damaged(file, reason);
  }
  const u8 *end = pixels + length;
  if (png.interlaced) {
    static const u8 passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                    {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
    const u8 *at = pixels;
    for (int i = 0; i < 7; i++) {
      const u8 *pass = passes[i];
      at = write_pass(&png, (u8 *)at, end, pass[0], pass[1], pass[2], pass[3]);
    }
  } else {
    write_pass(&png, pixels, end, 0, 0, 1, 1);
  }
  free(pixels);
  free(png.packed);
  return png.image;
}
