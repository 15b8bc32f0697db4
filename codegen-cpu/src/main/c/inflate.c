// SPDX-License-Identifier: Apache-2.0
// gzip and zlib, RFC 1950 to 1952: canonical Huffman codes by table, bits from a 64-bit reservoir.
#include "file.h"

enum { LONGEST_CODE = 15, FAST_BITS = 10 };

typedef struct {
  u16 fast[1 << FAST_BITS];  // symbol << 4 | length, or 0 where the code is longer
  u16 first[LONGEST_CODE + 2];
  u16 offset[LONGEST_CODE + 2];
  u16 count[LONGEST_CODE + 2];
  u16 symbols[288];
} Codes;

typedef struct {
  const u8 *at;
  const u8 *end;
  u64 bits;
  int available;
  u8 *out;
  i64 length;
  i64 room;
  const char *broken;
} Stream;

static const char CUT_OFF[] = "its compressed data stop in the middle";
static const char DAMAGED[] = "its compressed data are damaged";

static void refill(Stream *stream) {
  while (stream->available <= 56 && stream->at < stream->end) {
    stream->bits |= (u64)*stream->at++ << stream->available;
    stream->available += 8;
  }
}

static u32 take(Stream *stream, int count) {
  if (stream->available < count) {
    refill(stream);
    if (stream->available < count) {
      stream->broken = CUT_OFF;
      return 0;
    }
  }
  u32 value = (u32)(stream->bits & (((u64)1 << count) - 1));
  stream->bits >>= count;
  stream->available -= count;
  return value;
}

static u32 reversed(u32 code, int length) {
  u32 result = 0;
  for (int i = 0; i < length; i++) {
    result = result << 1 | (code >> i & 1);
  }
  return result;
}

// False when more codes of a length are wanted than there are.
static int make_codes(Codes *codes, const u8 *lengths, int symbols) {
  memset(codes, 0, sizeof *codes);
  for (int i = 0; i < symbols; i++) {
    codes->count[lengths[i]]++;
  }
  codes->count[0] = 0;
  u32 code = 0;
  u32 offset = 0;
  for (int length = 1; length <= LONGEST_CODE; length++) {
    code = (code + codes->count[length - 1]) << 1;
    codes->first[length] = (u16)code;
    codes->offset[length] = (u16)offset;
    offset += codes->count[length];
    if (code + codes->count[length] > (u32)1 << length) {
      return 0;
    }
  }
  u16 next[LONGEST_CODE + 1] = {0};
  for (int symbol = 0; symbol < symbols; symbol++) {
    int length = lengths[symbol];
    if (length == 0) {
      continue;
    }
    u32 number = next[length]++;
    codes->symbols[codes->offset[length] + number] = (u16)symbol;
    if (length <= FAST_BITS) {
      u32 start = reversed(codes->first[length] + number, length);
      for (u32 i = start; i < 1 << FAST_BITS; i += (u32)1 << length) {
        codes->fast[i] = (u16)(symbol << 4 | length);
      }
    }
  }
  return 1;
}

static int symbol(Stream *stream, const Codes *codes) {
  if (stream->available < LONGEST_CODE) {
    refill(stream);
  }
  u32 entry = codes->fast[stream->bits & ((1 << FAST_BITS) - 1)];
  int length = (int)(entry & 15);
  if (entry && length <= stream->available) {
    stream->bits >>= length;
    stream->available -= length;
    return (int)(entry >> 4);
  }
  u32 code = 0;
  for (length = 1; length <= LONGEST_CODE; length++) {
    code = code << 1 | (u32)(stream->bits >> (length - 1) & 1);
    u32 number = code - codes->first[length];
    if (code >= codes->first[length] && number < codes->count[length]) {
      if (length > stream->available) {
        break;
      }
      stream->bits >>= length;
      stream->available -= length;
      return codes->symbols[codes->offset[length] + number];
    }
  }
  stream->broken = stream->available < LONGEST_CODE ? CUT_OFF : DAMAGED;
  return -1;
}

static void reserve(Stream *stream, i64 more) {
  if (stream->length + more > stream->room) {
    stream->room = 2 * stream->room + more;
    stream->out = grow(stream->out, stream->room, 1);
  }
}

static void stored_block(Stream *stream) {
  take(stream, stream->available % 8);
  u32 length = take(stream, 16);
  u32 check = take(stream, 16);
  if (stream->broken || (length ^ check) != 0xFFFF) {
    stream->broken = stream->broken ? stream->broken : DAMAGED;
    return;
  }
  // What the reservoir holds is given back.
  stream->at -= stream->available / 8;
  stream->bits = 0;
  stream->available = 0;
  if (stream->end - stream->at < (i64)length) {
    stream->broken = CUT_OFF;
    return;
  }
  reserve(stream, length);
  memcpy(stream->out + stream->length, stream->at, length);
  stream->length += length;
  stream->at += length;
}

static void copy_match(Stream *stream, i64 distance, int length) {
  if (distance > stream->length) {
    stream->broken = DAMAGED;
    return;
  }
  reserve(stream, length);
  u8 *target = stream->out + stream->length;
  const u8 *source = target - distance;
  for (int i = 0; i < length; i++) {
    target[i] = source[i];
  }
  stream->length += length;
}

static void compressed_block(Stream *stream, const Codes *literals, const Codes *distances) {
  static const u16 length_base[] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                    31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
  static const u8 length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                   2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
  static const u16 distance_base[] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,
                                      33,  49,  65,  97,  129, 193,  257,  385,  513,  769,
                                      1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
  static const u8 distance_bits[] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                     6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
  while (!stream->broken) {
    int literal = symbol(stream, literals);
    if (literal < 0 || literal == 256) {
      return;
    }
    if (literal < 256) {
      reserve(stream, 1);
      stream->out[stream->length++] = (u8)literal;
      continue;
    }
    int code = literal - 257;
    if (code >= 29) {
      stream->broken = DAMAGED;
      return;
    }
    int length = length_base[code] + (int)take(stream, length_bits[code]);
    int place = symbol(stream, distances);
    if (place < 0 || place >= 30) {
      stream->broken = stream->broken ? stream->broken : DAMAGED;
      return;
    }
    i64 distance = distance_base[place] + take(stream, distance_bits[place]);
    if (!stream->broken) {
      copy_match(stream, distance, length);
    }
  }
}

static int fixed_codes(Codes *literals, Codes *distances) {
  u8 lengths[288];
  for (int i = 0; i < 288; i++) {
    lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  }
  u8 places[30];
  memset(places, 5, sizeof places);
  return make_codes(literals, lengths, 288) && make_codes(distances, places, 30);
}

static int dynamic_codes(Stream *stream, Codes *literals, Codes *distances) {
  static const u8 order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  int literal_count = 257 + (int)take(stream, 5);
  int distance_count = 1 + (int)take(stream, 5);
  int order_count = 4 + (int)take(stream, 4);
  u8 lengths[288 + 32 + 138] = {0};
  for (int i = 0; i < order_count; i++) {
    lengths[order[i]] = (u8)take(stream, 3);
  }
  if (stream->broken || literal_count > 286 || !make_codes(literals, lengths, 19)) {
    return 0;
  }
  memset(lengths, 0, sizeof lengths);
  int all = literal_count + distance_count;
  for (int done = 0; done < all;) {
    int code = symbol(stream, literals);
    if (code < 0) {
      return 0;
    }
    if (code < 16) {
      lengths[done++] = (u8)code;
      continue;
    }
    if (code == 16 && done == 0) {
      return 0;
    }
    u8 repeated = code == 16 ? lengths[done - 1] : 0;
    int count = code == 16   ? 3 + (int)take(stream, 2)
                : code == 17 ? 3 + (int)take(stream, 3)
                             : 11 + (int)take(stream, 7);
    if (done + count > all) {
      return 0;
    }
    memset(lengths + done, repeated, (u64)count);
    done += count;
  }
  u8 places[32] = {0};
  memcpy(places, lengths + literal_count, (u64)distance_count);
  return make_codes(literals, lengths, literal_count) &&
         make_codes(distances, places, distance_count > 30 ? 30 : distance_count);
}

static void inflate(Stream *stream) {
  Codes *codes = allocate(2, sizeof(Codes));
  int last = 0;
  while (!last && !stream->broken) {
    last = (int)take(stream, 1);
    u32 kind = take(stream, 2);
    if (stream->broken) {
      break;
    }
    if (kind == 0) {
      stored_block(stream);
    } else if (kind == 3 || !(kind == 1 ? fixed_codes(codes, codes + 1)
                                        : dynamic_codes(stream, codes, codes + 1))) {
      stream->broken = stream->broken ? stream->broken : DAMAGED;
    } else {
      compressed_block(stream, codes, codes + 1);
    }
  }
  free(codes);
}

static u32 crc32(const u8 *bytes, i64 length) {
  u32 (*table)[256] = allocate(8, sizeof *table);
  for (u32 i = 0; i < 256; i++) {
    u32 value = i;
    for (int bit = 0; bit < 8; bit++) {
      value = value >> 1 ^ (value & 1 ? 0xEDB88320 : 0);
    }
    table[0][i] = value;
  }
  for (int slice = 1; slice < 8; slice++) {
    for (u32 i = 0; i < 256; i++) {
      table[slice][i] = table[slice - 1][i] >> 8 ^ table[0][table[slice - 1][i] & 255];
    }
  }
  u32 crc = 0xFFFFFFFF;
  i64 at = 0;
  for (; at + 8 <= length; at += 8) {
    u64 word;
    memcpy(&word, bytes + at, 8);
    word ^= crc;
    crc = 0;
    for (int i = 0; i < 8; i++) {
      crc ^= table[7 - i][word >> 8 * i & 255];
    }
  }
  for (; at < length; at++) {
    crc = crc >> 8 ^ table[0][(crc ^ bytes[at]) & 255];
  }
  free(table);
  return ~crc;
}

static const u8 *after_text(const u8 *at, const u8 *end) {
  while (at < end && *at) {
    at++;
  }
  return at < end ? at + 1 : NULL;
}

// The compressed data after the header of a member.
static const u8 *after_header(const u8 *at, const u8 *end) {
  if (end - at < 18 || at[0] != 0x1F || at[1] != 0x8B || at[2] != 8) {
    return NULL;
  }
  int flags = at[3];
  at += 10;
  if (flags & 4) {
    i64 extra = 2 + (at[0] | at[1] << 8);
    at = end - at > extra ? at + extra : NULL;
  }
  if (at && flags & 8) {
    at = after_text(at, end);
  }
  if (at && flags & 16) {
    at = after_text(at, end);
  }
  if (at && flags & 2) {
    at = end - at > 2 ? at + 2 : NULL;
  }
  return at;
}

static u32 adler32(const u8 *bytes, i64 length) {
  u32 low = 1;
  u32 high = 0;
  for (i64 i = 0; i < length; i++) {
    low = (low + bytes[i]) % 65521;
    high = (high + low) % 65521;
  }
  return high << 16 | low;
}

u8 *unzlib(const u8 *bytes, i64 length, i64 *result_length, const char **reason) {
  Stream stream = {0};
  if (length < 6 || (bytes[0] & 15) != 8 || (bytes[0] << 8 | bytes[1]) % 31 || bytes[1] & 32) {
    *reason = length < 6 ? CUT_OFF : DAMAGED;
    return NULL;
  }
  stream.at = bytes + 2;
  stream.end = bytes + length;
  stream.room = 4 * length + 64;
  stream.out = grow(NULL, stream.room, 1);
  inflate(&stream);
  const u8 *at = stream.at - stream.available / 8;
  if (!stream.broken && stream.end - at < 4) {
    stream.broken = CUT_OFF;
  }
  if (!stream.broken) {
    u32 check = (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
    stream.broken = check == adler32(stream.out, stream.length) ? NULL : DAMAGED;
  }
  if (stream.broken) {
    *reason = stream.broken;
    free(stream.out);
    return NULL;
  }
  *result_length = stream.length;
  return stream.out;
}

u8 *gunzip(const u8 *bytes, i64 length, i64 *result_length, const char **reason) {
  Stream stream = {0};
  stream.end = bytes + length;
  stream.room = 4 * length + 64;
  stream.out = grow(NULL, stream.room, 1);
  const u8 *at = bytes;
  // A file may have several members one after the other.
  do {
    i64 start = stream.length;
    stream.at = after_header(at, stream.end);
    stream.bits = 0;
    stream.available = 0;
    if (!stream.at) {
      stream.broken = stream.end - at < 18 ? CUT_OFF : DAMAGED;
      break;
    }
    inflate(&stream);
    at = stream.at - stream.available / 8;
    if (!stream.broken && stream.end - at < 8) {
      stream.broken = CUT_OFF;
    }
    if (!stream.broken) {
      u32 check[2];
      memcpy(check, at, 8);
      i64 size = stream.length - start;
      if (check[0] != crc32(stream.out + start, size) || check[1] != (u32)size) {
        stream.broken = DAMAGED;
      }
    }
    at += 8;
  } while (!stream.broken && stream.end - at >= 18 && at[0] == 0x1F && at[1] == 0x8B);
  if (stream.broken) {
    *reason = stream.broken;
    free(stream.out);
    return NULL;
  }
  *result_length = stream.length;
  return stream.out;
}
