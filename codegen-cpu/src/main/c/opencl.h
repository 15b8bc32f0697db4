// SPDX-License-Identifier: Apache-2.0
// OpenCL as far as it is used, declared here and found at run time: no SDK is needed to build this, and no
// library to start it.
#ifndef DLC_OPENCL_H
#define DLC_OPENCL_H

#include "device.h"

// ---- the library; handles are addresses, and a status of 0 is success

typedef struct {
  i32 (*clGetPlatformIDs)(u32 room, void **platforms, u32 *count);
  i32 (*clGetPlatformInfo)(void *platform, u32 what, u64 room, void *value, u64 *bytes);
  i32 (*clGetDeviceIDs)(void *platform, u64 kinds, u32 room, void **devices, u32 *count);
  i32 (*clGetDeviceInfo)(void *device, u32 what, u64 room, void *value, u64 *bytes);
  void *(*clCreateContext)(const i64 *properties, u32 count, void *const *devices,
                           void (*told)(const char *, const void *, u64, void *), void *of,
                           i32 *status);
  void *(*clCreateCommandQueue)(void *context, void *device, u64 properties, i32 *status);
  void *(*clCreateBuffer)(void *context, u64 flags, u64 bytes, void *host, i32 *status);
  i32 (*clReleaseMemObject)(void *buffer);
  void *(*clCreateProgramWithSource)(void *context, u32 count, const char *const *texts,
                                     const u64 *lengths, i32 *status);
  i32 (*clBuildProgram)(void *program, u32 count, void *const *devices, const char *options,
                        void (*told)(void *, void *), void *of);
  i32 (*clGetProgramBuildInfo)(void *program, void *device, u32 what, u64 room, void *value,
                               u64 *bytes);
  void *(*clCreateKernel)(void *program, const char *name, i32 *status);
  i32 (*clSetKernelArg)(void *kernel, u32 index, u64 bytes, const void *value);
  i32 (*clEnqueueNDRangeKernel)(void *queue, void *kernel, u32 dims, const u64 *offset,
                                const u64 *items, const u64 *group, u32 waits,
                                void *const *events, void **event);
  i32 (*clEnqueueWriteBuffer)(void *queue, void *buffer, u32 blocking, u64 offset, u64 bytes,
                              const void *source, u32 waits, void *const *events, void **event);
  i32 (*clEnqueueReadBuffer)(void *queue, void *buffer, u32 blocking, u64 offset, u64 bytes,
                             void *target, u32 waits, void *const *events, void **event);
  i32 (*clEnqueueFillBuffer)(void *queue, void *buffer, const void *pattern, u64 pattern_bytes,
                             u64 offset, u64 bytes, u32 waits, void *const *events, void **event);
  i32 (*clEnqueueCopyBuffer)(void *queue, void *from, void *to, u64 offset, u64 place, u64 bytes,
                             u32 waits, void *const *events, void **event);
  i32 (*clWaitForEvents)(u32 count, void *const *events);
  i32 (*clReleaseEvent)(void *event);
  i32 (*clFlush)(void *queue);
} OpenCl;

enum { CL_TRUE = 1, CL_FALSE = 0, CL_MEM_READ_WRITE = 1 };
enum { CL_BUILD_PROGRAM_FAILURE = -11, CL_PLATFORM_NOT_FOUND = -1001 };
enum { CL_PROGRAM_BUILD_LOG = 0x1183, CL_CONTEXT_PLATFORM = 0x1084 };

extern OpenCl cl;

// Finds the library; NULL, or why it cannot be had.
const char *find_library(void);
const char *status_name(i32 status);

// ---- the device

typedef struct {
  void *platform;
  void *device;
  i64 index;
  char *name;
  u64 kind;
  i64 units;         // that run work-groups at the same time
  i64 memory;        // bytes of it
  i64 largest;       // the most bytes of a buffer
  i64 vector_bytes;  // of its vectors of floats
  i64 group;         // the most items of a group
  i64 shared_bytes;  // the most that these share
  int has_doubles;
  int rounds_divisions;
} Device;

extern Device device;

// Adds a sentence for each driver whose library cannot be loaded.
void find_broken_drivers(Text *broken);
// Finds the device called `name`; NULL, or why there is none at all. Complains about a name that none has.
const char *find_device(const char *name, int only_gpu);

// The version of the model for it: the first that its groups are large enough for.
const Version *device_version(void);

// Complains that the device did not do what it was asked to.
void device_failed(const char *what, i32 status) __attribute__((noreturn));
// The same, unless it did.
void require(i32 status, const char *what);

// ---- what is open

typedef struct {
  void *context;
  void *queue;   // in which one thing is done after the other
  void *beside;  // a second one, which brings inputs meanwhile
  void *state;
  void *work;
  i64 taken;  // bytes of the device's memory
} Opened;

extern Opened opened;

// Memory of the device with anything in it, for `what`.
void *reserve_on_device(i64 bytes, const char *what);
void free_on_device(void *buffer, i64 bytes);

// Starts bringing the inputs of a run, which is asked for next.
void bring_inputs(const Entry *entry);

// Keeps the results of the run just asked for; gives how many runs are kept at most.
i64 keep_on_device(const Entry *entry);
// Brings those of the run that was kept `back` runs before the last to the work memory here.
void recall_from_device(const Entry *entry, i64 back);
// Forgets what was kept of all entry points.
void forget_kept(void);

Speed measure_device(void);

// ---- programs

// What is launched: a function with its arguments set, by how many work-items, in groups of which
// size.
typedef struct {
  void *kernel;
  u64 items;
  u64 size;
} Ready;

// The launches of an entry point, all arguments set.
Ready *build_entry(const Entry *entry, void *context, void *state, void *work);

#endif
