// SPDX-License-Identifier: Apache-2.0
// An OpenCL library with one device that fails as the variable FAKE_OPENCL says:
//
//   broken   the platform does not tell its devices
//   small    the device has 4 kB of memory
//   narrow   it has no doubles
//   tight    its groups have at most 8 work-items, which share 1000 bytes
//   build    its compiler finds an error in line 40
//   lost     it is gone when the second kernel is to run
//   late     it is gone after a hundred kernels
//
// Where FAKE_OPENCL_LOG names a file, it says at the end how many kernels ran, how often somebody waited for the
// device to have done everything, and how many copies were asked for beside kernels: in another queue, to memory
// that no kernel has, and not from where the copy before came. FakeOpenCl compiles this as a shared library. It
// computes nothing.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned int u32;
typedef unsigned long u64;

static char handle;
static char handles[1000];  // of queues and buffers, each its own
static int handed;
static int launches;
static int waits;
static int beside;
static const void *kernel_queue;
static const void *arguments[1000];
static int argument_count;
static const void *last_source;

static int fails(const char *how) {
  const char *wanted = getenv("FAKE_OPENCL");
  return wanted && strcmp(wanted, how) == 0;
}

static int give(const void *value, u64 length, u64 room, void *target, u64 *bytes) {
  if (target) {
    memcpy(target, value, length < room ? length : room);
  }
  if (bytes) {
    *bytes = length;
  }
  return 0;
}

static int give_text(const char *text, u64 room, void *target, u64 *bytes) {
  return give(text, strlen(text) + 1, room, target, bytes);
}

static int give_one(u32 room, void **target, u32 *count) {
  if (target && room > 0) {
    *target = &handle;
  }
  if (count) {
    *count = 1;
  }
  return 0;
}

int clGetPlatformIDs(u32 room, void **platforms, u32 *count) {
  return give_one(room, platforms, count);
}

int clGetPlatformInfo(void *platform, u32 what, u64 room, void *value, u64 *bytes) {
  (void)platform;
  return give_text(what == 0x0902 ? "Fake" : "OpenCL 1.2 fake", room, value, bytes);
}

int clGetDeviceIDs(void *platform, u64 kinds, u32 room, void **devices, u32 *count) {
  (void)platform, (void)kinds;
  return fails("broken") ? -6 : give_one(room, devices, count);
}

static u64 largest_group(void) {
  return fails("tight") ? 8 : 256;
}

int clGetDeviceInfo(void *device, u32 what, u64 room, void *value, u64 *bytes) {
  u64 memory = fails("small") ? 4096 : 1 << 30;
  u64 number = 1;
  (void)device;
  switch (what) {
    case 0x102B:
      return give_text("Fake 3000", room, value, bytes);
    case 0x102D:
      return give_text("1.0", room, value, bytes);
    case 0x1030:
      return give_text(fails("narrow") ? "cl_none" : "cl_khr_fp64", room, value, bytes);
    case 0x1000:
      number = 4;
      break;
    case 0x1004:
      number = largest_group();
      break;
    case 0x1023:
      number = fails("tight") ? 1000 : 32 << 10;
      break;
    case 0x101F:
    case 0x1010:
      number = memory;
      break;
  }
  return give(&number, 8, room, value, bytes);
}

static void *made(int *status) {
  if (status) {
    *status = 0;
  }
  return &handle;
}

static void *made_apart(int *status) {
  made(status);
  return handles + handed++ % 1000;
}

void *clCreateContext(const long *properties, u32 count, void *const *devices, void *told, void *of,
                      int *status) {
  (void)properties, (void)count, (void)devices, (void)told, (void)of;
  return made(status);
}

void *clCreateCommandQueue(void *context, void *device, u64 properties, int *status) {
  (void)context, (void)device, (void)properties;
  return made_apart(status);
}

void *clCreateBuffer(void *context, u64 flags, u64 bytes, void *host, int *status) {
  (void)context, (void)flags, (void)bytes, (void)host;
  return made_apart(status);
}

void *clCreateProgramWithSource(void *context, u32 count, const char *const *texts,
                                const u64 *lengths, int *status) {
  (void)context, (void)count, (void)texts, (void)lengths;
  return made(status);
}

void *clCreateKernel(void *program, const char *name, int *status) {
  (void)program, (void)name;
  return made(status);
}

int clBuildProgram(void *program, u32 count, void *const *devices, const char *options, void *told,
                   void *of) {
  (void)program, (void)count, (void)devices, (void)options, (void)told, (void)of;
  return fails("build") ? -11 : 0;
}

int clGetProgramBuildInfo(void *program, void *device, u32 what, u64 room, void *value,
                          u64 *bytes) {
  (void)program, (void)device, (void)what;
  return give_text("fake.cl:40:7: error: this line is too good\n", room, value, bytes);
}

int clGetProgramInfo(void *program, u32 what, u64 room, void *value, u64 *bytes) {
  u64 none = 0;
  (void)program, (void)what;
  return give(&none, 8, room, value, bytes);
}

int clSetKernelArg(void *kernel, u32 index, u64 bytes, void *const *value) {
  (void)kernel, (void)index;
  if (bytes == sizeof *value && argument_count < 1000) {
    arguments[argument_count++] = *value;
  }
  return 0;
}

static int is_of_kernels(const void *buffer) {
  int found = 0;
  for (int i = 0; i < argument_count; i++) {
    found |= arguments[i] == buffer;
  }
  return found;
}

int clEnqueueNDRangeKernel(void *queue, void *kernel, u32 dims, const u64 *offset,
                           const u64 *items, const u64 *group) {
  (void)kernel, (void)dims, (void)offset;
  kernel_queue = queue;
  launches++;
  if (*group > largest_group() || *items % *group != 0) {
    return -54;
  }
  return (fails("lost") && launches > 1) || (fails("late") && launches > 100) ? -5 : 0;
}

int clEnqueueWriteBuffer(void *queue, void *buffer, u32 blocking, u64 offset, u64 bytes,
                         const void *source, u32 waits, void *const *events, void **event) {
  (void)offset, (void)bytes, (void)waits, (void)events;
  beside += !blocking && queue != kernel_queue && !is_of_kernels(buffer) && source != last_source;
  last_source = source;
  if (event) {
    *event = &handle;
  }
  return 0;
}

int clEnqueueReadBuffer(void *queue, void *buffer, u32 blocking) {
  (void)queue, (void)buffer;
  waits += blocking != 0;
  return 0;
}

int clEnqueueCopyBuffer(void *queue, void *from, void *to, u64 offset, u64 place, u64 bytes,
                        u32 before, void *const *events, void **event) {
  (void)queue, (void)from, (void)to, (void)offset, (void)place, (void)bytes, (void)before;
  (void)events;
  if (event) {
    *event = &handle;
  }
  return 0;
}

int clFinish(void *queue) {
  (void)queue;
  waits++;
  return 0;
}

__attribute__((destructor)) static void tell(void) {
  const char *name = getenv("FAKE_OPENCL_LOG");
  FILE *log = name ? fopen(name, "w") : NULL;
  if (log) {
    fprintf(log, "%d kernels, %d waits, %d beside\n", launches, waits, beside);
    fclose(log);
  }
}

int clEnqueueFillBuffer(void) { return 0; }
int clWaitForEvents(void) { return 0; }
int clFlush(void) { return 0; }
int clReleaseEvent(void) { return 0; }
int clReleaseKernel(void) { return 0; }
int clReleaseProgram(void) { return 0; }
int clReleaseMemObject(void) { return 0; }
int clReleaseCommandQueue(void) { return 0; }
int clReleaseContext(void) { return 0; }
