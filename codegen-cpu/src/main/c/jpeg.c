// SPDX-License-Identifier: Apache-2.0
// JPEG, ITU-T T.81: sequential and progressive, Huffman codes, eight bits. Arithmetic is that of the
// independent group's library, so that pixels are the same to the bit.
#include "jpeg.h"

void jpeg_damaged(const Jpeg *jpeg, const char *why) {
  image_damaged(jpeg->file, why);
}

// ---- segments

static void read_quantization(Jpeg *jpeg, const u8 *at, const u8 *end) {
  while (at < end) {
    int wide = *at >> 4;
    int place = *at & 15;
    at++;
    if (wide > 1 || place > 3 || end - at < BLOCK * (wide + 1)) {
      jpeg_damaged(jpeg, "a table of divisors makes no sense");
    }
    for (int i = 0; i < BLOCK; i++) {
      jpeg->quantization[place][dlc_jpeg_order[i]] = (u16)(wide ? at[0] << 8 | at[1] : at[0]);
      at += wide + 1;
    }
  }
}

i64 divided_up(i64 count, i64 by) {
  return (count + by - 1) / by;
}

static void read_frame(Jpeg *jpeg, const u8 *at, i64 length) {
  if (jpeg->components || length < 6 || length < 6 + 3 * at[5]) {
    jpeg_damaged(jpeg, "its header makes no sense");
  }
  if (at[0] != 8) {
    image_unsupported(jpeg->file, text_of("a JPEG image of %d bits", at[0]));
  }
  jpeg->components = at[5];
  if (jpeg->components != 1 && jpeg->components != 3) {
    image_unsupported(jpeg->file, text_of("a JPEG image of %d colors", at[5]));
  }
  jpeg->height = at[1] << 8 | at[2];
  jpeg->width = at[3] << 8 | at[4];
  jpeg->across = jpeg->down = 1;
  for (int i = 0; i < jpeg->components; i++) {
    Component *component = jpeg->component + i;
    const u8 *each = at + 6 + 3 * i;
    component->id = each[0];
    component->across = each[1] >> 4;
    component->down = each[1] & 15;
    component->table = each[2] & 3;
    if (component->across < 1 || component->across > 4 || component->down < 1 ||
        component->down > 4) {
      jpeg_damaged(jpeg, "its header makes no sense");
    }
    jpeg->across = component->across > jpeg->across ? component->across : jpeg->across;
    jpeg->down = component->down > jpeg->down ? component->down : jpeg->down;
  }
}

static void begin_components(Jpeg *jpeg, Image *image) {
  image_begin(image, jpeg->file, jpeg->width, jpeg->height);
  jpeg->units = divided_up(jpeg->width, 8 * jpeg->across);
  jpeg->unit_rows = divided_up(jpeg->height, 8 * jpeg->down);
  for (int i = 0; i < jpeg->components; i++) {
    Component *component = jpeg->component + i;
    if (jpeg->across % component->across || jpeg->down % component->down) {
      image_unsupported(jpeg->file, "a JPEG image whose colors have uneven sizes");
    }
    component->blocks = jpeg->units * component->across;
    component->rows = jpeg->unit_rows * component->down;
    component->width = divided_up(jpeg->width * component->across, jpeg->across);
    component->height = divided_up(jpeg->height * component->down, jpeg->down);
    component->coefficients = allocate(component->blocks * component->rows, BLOCK * 2);
    component->samples = allocate(component->blocks * component->rows, BLOCK);
  }
}

// ---- samples

enum { PRECISION = 13, KEPT = 2 };

// One line of the inverse cosine transform (Loeffler, Ligtenberg and Moschytz 1989), scaled by 2^13.
static void transform(const i64 *in, int step, i64 *out) {
  i64 z1 = (in[2 * step] + in[6 * step]) * 4433;
  i64 even2 = z1 - in[6 * step] * 15137;
  i64 even3 = z1 + in[2 * step] * 6270;
  i64 even0 = (in[0] + in[4 * step]) * (1 << PRECISION);
  i64 even1 = (in[0] - in[4 * step]) * (1 << PRECISION);
  i64 a[4] = {even0 + even3, even1 + even2, even1 - even2, even0 - even3};
  i64 i7 = in[7 * step];
  i64 i5 = in[5 * step];
  i64 i3 = in[3 * step];
  i64 i1 = in[step];
  i64 z5 = (i7 + i3 + i5 + i1) * 9633;
  i64 z3 = (i7 + i3) * -16069 + z5;
  i64 z4 = (i5 + i1) * -3196 + z5;
  i64 outer = (i7 + i1) * -7373;
  i64 inner = (i5 + i3) * -20995;
  i64 b[4] = {i1 * 12299 + outer + z4, i3 * 25172 + inner + z3, i5 * 16819 + inner + z4,
              i7 * 2446 + outer + z3};
  for (int i = 0; i < 4; i++) {
    out[i] = a[i] + b[i];
    out[7 - i] = a[i] - b[i];
  }
}

static u8 clamped(i64 value) {
  return (u8)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void samples_of_block(const i16 *block, const u16 *divisors, u8 *out, i64 stride) {
  i64 values[BLOCK];
  i64 line[8];
  for (int i = 0; i < BLOCK; i++) {
    values[i] = block[i] * divisors[i];
  }
  for (int x = 0; x < 8; x++) {
    transform(values + x, 8, line);
    for (int y = 0; y < 8; y++) {
      int shift = PRECISION - KEPT;
      values[8 * y + x] = (line[y] + (1 << (shift - 1))) >> shift;
    }
  }
  for (int y = 0; y < 8; y++) {
    transform(values + 8 * y, 1, line);
    for (int x = 0; x < 8; x++) {
      int shift = PRECISION + KEPT + 3;
      out[y * stride + x] = clamped(((line[x] + (1 << (shift - 1))) >> shift) + 128);
    }
  }
}

static void make_samples(const Jpeg *jpeg, const Component *component) {
  i64 stride = component->blocks * 8;
  for (i64 row = 0; row < component->rows; row++) {
    for (i64 column = 0; column < component->blocks; column++) {
      samples_of_block(component->coefficients + BLOCK * (row * component->blocks + column),
                       jpeg->quantization[component->table],
                       component->samples + 8 * (row * stride + column), stride);
    }
  }
}

// ---- colors

// A sample that stands for two by `across` and `down`: nearer ones count three times as much.
static i32 smooth(const Component *from, i64 x, i64 y, int across, int down) {
  i64 stride = from->blocks * 8;
  i64 column = x / across;
  i64 next = across == 2 ? (x & 1 ? column + 1 : column - 1) : column;
  i64 row = y / down;
  i64 other = y & 1 ? row + 1 : row - 1;
  other = other < 0 ? 0 : other >= from->height ? from->height - 1 : other;
  int at_edge = next < 0 || next >= from->width;
  next = at_edge ? column : next;
  const u8 *near = from->samples + row * stride;
  if (down == 1) {
    return at_edge ? near[column] : (3 * near[column] + near[next] + 1 + (int)(x & 1)) >> 2;
  }
  const u8 *far = from->samples + other * stride;
  i32 here = 3 * near[column] + far[column];
  i32 there = 3 * near[next] + far[next];
  return (3 * here + there + ((x & 1) ? 7 : 8)) >> 4;
}

static i32 sample_at(const Jpeg *jpeg, const Component *from, i64 x, i64 y) {
  int across = jpeg->across / from->across;
  int down = jpeg->down / from->down;
  if (across == 2 && down <= 2 && from->width > 2) {
    return smooth(from, x, y, across, down);
  }
  return from->samples[y / down * from->blocks * 8 + x / across];
}

static void write_pixel(const Jpeg *jpeg, i64 x, i64 y, u8 *rgb) {
  i32 first = sample_at(jpeg, jpeg->component, x, y);
  if (jpeg->components == 1) {
    rgb[0] = rgb[1] = rgb[2] = (u8)first;
    return;
  }
  i32 second = sample_at(jpeg, jpeg->component + 1, x, y);
  i32 third = sample_at(jpeg, jpeg->component + 2, x, y);
  int is_rgb = jpeg->transform == 0 ||
               (jpeg->transform < 0 && jpeg->component[0].id == 'R' &&
                jpeg->component[1].id == 'G' && jpeg->component[2].id == 'B');
  if (is_rgb) {
    rgb[0] = (u8)first;
    rgb[1] = (u8)second;
    rgb[2] = (u8)third;
    return;
  }
  // 2^16 times 1.402, 0.34414, 0.71414 and 1.772.
  i32 blue = second - 128;
  i32 red = third - 128;
  rgb[0] = clamped(first + ((91881 * red + 32768) >> 16));
  rgb[1] = clamped(first + ((-22554 * blue - 46802 * red + 32768) >> 16));
  rgb[2] = clamped(first + ((116130 * blue + 32768) >> 16));
}

static void write_image(const Jpeg *jpeg, Image *image) {
  for (int i = 0; i < jpeg->components; i++) {
    make_samples(jpeg, jpeg->component + i);
  }
  for (i64 y = 0; y < image->height; y++) {
    for (i64 x = 0; x < image->width; x++) {
      write_pixel(jpeg, x, y, image->rgb + 3 * (y * image->width + x));
    }
  }
  for (int i = 0; i < jpeg->components; i++) {
    free(jpeg->component[i].coefficients);
    free(jpeg->component[i].samples);
  }
}

// ---- the file

enum { SOF0 = 0xC0, SOF1 = 0xC1, SOF2 = 0xC2, DHT = 0xC4, EOI = 0xD9, SOS = 0xDA, DQT = 0xDB,
       DRI = 0xDD, APP14 = 0xEE };

static void read_segment(Jpeg *jpeg, Image *image, int marker, const u8 *at, i64 length) {
  if (marker == SOF0 || marker == SOF1 || marker == SOF2) {
    jpeg->progressive = marker == SOF2;
    read_frame(jpeg, at, length);
    begin_components(jpeg, image);
  } else if (marker > SOF2 && marker < 0xD0 && marker != DHT && marker != 0xC8 && marker != 0xCC) {
    image_unsupported(jpeg->file, "a JPEG image of this process");
  } else if (marker == DHT) {
    read_codes(jpeg, at, at + length);
  } else if (marker == DQT) {
    read_quantization(jpeg, at, at + length);
  } else if (marker == DRI && length >= 2) {
    jpeg->restart = at[0] << 8 | at[1];
  } else if (marker == APP14 && length >= 12 && memcmp(at, "Adobe", 5) == 0) {
    jpeg->transform = at[11];
  } else if (marker == SOS) {
    if (!jpeg->components) {
      jpeg_damaged(jpeg, "it has no header");
    }
    decode_scan(jpeg, at, length);
  }
}

Image decode_jpeg(const File *file) {
  Jpeg *jpeg = allocate(1, sizeof(Jpeg));
  jpeg->file = file;
  jpeg->at = file->bytes + 2;
  jpeg->end = file->bytes + file->length;
  jpeg->transform = -1;
  Image image = {0};
  int scans = 0;
  while (jpeg->end - jpeg->at >= 2) {
    // Between segments, and after a scan, everything up to a marker is passed over.
    if (jpeg->at[0] != 0xFF || jpeg->at[1] == 0 || jpeg->at[1] == 0xFF ||
        (jpeg->at[1] >= 0xD0 && jpeg->at[1] < EOI)) {
      jpeg->at++;
      continue;
    }
    int marker = jpeg->at[1];
    if (marker == EOI || jpeg->end - jpeg->at < 4) {
      break;
    }
    i64 length = jpeg->at[2] << 8 | jpeg->at[3];
    const u8 *segment = jpeg->at + 4;
    if (length < 2 || jpeg->end - segment < length - 2) {
      jpeg_damaged(jpeg, "it stops in the middle");
    }
    jpeg->at = segment + length - 2;
    scans += marker == SOS;
    read_segment(jpeg, &image, marker, segment, length - 2);
  }
  if (scans == 0) {
    jpeg_damaged(jpeg, "it has no pixels");
  }
  write_image(jpeg, &image);
  free(jpeg);
  return image;
}
