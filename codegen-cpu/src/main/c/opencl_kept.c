// SPDX-License-Identifier: Apache-2.0
// The results of the last runs of an entry point: copied aside on the device after each run, and read all at
// once when somebody wants to know one of them.
#include "opencl.h"

// Outputs may be large; they must not take much of what the model needs.
enum { MOST_BYTES = 16000000, RESULTS = 3 };

typedef struct {
  const Slot *slot[RESULTS];
  i64 slots;
  i64 row;   // bytes of the results of a run
  i64 runs;  // that there is room for
  void *memory;
  u8 *copy;
  i64 kept;
  i64 read;
} Kept;

static Kept **kept;  // of each entry point of which something was kept

static i64 room(const Slot *slot) {
  return (slot->elements * type_bytes(slot->type) + 63) / 64 * 64;
}

static Kept *make(const Entry *entry) {
  const char *names[RESULTS] = {"loss", dlc_model.output, "lr"};
  Kept *made = allocate(1, sizeof(Kept));
  for (int i = 0; i < RESULTS; i++) {
    const Slot *slot = find_result(entry, names[i]);
    if (slot && !slot->in_state) {
      made->slot[made->slots++] = slot;
      made->row += room(slot);
    }
  }
  i64 runs = MOST_BYTES / made->row;
  made->runs = runs < 1 ? 1 : runs > MOST_KEPT ? MOST_KEPT : runs;
  made->memory = reserve_on_device(made->row * made->runs, "keeping results");
  made->copy = allocate_aligned(made->row * made->runs);
  return made;
}

static Kept *kept_of(const Entry *entry) {
  const Version *version = device_version();
  kept = kept ? kept : allocate(version->entries, sizeof(Kept *));
  Kept **of_entry = kept + (entry - version->entry);
  *of_entry = *of_entry ? *of_entry : make(entry);
  return *of_entry;
}

i64 keep_on_device(const Entry *entry) {
  Kept *of = kept_of(entry);
  i64 to = of->kept % of->runs * of->row;
  for (i64 i = 0; i < of->slots; i++) {
    const Slot *slot = of->slot[i];
    require(cl.clEnqueueCopyBuffer(opened.queue, opened.work, of->memory,
                                   (u64)slot->offset, (u64)to,
                                   (u64)(slot->elements * type_bytes(slot->type)), 0, NULL, NULL),
            "it copies no data");
    to += room(slot);
  }
  of->kept++;
  require(cl.clFlush(opened.queue), "it does not run kernels");
  return of->runs;
}

// Reads all that was not read and is still there.
static void read_on(Kept *of) {
  i64 next = of->read > of->kept - of->runs ? of->read : of->kept - of->runs;
  while (next < of->kept) {
    i64 place = next % of->runs;
    i64 count = of->kept - next < of->runs - place ? of->kept - next : of->runs - place;
    require(cl.clEnqueueReadBuffer(opened.queue, of->memory, CL_TRUE,
                                   (u64)(place * of->row), (u64)(count * of->row),
                                   of->copy + place * of->row, 0, NULL, NULL),
            "it does not give its results");
    next += count;
  }
  of->read = of->kept;
}

void recall_from_device(const Entry *entry, i64 back) {
  Kept *of = kept_of(entry);
  i64 run = of->kept - 1 - back;
  if (run >= of->read) {
    read_on(of);
  }
  const u8 *from = of->copy + run % of->runs * of->row;
  for (i64 i = 0; i < of->slots; i++) {
    const Slot *slot = of->slot[i];
    memcpy(work_memory + slot->offset, from, (u64)(slot->elements * type_bytes(slot->type)));
    from += room(slot);
  }
}

void forget_kept(void) {
  for (i64 i = 0; kept && i < device_version()->entries; i++) {
    if (kept[i]) {
      free_on_device(kept[i]->memory, kept[i]->row * kept[i]->runs);
      free(kept[i]->copy);
      free(kept[i]);
    }
  }
  free(kept);
  kept = NULL;
}
