// SPDX-License-Identifier: Apache-2.0
// Which level of x86-64 this processor has.
#include "model.h"

#ifdef __x86_64__

typedef struct {
  u32 a, b, c, d;
} Registers;

static Registers cpuid(u32 leaf, u32 subleaf) {
  Registers r;
  __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(subleaf));
  return r;
}

static u32 enabled_state(void) {
  u32 low;
  u32 high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int all(u32 value, u32 wanted) {
  return (value & wanted) == wanted;
}

// Whether matrices can be multiplied, and Linux lets this process have registers for them.
static int has_matrices(u32 state) {
  enum {
    AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, TILE_STATE = 3 << 17,
    ARCH_PRCTL = 158, REQUEST_PERMISSION = 0x1023, TILE_DATA = 18,
  };
  if (!all(cpuid(7, 0).d, AMX_BF16 | AMX_TILE) || !all(state, TILE_STATE)) {
    return 0;
  }
  i64 refused;
  __asm__ volatile("syscall"
                   : "=a"(refused)
                   : "a"((i64)ARCH_PRCTL), "D"((i64)REQUEST_PERMISSION), "S"((i64)TILE_DATA)
                   : "rcx", "r11", "memory");
  return !refused;
}

// The levels are those of the x86-64 psABI, and one more.
int processor_level(void) {
  enum {
    SSE3 = 1, SSSE3 = 1 << 9, FMA = 1 << 12, CX16 = 1 << 13, SSE41 = 1 << 19, SSE42 = 1 << 20,
    MOVBE = 1 << 22, POPCNT = 1 << 23, OSXSAVE = 1 << 27, AVX = 1 << 28, F16C = 1 << 29,
    BMI1 = 1 << 3, AVX2 = 1 << 5, BMI2 = 1 << 8, AVX512F = 1 << 16, AVX512DQ = 1 << 17,
    AVX512CD = 1 << 28, AVX512BW = 1 << 30, LZCNT = 1 << 5,
  };
  const u32 AVX512VL = (u32)1 << 31;
  u32 basic = cpuid(1, 0).c;
  if (!all(basic, SSE3 | SSSE3 | CX16 | SSE41 | SSE42 | POPCNT)) {
    return 1;
  }
  u32 extended = cpuid(0, 0).a >= 7 ? cpuid(7, 0).b : 0;
  u32 more = cpuid(0x80000000, 0).a > 0x80000000 ? cpuid(0x80000001, 0).c : 0;
  u32 state = all(basic, OSXSAVE) ? enabled_state() : 0;
  if (!all(basic, FMA | MOVBE | AVX | F16C) || !all(extended, BMI1 | AVX2 | BMI2) ||
      !all(more, LZCNT) || !all(state, 6)) {
    return 2;
  }
  if (!all(extended, AVX512F | AVX512DQ | AVX512CD | AVX512BW | AVX512VL) || !all(state, 0xE6)) {
    return 3;
  }
  return has_matrices(state) ? 5 : 4;
}

#else

int processor_level(void) {
  return 0;
}

#endif
