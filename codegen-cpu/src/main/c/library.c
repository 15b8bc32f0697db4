// SPDX-License-Identifier: Apache-2.0
#include "library.h"

// The start of the caller's memory; the states and the work memory follow it.
typedef struct {
  u64 mark;
  const Version *version;
} Header;

enum { HEADER_BYTES = 64, SLACK = 64 };

static const u64 MARK = 0x646c632d6f70656e;  // dlc-open

static void copy(u8 *target, const u8 *source, i64 bytes) {
  for (i64 i = 0; i < bytes; i++) {
    target[i] = source[i];
  }
}

static int equal(const char *left, const char *right) {
  while (*left && *left == *right) {
    left++;
    right++;
  }
  return *left == *right;
}

// The thread pool of programs; a library computes on its caller's thread.
void dlc_parallel(void (*run)(u8 *, u8 *, i64, i64), u8 *state, u8 *work, i64 count) {
  run(state, work, 0, count);
}

i64 dlc_begin(i64 *race) {
  (void) race;
  return 0;
}

void dlc_end(i64 *race, i64 start) {
  (void) race;
  (void) start;
}

// ---- memory

static i64 state_bytes(void) {
  return (dlc_model.state_bytes + SLACK + 63) / 64 * 64;
}

i64 dlc_library_arena_bytes(void) {
  i64 work = 0;
  for (i64 v = 0; v < dlc_model.versions; v++) {
    for (i64 i = 0; i < dlc_model.version[v].entries; i++) {
      i64 bytes = dlc_model.version[v].entry[i].work_bytes;
      work = bytes > work ? bytes : work;
    }
  }
  return HEADER_BYTES + state_bytes() + (work + SLACK + 63) / 64 * 64;
}

static u8 *states_of(const u8 *arena) {
  return (u8 *)arena + HEADER_BYTES;
}

static const Version *version_of(const u8 *arena) {
  const Header *header = (const Header *)arena;
  return header->mark == MARK ? header->version : NULL;
}

i32 dlc_library_open(u8 *arena) {
  if ((u64)arena % 64 != 0) {
    return LIBRARY_MISALIGNED;
  }
  const Version *best = NULL;
  i64 level = processor_level();
  for (i64 i = 0; i < dlc_model.versions; i++) {
    const Version *each = dlc_model.version + i;
    if (each->level <= level && (!best || each->level > best->level)) {
      best = each;
    }
  }
  if (!best) {
    return LIBRARY_PROCESSOR;
  }
  i64 bytes = dlc_library_arena_bytes();
  for (i64 i = 0; i < bytes; i++) {
    arena[i] = 0;
  }
  Header *header = (Header *)arena;
  header->mark = MARK;
  header->version = best;
  return dlc_model.embedded ? dlc_library_load(arena, dlc_model.embedded, dlc_model.embedded_bytes)
                            : LIBRARY_FINE;
}

// ---- steps

i32 dlc_library_run(u8 *arena, const char *name, const void *const *inputs, void *const *results) {
  const Version *version = version_of(arena);
  if (!version) {
    return LIBRARY_NOT_OPEN;
  }
  const Entry *entry = NULL;
  for (i64 i = 0; i < version->entries && !entry; i++) {
    entry = equal(version->entry[i].name, name) ? version->entry + i : NULL;
  }
  if (!entry) {
    return LIBRARY_NO_ENTRY;
  }
  u8 *states = states_of(arena);
  u8 *work = states + state_bytes();
  for (i64 i = 0; i < entry->inputs; i++) {
    const Slot *slot = entry->slot + i;
    copy(work + slot->offset, inputs[i], slot->elements * type_bytes(slot->type));
  }
  entry->run(states, work);
  for (i64 i = 0; i < entry->results; i++) {
    const Slot *slot = entry->slot + entry->inputs + i;
    if (!slot->in_state && *results++) {
      copy(results[-1], work + slot->offset, slot->elements * type_bytes(slot->type));
    }
  }
  return LIBRARY_FINE;
}

int type_bytes(i64 type) {
  static const u8 bytes[TYPES] = {4, 8, 2, 2, 4, 8, 1, 1};
  return bytes[type];
}

// ---- weights

static i64 bytes_of(const Slot *slot) {
  return slot->elements * type_bytes(slot->type);
}

i64 dlc_library_saved_bytes(void) {
  i64 bytes = dlc_saved_form.header_bytes;
  for (i64 i = 0; i < dlc_saved_form.weights; i++) {
    bytes += bytes_of(dlc_saved_form.weight + i);
  }
  return bytes;
}

i32 dlc_library_save(const u8 *arena, u8 *bytes) {
  if (!version_of(arena)) {
    return LIBRARY_NOT_OPEN;
  }
  copy(bytes, dlc_saved_form.header, dlc_saved_form.header_bytes);
  bytes += dlc_saved_form.header_bytes;
  for (i64 i = 0; i < dlc_saved_form.weights; i++) {
    const Slot *slot = dlc_saved_form.weight + i;
    copy(bytes, states_of(arena) + slot->offset, bytes_of(slot));
    bytes += bytes_of(slot);
  }
  return LIBRARY_FINE;
}

i32 dlc_library_load(u8 *arena, const u8 *bytes, i64 count) {
  if (!version_of(arena)) {
    return LIBRARY_NOT_OPEN;
  }
  // All of them are looked for before the first is taken.
  for (int pass = 0; pass < 2; pass++) {
    for (i64 i = 0; i < dlc_saved_form.weights; i++) {
      const Slot *slot = dlc_saved_form.weight + i;
      i32 broken = 0;
      const u8 *found = find_tensor(bytes, count, slot, &broken);
      if (!found) {
        return broken ? LIBRARY_BAD_WEIGHTS : LIBRARY_OTHER_WEIGHTS;
      }
      if (pass == 1) {
        copy(states_of(arena) + slot->offset, found, bytes_of(slot));
      }
    }
  }
  return LIBRARY_FINE;
}
