// SPDX-License-Identifier: Apache-2.0
// Images as models take them, from PNG and JPEG files. Nothing that a file says is trusted.
#ifndef DLC_IMAGE_H
#define DLC_IMAGE_H

#include "file.h"

// Red, green and blue bytes, row after row; what is transparent is black.
typedef struct {
  i64 width;
  i64 height;
  u8 *rgb;
} Image;

// Makes room for an image of this size, all black.
void image_begin(Image *image, const File *file, i64 width, i64 height);
void image_damaged(const File *file, const char *why) __attribute__((noreturn));
void image_unsupported(const File *file, const char *what) __attribute__((noreturn));

Image decode_png(const File *file);
Image decode_jpeg(const File *file);

// The bytes [channels, height, width] of the image in a file, scaled to that size.
u8 *dlc_read_image(const char *path, i64 channels, i64 height, i64 width);

#endif
