// SPDX-License-Identifier: Apache-2.0
// Computes on an OpenCL device: one queue, in which one thing is done after the other. Nothing but reading
// waits.
#include "opencl.h"

static void *context;
static void *queue;
static void *state;
static void *work;
static Ready **ready;           // of each entry point that ran
static const Entry *constants;  // the entry point whose constants are in the work memory

// The inputs on their way: two pieces of memory in turn, so that the next ones can be written while those
// before are under way.
static u8 *piece[2];
static i64 piece_bytes;
static void *under_way[2];
static int turn;

static void require(i32 status, const char *what) {
  if (status != 0) {
    device_failed(what, status);
  }
}

static const char *open_device(const char *name, int only_gpu) {
  const char *problem = find_device(name, only_gpu);
  if (problem) {
    return problem;
  }
  i64 properties[] = {CL_CONTEXT_PLATFORM, (i64)device.platform, 0};
  i32 status;
  context = cl.clCreateContext(properties, 1, &device.device, NULL, NULL, &status);
  require(status, "it cannot be opened");
  queue = cl.clCreateCommandQueue(context, device.device, 0, &status);
  require(status, "it cannot be opened");
  return NULL;
}

static const char *name_of_device(void) {
  return device.name;
}

// ---- memory

static char *amount(i64 bytes) {
  return bytes >= 10000000 ? text_of("%l MB", bytes / 1000000) : text_of("%l kB", bytes / 1000);
}

static void *allocate_zeros(i64 bytes, i64 taken, const char *what) {
  i64 most = device.memory - taken < device.largest ? device.memory - taken : device.largest;
  if (bytes > most) {
    fail(OUT_OF_MEMORY,
         "compile it with a smaller batch (--batch) or for less memory (--max-memory), or let the "
         "processor compute: --device cpu",
         "%s needs %s of memory of opencl:%l (%s), of which %s can be had", what, amount(bytes),
         device.index, device.name, amount(most));
  }
  i32 status;
  void *buffer = cl.clCreateBuffer(context, CL_MEM_READ_WRITE, (u64)bytes, NULL, &status);
  u8 zero = 0;
  if (status == 0) {
    status = cl.clEnqueueFillBuffer(queue, buffer, &zero, 1, 0, (u64)bytes, 0, NULL, NULL);
  }
  require(status, text_of("%s needs %n bytes of its memory", what, bytes));
  return buffer;
}

static void allocate_on_device(i64 state_bytes, i64 work_bytes) {
  if (state) {
    cl.clReleaseMemObject(state);
    cl.clReleaseMemObject(work);
  }
  state_bytes = state_bytes > 64 ? state_bytes : 64;
  state = allocate_zeros(state_bytes, 0, "the model's state");
  work = allocate_zeros(work_bytes > 64 ? work_bytes : 64, state_bytes, "a step");
  constants = NULL;
  free(ready);
  ready = allocate(device_version()->entries, sizeof(Ready *));
}

static void read_state(u8 *target, i64 bytes) {
  require(cl.clEnqueueReadBuffer(queue, state, CL_TRUE, 0, (u64)bytes, target, 0, NULL, NULL),
          "it does not give its results");
}

static void write_state(const u8 *source, i64 bytes) {
  require(cl.clEnqueueWriteBuffer(queue, state, CL_TRUE, 0, (u64)bytes, source, 0, NULL, NULL),
          "it takes no data");
}

static void read_work(u8 *target, i64 offset, i64 bytes) {
  require(cl.clEnqueueReadBuffer(queue, work, CL_TRUE, (u64)offset, (u64)bytes, target, 0, NULL,
                                 NULL),
          "it does not give its results");
}

// ---- runs

static void await(int which) {
  if (under_way[which]) {
    require(cl.clWaitForEvents(1, under_way + which), "it takes no data");
    cl.clReleaseEvent(under_way[which]);
    under_way[which] = NULL;
  }
}

// Starts bringing the inputs, which lie side by side, to the device.
static void upload(const Entry *entry) {
  i64 start = 0x7fffffffffffffff;
  i64 end = 0;
  for (i64 i = 0; i < entry->inputs; i++) {
    const Slot *slot = entry->slot + i;
    if (!slot->in_state) {
      i64 last = slot->offset + slot->elements * type_bytes(slot->type);
      start = slot->offset < start ? slot->offset : start;
      end = last > end ? last : end;
    }
  }
  if (end <= start) {
    return;
  }
  turn = 1 - turn;
  await(turn);
  if (end - start > piece_bytes) {
    await(1 - turn);
    piece_bytes = end - start;
    free(piece[0]);
    free(piece[1]);
    piece[0] = allocate_aligned(piece_bytes);
    piece[1] = allocate_aligned(piece_bytes);
  }
  memcpy(piece[turn], work_memory + start, (u64)(end - start));
  require(cl.clEnqueueWriteBuffer(queue, work, CL_FALSE, (u64)start, (u64)(end - start),
                                  piece[turn], 0, NULL, under_way + turn),
          "it takes no data");
}

static void run(const Entry *entry) {
  const DeviceCode *code = entry->device;
  i64 index = entry - device_version()->entry;
  if (!ready[index]) {
    ready[index] = build_entry(entry, context, state, work);
  }
  if (constants != entry && code->constant_bytes > 0) {
    require(cl.clEnqueueWriteBuffer(queue, work, CL_TRUE, (u64)code->constants_at,
                                    (u64)code->constant_bytes, code->constants, 0, NULL, NULL),
            "it takes no data");
  }
  constants = entry;
  upload(entry);
  for (i64 i = 0; i < code->launches; i++) {
    const Ready *next = ready[index] + i;
    i32 status = cl.clEnqueueNDRangeKernel(queue, next->kernel, 1, NULL, &next->items, &next->size,
                                           0, NULL, NULL);
    if (status != 0) {
      device_failed(text_of("it does not run the kernel %s", code->launch[i].function), status);
    }
  }
  require(cl.clFlush(queue), "it does not run kernels");
}

const struct DeviceCalls dlc_opencl = {
    open_device, name_of_device, device_version, allocate_on_device,
    run,         read_state,     write_state,    read_work,
};
