// SPDX-License-Identifier: Apache-2.0
// Inputs on their way to a device. They lie side by side and go in one piece to memory of their own, while
// the device may still be at the run before, and from there in no time to where the program takes them.
#include "opencl.h"

typedef struct {
  u8 *host;
  void *device;
  void *brought;  // the copy to the device, and from there to the work memory; NULL before the first
  void *taken;
} Piece;

// In turn, so that the next inputs can be written while those before are under way.
static Piece piece[2];
static i64 piece_bytes;
static int turn;

static void await(const Piece *which) {
  if (which->brought) {
    require(cl.clWaitForEvents(1, &which->brought), "it takes no data");
  }
}

static void make_room(i64 bytes) {
  if (bytes <= piece_bytes) {
    return;
  }
  for (int i = 0; i < 2; i++) {
    await(piece + i);
    free(piece[i].host);
    free_on_device(piece[i].device, piece_bytes);
  }
  for (int i = 0; i < 2; i++) {
    piece[i].host = allocate_aligned(bytes);
    piece[i].device = reserve_on_device(bytes, "the inputs of a step");
  }
  piece_bytes = bytes;
}

static void forget(void **event) {
  if (*event) {
    cl.clReleaseEvent(*event);
    *event = NULL;
  }
}

static void start(Piece *next, i64 offset, i64 bytes) {
  void *brought;
  void *taken;
  require(cl.clEnqueueWriteBuffer(opened.beside, next->device, CL_FALSE, 0, (u64)bytes,
                                  next->host, next->taken ? 1 : 0,
                                  next->taken ? &next->taken : NULL, &brought),
          "it takes no data");
  require(cl.clFlush(opened.beside), "it takes no data");
  require(cl.clEnqueueCopyBuffer(opened.queue, next->device, opened.work, 0, (u64)offset,
                                 (u64)bytes, 1, &brought, &taken),
          "it takes no data");
  forget(&next->brought);
  forget(&next->taken);
  next->brought = brought;
  next->taken = taken;
}

void bring_inputs(const Entry *entry) {
  i64 first = 0x7fffffffffffffff;
  i64 end = 0;
  for (i64 i = 0; i < entry->inputs; i++) {
    const Slot *slot = entry->slot + i;
    if (!slot->in_state) {
      i64 last = slot->offset + slot->elements * type_bytes(slot->type);
      first = slot->offset < first ? slot->offset : first;
      end = last > end ? last : end;
    }
  }
  if (end <= first) {
    return;
  }
  make_room(end - first);
  turn = 1 - turn;
  await(piece + turn);
  memcpy(piece[turn].host, work_memory + first, (u64)(end - first));
  start(piece + turn, first, end - first);
}
