// SPDX-License-Identifier: Apache-2.0
// From a file to the bytes of brightness that a model takes, as `dlc.runtime.file.ImageFile` does it.
#include "image.h"

enum { MOST_PIXELS = 1 << 26 };

void image_damaged(const File *file, const char *why) {
  fail(DATA_MALFORMED, "write it again, or leave it out", "%s: this image is damaged: %s",
       file->name, why);
}

void image_unsupported(const File *file, const char *what) {
  fail(DATA_MALFORMED, "write it as a plain PNG or JPEG file", "%s: %s cannot be read", file->name,
       what);
}

void image_begin(Image *image, const File *file, i64 width, i64 height) {
  if (width < 1 || height < 1 || width > 0xFFFFFF || height > 0xFFFFFF) {
    image_damaged(file, text_of("it is %l pixels wide and %l high", width, height));
  }
  if (width * height > MOST_PIXELS) {
    image_unsupported(file, text_of("an image of %l times %l pixels", width, height));
  }
  image->width = width;
  image->height = height;
  image->rgb = allocate(width * height, 3);
}

// ---- scaling

// How one line of pixels becomes one of another length: each new pixel is a mean of old ones around its
// place, with weights that fall linearly.
typedef struct {
  i64 from;
  i64 to;
  i64 *start;
  i64 *count;
  float *weight;  // `most` for each new pixel
  i64 most;
} Resampling;

static double weight_at(i64 pixel, double center, double reach) {
  double far = ((double)pixel + 0.5 - center) / reach;
  double weight = 1 - (far < 0 ? -far : far);
  return weight > 0 ? weight : 0;
}

static Resampling resampling(i64 from, i64 to) {
  double scale = (double)from / (double)to;
  double reach = scale > 1 ? scale : 1;
  Resampling result = {from, to, allocate(to, 8), allocate(to, 8), NULL, (i64)(2 * reach) + 3};
  result.weight = allocate(to * result.most, sizeof(float));
  for (i64 i = 0; i < to; i++) {
    double center = ((double)i + 0.5) * scale;
    i64 start = (i64)(center - reach + 0.5);
    i64 end = (i64)(center + reach + 0.5);
    start = start > 0 ? start : 0;
    end = end < from ? end : from;
    double sum = 0;
    for (i64 p = start; p < end; p++) {
      sum += weight_at(p, center, reach);
    }
    for (i64 p = start; p < end; p++) {
      result.weight[i * result.most + p - start] = (float)(weight_at(p, center, reach) / sum);
    }
    result.start[i] = start;
    result.count[i] = end - start;
  }
  return result;
}

static void resampling_end(Resampling *resampling) {
  free(resampling->start);
  free(resampling->count);
  free(resampling->weight);
}

// Scales `lines` lines whose pixels are `step` apart and which begin `stride` apart.
static float *resample(const Resampling *by, float *pixels, i64 lines, i64 step, i64 stride,
                       i64 new_step, i64 new_stride) {
  if (by->from == by->to) {
    return pixels;
  }
  float *result = allocate(lines * by->to, sizeof(float));
  for (i64 line = 0; line < lines; line++) {
    for (i64 i = 0; i < by->to; i++) {
      const float *at = pixels + line * stride + by->start[i] * step;
      float sum = 0;
      for (i64 p = 0; p < by->count[i]; p++) {
        sum += by->weight[i * by->most + p] * at[p * step];
      }
      result[line * new_stride + i * new_step] = sum;
    }
  }
  free(pixels);
  return result;
}

// Halves go up.
static i64 rounded(float value) {
  i64 whole = (i64)value;
  whole -= (float)whole > value;
  return value - (float)whole >= 0.5f ? whole + 1 : whole;
}

static float *plane_of(const Image *image, i64 channels, i64 channel) {
  i64 size = image->width * image->height;
  float *plane = allocate(size, sizeof(float));
  for (i64 i = 0; i < size; i++) {
    const u8 *rgb = image->rgb + 3 * i;
    plane[i] = channels == 1 ? (float)rounded(0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2])
                             : (float)rgb[channel];
  }
  return plane;
}

static void scale(const Image *image, i64 channels, i64 height, i64 width, u8 *target) {
  Resampling across = resampling(image->width, width);
  Resampling down = resampling(image->height, height);
  for (i64 channel = 0; channel < channels; channel++) {
    float *plane = plane_of(image, channels, channel);
    plane = resample(&across, plane, image->height, 1, image->width, 1, width);
    plane = resample(&down, plane, width, width, 1, width, 1);
    for (i64 i = 0; i < height * width; i++) {
      i64 value = rounded(plane[i]);
      target[channel * height * width + i] = (u8)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
    free(plane);
  }
  resampling_end(&across);
  resampling_end(&down);
}

// ---- files

u8 *dlc_read_image(const char *path, i64 channels, i64 height, i64 width) {
  File file = map_file(path);
  static const u8 png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Image image;
  if (file.length > 8 && memcmp(file.bytes, png, 8) == 0) {
    image = decode_png(&file);
  } else if (file.length > 3 && file.bytes[0] == 0xFF && file.bytes[1] == 0xD8) {
    image = decode_jpeg(&file);
  } else {
    fail(DATA_MALFORMED, "PNG and JPEG files are read", "%s: it is not an image that can be read",
         file.name);
  }
  u8 *pixels = allocate(channels * height * width, 1);
  scale(&image, channels, height, width, pixels);
  free(image.rgb);
  return pixels;
}
