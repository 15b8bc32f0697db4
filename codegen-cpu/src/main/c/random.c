// SPDX-License-Identifier: Apache-2.0
#include "random.h"

u32 philox(i32 stream, i32 seed, i32 step, u32 element) {
  u32 c0 = element;
  u32 c1 = (u32)step;
  u32 c2 = (u32)stream;
  u32 c3 = 0;
  u32 k0 = (u32)seed;
  u32 k1 = 0;
  for (int round = 0; round < 10; round++) {
    u64 product0 = (u64)0xD2511F53 * c0;
    u64 product1 = (u64)0xCD9E8D57 * c2;
    c0 = (u32)(product1 >> 32) ^ c1 ^ k0;
    c1 = (u32)product1;
    c2 = (u32)(product0 >> 32) ^ c3 ^ k1;
    c3 = (u32)product0;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return c0;
}

static u32 word(Random *random) {
  return philox(random->purpose, random->seed, random->step, random->element++);
}

i32 random_below(Random *random, i32 bound) {
  return (i32)((u64)word(random) * (u64)bound >> 32);
}

double random_uniform(Random *random) {
  return (double)(word(random) >> 8) * 0x1p-24;
}

double random_between(Random *random, double low, double high) {
  return low + (high - low) * random_uniform(random);
}

void permutation(i32 *order, i32 purpose, i32 seed, i32 step, i32 count) {
  Random random = {purpose, seed, step, 0};
  for (i32 i = 0; i < count; i++) {
    order[i] = i;
  }
  for (i32 i = count - 1; i > 0; i--) {
    i32 j = random_below(&random, i + 1);
    i32 moved = order[i];
    order[i] = order[j];
    order[j] = moved;
  }
}
