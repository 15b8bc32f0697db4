// SPDX-License-Identifier: Apache-2.0
// What computes: the processor, or another device that keeps the model's memory to itself.
#ifndef DLC_DEVICE_H
#define DLC_DEVICE_H

#include "arguments.h"
#include "model.h"

// Billions of f32 additions and multiplications in a second, and of bytes read or written in copying memory.
typedef struct {
  double gigaflops;
  double gigabytes;
} Speed;

// A way to compute elsewhere. A program that was compiled for the processor alone has none, so that it
// does not carry it either.
struct DeviceCalls {
  // Makes the device ready that is called so; NULL, or why there is none at all. With `only_gpu` the first
  // graphics processor is taken or none.
  const char *(*open)(const char *name, int only_gpu);
  const char *(*name)(void);
  // Which of the model's versions for devices this one takes.
  const Version *(*version)(void);
  void (*allocate)(i64 state_bytes, i64 work_bytes);  // all 0
  void (*run)(const Entry *entry);                    // waits for nothing
  void (*read_state)(u8 *target, i64 bytes);
  void (*write_state)(const u8 *source, i64 bytes);
  void (*read_work)(u8 *target, i64 offset, i64 bytes);
  i64 (*keep)(const Entry *entry);
  void (*recall)(const Entry *entry, i64 back);
  Speed (*measure)(void);
};

// Flags, and --device where there is a choice.
const Flag *with_device(const Flag *usual, i64 *count);
// Does what --device says; to be called before memory is allocated.
void take_device(const Options *options);

// Keeps loss, output and learning rate of the run just started; gives how many runs can be kept before the
// first of them is recalled, at most MOST_KEPT. More would make those wait long who are told of all at once.
enum { MOST_KEPT = 64 };
i64 keep_results(const Entry *entry);
// Waits for the run that was kept `back` runs before the last of this entry point; its results are then what
// slot_memory has, until the next one is started or recalled.
void recall_results(const Entry *entry, i64 back);

// The device's name, or NULL while the processor computes.
const char *device_name(void);

// Measures that device, which must be one.
Speed device_speed(void);

#endif
