// SPDX-License-Identifier: Apache-2.0
// Computes on an OpenCL device. Nothing but reading waits.
#include "opencl.h"

Opened opened;

static i64 work_bytes_taken;
static i64 state_bytes_taken;
static Ready **ready;           // of each entry point that ran
static const Entry *constants;  // the entry point whose constants are in the work memory

void require(i32 status, const char *what) {
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
  opened.context = cl.clCreateContext(properties, 1, &device.device, NULL, NULL, &status);
  require(status, "it cannot be opened");
  opened.queue = cl.clCreateCommandQueue(opened.context, device.device, 0, &status);
  require(status, "it cannot be opened");
  opened.beside = cl.clCreateCommandQueue(opened.context, device.device, 0, &status);
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

void *reserve_on_device(i64 bytes, const char *what) {
  i64 left = device.memory - opened.taken;
  i64 most = left < device.largest ? left : device.largest;
  if (bytes > most) {
    fail(OUT_OF_MEMORY,
         "compile it with a smaller batch (--batch) or for less memory (--max-memory), or let the "
         "processor compute: --device cpu",
         "%s needs %s of memory of opencl:%l (%s), of which %s can be had", what, amount(bytes),
         device.index, device.name, amount(most));
  }
  i32 status;
  void *buffer = cl.clCreateBuffer(opened.context, CL_MEM_READ_WRITE, (u64)bytes, NULL, &status);
  require(status, text_of("%s needs %n bytes of its memory", what, bytes));
  opened.taken += bytes;
  return buffer;
}

void free_on_device(void *buffer, i64 bytes) {
  if (buffer) {
    cl.clReleaseMemObject(buffer);
    opened.taken -= bytes;
  }
}

static void *allocate_zeros(i64 bytes, const char *what) {
  void *buffer = reserve_on_device(bytes, what);
  u8 zero = 0;
  require(cl.clEnqueueFillBuffer(opened.queue, buffer, &zero, 1, 0, (u64)bytes, 0, NULL, NULL),
          text_of("%s needs %n bytes of its memory", what, bytes));
  return buffer;
}

static void allocate_on_device(i64 state_bytes, i64 work_bytes) {
  free_on_device(opened.state, state_bytes_taken);
  free_on_device(opened.work, work_bytes_taken);
  forget_kept();
  state_bytes_taken = state_bytes > 64 ? state_bytes : 64;
  work_bytes_taken = work_bytes > 64 ? work_bytes : 64;
  opened.state = allocate_zeros(state_bytes_taken, "the model's state");
  opened.work = allocate_zeros(work_bytes_taken, "a step");
  constants = NULL;
  free(ready);
  ready = allocate(device_version()->entries, sizeof(Ready *));
}

static void read_state(u8 *target, i64 bytes) {
  require(cl.clEnqueueReadBuffer(opened.queue, opened.state, CL_TRUE, 0, (u64)bytes, target, 0,
                                 NULL, NULL),
          "it does not give its results");
}

static void write_state(const u8 *source, i64 bytes) {
  require(cl.clEnqueueWriteBuffer(opened.queue, opened.state, CL_TRUE, 0, (u64)bytes, source, 0,
                                  NULL, NULL),
          "it takes no data");
}

static void read_work(u8 *target, i64 offset, i64 bytes) {
  require(cl.clEnqueueReadBuffer(opened.queue, opened.work, CL_TRUE, (u64)offset, (u64)bytes,
                                 target, 0, NULL, NULL),
          "it does not give its results");
}

// ---- runs

static void run(const Entry *entry) {
  const DeviceCode *code = entry->device;
  i64 index = entry - device_version()->entry;
  if (!ready[index]) {
    ready[index] = build_entry(entry, opened.context, opened.state, opened.work);
  }
  if (constants != entry && code->constant_bytes > 0) {
    require(cl.clEnqueueWriteBuffer(opened.queue, opened.work, CL_TRUE, (u64)code->constants_at,
                                    (u64)code->constant_bytes, code->constants, 0, NULL, NULL),
            "it takes no data");
  }
  constants = entry;
  bring_inputs(entry);
  for (i64 i = 0; i < code->launches; i++) {
    const Ready *next = ready[index] + i;
    i32 status = cl.clEnqueueNDRangeKernel(opened.queue, next->kernel, 1, NULL, &next->items,
                                           &next->size, 0, NULL, NULL);
    if (status != 0) {
      device_failed(text_of("it does not run the kernel %s", code->launch[i].function), status);
    }
  }
  require(cl.clFlush(opened.queue), "it does not run kernels");
}

const struct DeviceCalls dlc_opencl = {
    open_device, name_of_device, device_version, allocate_on_device, run,
    read_state,  write_state,    read_work,      keep_on_device,     recall_from_device,
    measure_device,
};
