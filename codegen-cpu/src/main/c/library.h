// SPDX-License-Identifier: Apache-2.0
// A model inside another program: no C library, no global state, and all memory is the caller's. The
// compiler writes functions with the model's name and types around these.
#ifndef DLC_LIBRARY_H
#define DLC_LIBRARY_H

#include "model.h"

// What the functions of a library return.
enum {
  LIBRARY_FINE = 0,
  LIBRARY_MISALIGNED = 1,     // the memory does not begin at a multiple of 64
  LIBRARY_NOT_OPEN = 2,       // the memory was not prepared by _open
  LIBRARY_PROCESSOR = 3,      // there is no code for this processor
  LIBRARY_NO_ENTRY = 4,       // the library was made without this function
  LIBRARY_BAD_WEIGHTS = 5,    // these bytes are no safetensors file
  LIBRARY_OTHER_WEIGHTS = 6,  // they are the weights of another model
};

// The start of a file of the model's weights, which is the same for all of them; a null-terminated list
// of the states that follow it, in their order.
typedef struct {
  i64 header_bytes;
  const u8 *header;
  i64 weights;
  const Slot *weight;
} SavedForm;

extern const SavedForm dlc_saved_form;

i64 dlc_library_arena_bytes(void);
i32 dlc_library_open(u8 *arena);
// Copies inputs in, runs an entry point, and copies those results out that are not null.
i32 dlc_library_run(u8 *arena, const char *entry, const void *const *inputs, void *const *results);
i64 dlc_library_saved_bytes(void);
i32 dlc_library_save(const u8 *arena, u8 *bytes);
i32 dlc_library_load(u8 *arena, const u8 *bytes, i64 count);

// Where in a safetensors file the array called `name` is (tensors.c): NULL when it is not there with this
// type and shape; `broken` is set when the file is none.
const u8 *find_tensor(const u8 *bytes, i64 count, const Slot *wanted, i32 *broken);

#endif
