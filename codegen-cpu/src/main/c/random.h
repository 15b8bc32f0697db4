// SPDX-License-Identifier: Apache-2.0
// Random numbers that are a function of purpose, seed and step: Philox 4x32-10.
#ifndef DLC_RANDOM_H
#define DLC_RANDOM_H

#include "base.h"

// What numbers are drawn for; no two purposes share any.
enum {
  FOR_SHUFFLE = -1,
  FOR_SPLIT = -2,
  FOR_DIGITS = -3,
  FOR_SPIRALS = -4,
  FOR_RANDOM = -5,
  FOR_DIGIT_PAIRS = -7,
};

typedef struct {
  i32 purpose;
  i32 seed;
  i32 step;
  u32 element;
} Random;

u32 philox(i32 stream, i32 seed, i32 step, u32 element);
i32 random_below(Random *random, i32 bound);
double random_uniform(Random *random);  // a multiple of 2^-24 in [0, 1)
double random_between(Random *random, double low, double high);

// The numbers below `count` in random order.
void permutation(i32 *order, i32 purpose, i32 seed, i32 step, i32 count);

#endif
