// SPDX-License-Identifier: Apache-2.0
// The OpenCL library and the devices of this machine.
#include "opencl.h"

OpenCl cl;
Device device;

// ---- the library

static const char *const FUNCTIONS[] = {
    "clGetPlatformIDs",       "clGetPlatformInfo",   "clGetDeviceIDs",
    "clGetDeviceInfo",        "clCreateContext",     "clCreateCommandQueue",
    "clCreateBuffer",         "clReleaseMemObject",  "clCreateProgramWithSource",
    "clBuildProgram",         "clGetProgramBuildInfo", "clCreateKernel",
    "clSetKernelArg",         "clEnqueueNDRangeKernel", "clEnqueueWriteBuffer",
    "clEnqueueReadBuffer",    "clEnqueueFillBuffer", "clEnqueueCopyBuffer",
    "clWaitForEvents",        "clReleaseEvent",      "clFlush",
};

const char *find_library(void) {
  if (!dlopen || !dlsym) {
    return "the C library of this system cannot open libraries, such as that of OpenCL";
  }
  // One that came with the process, as oclgrind does, is the one to take: two get in each other's way.
  static const char *const PLACES[] = {NULL, "libOpenCL.so.1", "libOpenCL.so"};
  void *library = NULL;
  for (int i = 0; i < 3 && !library; i++) {
    library = dlopen(PLACES[i], RTLD_NOW);
    library = library && dlsym(library, FUNCTIONS[0]) ? library : NULL;
  }
  if (!library) {
    return "OpenCL is not installed here: libOpenCL.so.1 cannot be loaded";
  }
  _Static_assert(sizeof FUNCTIONS == sizeof cl, "a name for each function");
  void **function = (void **)&cl;
  for (u64 i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
    function[i] = dlsym(library, FUNCTIONS[i]);
    if (!function[i]) {
      return text_of("OpenCL is too old here: libOpenCL.so.1 has no %s, which came with 1.2",
                     FUNCTIONS[i]);
    }
  }
  return NULL;
}

const char *status_name(i32 status) {
  static const struct {
    i32 status;
    const char *name;
  } NAMES[] = {
      {-2, "CL_DEVICE_NOT_AVAILABLE"},
      {-3, "CL_COMPILER_NOT_AVAILABLE"},
      {-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE"},
      {-5, "CL_OUT_OF_RESOURCES"},
      {-6, "CL_OUT_OF_HOST_MEMORY"},
      {CL_BUILD_PROGRAM_FAILURE, "CL_BUILD_PROGRAM_FAILURE"},
      {-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"},
      {-33, "CL_INVALID_DEVICE"},
      {-34, "CL_INVALID_CONTEXT"},
      {-36, "CL_INVALID_COMMAND_QUEUE"},
      {-45, "CL_INVALID_PROGRAM_EXECUTABLE"},
      {-46, "CL_INVALID_KERNEL_NAME"},
      {-54, "CL_INVALID_WORK_GROUP_SIZE"},
      {-61, "CL_INVALID_BUFFER_SIZE"},
      {CL_PLATFORM_NOT_FOUND, "CL_PLATFORM_NOT_FOUND_KHR"},
  };
  for (u64 i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    if (NAMES[i].status == status) {
      return NAMES[i].name;
    }
  }
  return text_of("status %d", status);
}

// ---- what devices say of themselves

enum {
  KIND = 0x1000, UNITS = 0x1002, LARGEST_GROUP = 0x1004, LARGEST_BUFFER = 0x1010,
  SINGLE_FP_CONFIG = 0x101B, MEMORY = 0x101F, SHARED_MEMORY = 0x1023, NAME = 0x102B,
  EXTENSIONS = 0x1030, NATIVE_FLOATS = 0x103A,
};
enum { PLATFORM_VERSION = 0x0901, PLATFORM_NAME = 0x0902 };
enum { ANY_KIND = -1, CPU_KIND = 2, GPU_KIND = 4, ROUNDS_DIVISIONS = 128 };

typedef i32 (*Question)(void *of, u32 what, u64 room, void *value, u64 *bytes);

static char *text_about(Question ask, void *of, u32 what) {
  u64 bytes = 0;
  if (ask(of, what, 0, NULL, &bytes) != 0) {
    return "";
  }
  char *text = allocate((i64)bytes + 1, 1);
  ask(of, what, bytes, text, NULL);
  i64 length = (i64)strlen(text);
  while (length > 0 && text[length - 1] == ' ') {
    text[--length] = 0;
  }
  while (*text == ' ') {
    text++;
  }
  return text;
}

static u64 number_about(void *of, u32 what) {
  u64 value = 0;
  cl.clGetDeviceInfo(of, what, sizeof value, &value, NULL);
  return value;
}

static int has_word(const char *text, const char *word) {
  u64 length = strlen(word);
  for (; *text; text++) {
    if (strncmp(text, word, length) == 0 && (text[length] == ' ' || !text[length])) {
      return 1;
    }
  }
  return 0;
}

static void describe(Device *found) {
  void *id = found->device;
  found->units = (i64)(u32)number_about(id, UNITS);
  found->memory = (i64)number_about(id, MEMORY);
  found->largest = (i64)number_about(id, LARGEST_BUFFER);
  found->group = (i64)number_about(id, LARGEST_GROUP);
  found->shared_bytes = (i64)number_about(id, SHARED_MEMORY);
  i64 bytes = 4 * (i64)(u32)number_about(id, NATIVE_FLOATS);
  found->vector_bytes = bytes < 16 ? 16 : bytes > 64 ? 64 : bytes;
  found->has_doubles =
      has_word(text_about((Question)cl.clGetDeviceInfo, id, EXTENSIONS), "cl_khr_fp64");
  found->rounds_divisions = (number_about(id, SINGLE_FP_CONFIG) & ROUNDS_DIVISIONS) != 0;
}

// ---- which one

static char *lower_case(const char *text) {
  char *lower = copy_of(text, (i64)strlen(text));
  for (char *at = lower; *at; at++) {
    *at = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
  }
  return lower;
}

static int contains(const char *text, const char *part) {
  u64 length = strlen(part);
  for (; *text; text++) {
    if (strncmp(text, part, length) == 0) {
      return 1;
    }
  }
  return length == 0;
}

static int is_number(const char *text) {
  int digits = 0;
  while (text[digits] >= '0' && text[digits] <= '9') {
    digits++;
  }
  return digits > 0 && digits < 5 && !text[digits];
}

// Whether the device `wanted`, a number or a part of a name, is this one.
static int is_wanted(const Device *found, const char *wanted) {
  if (is_number(wanted)) {
    return same(text_of("%l", found->index), wanted);
  }
  Question ask = (Question)cl.clGetPlatformInfo;
  const char *names = text_of("%s %s %s", found->name,
                              text_about(ask, found->platform, PLATFORM_NAME),
                              text_about(ask, found->platform, PLATFORM_VERSION));
  return contains(lower_case(names), lower_case(wanted));
}

typedef struct {
  const char *wanted;  // a number or a part of a name; empty is any
  i64 count;
  int taken;
  Text known;
  Text broken;  // drivers
} Search;

static void look_at(Search *search, void *platform, void *id) {
  Device found = {0};
  found.platform = platform;
  found.device = id;
  found.index = search->count++;
  found.name = text_about((Question)cl.clGetDeviceInfo, id, NAME);
  found.kind = number_about(id, KIND);
  text_add(&search->known, search->known.length ? ", opencl:%l (%s)" : "opencl:%l (%s)",
           found.index, found.name);
  int is_gpu = (found.kind & GPU_KIND) != 0;
  int is_better = *search->wanted ? !search->taken && is_wanted(&found, search->wanted)
                                  : !search->taken || (is_gpu && !(device.kind & GPU_KIND));
  if (is_better) {
    device = found;
    search->taken = 1;
  }
}

static void look_in(Search *search, void *platform) {
  u32 count = 0;
  i32 status = cl.clGetDeviceIDs(platform, (u32)ANY_KIND, 0, NULL, &count);
  void **ids = allocate(count, sizeof(void *));
  if (status == 0 && count > 0) {
    status = cl.clGetDeviceIDs(platform, (u32)ANY_KIND, count, ids, NULL);
  }
  if (status != 0 && status != -1) {
    text_add(&search->broken, "%sthe OpenCL driver %s is broken: %s",
             search->broken.length ? "; " : "",
             text_about((Question)cl.clGetPlatformInfo, platform, PLATFORM_NAME),
             status_name(status));
    return;
  }
  for (u32 i = 0; i < count; i++) {
    look_at(search, platform, ids[i]);
  }
}

const char *find_device(const char *name, int only_gpu) {
  const char *problem = find_library();
  if (problem) {
    return problem;
  }
  u32 count = 0;
  i32 status = cl.clGetPlatformIDs(0, NULL, &count);
  if (status != 0 && status != CL_PLATFORM_NOT_FOUND) {
    return text_of("OpenCL does not answer: %s", status_name(status));
  }
  void **platforms = allocate(count, sizeof(void *));
  if (count > 0) {
    cl.clGetPlatformIDs(count, platforms, NULL);
  }
  Search search = {0};
  search.wanted = starts_with(name, "opencl:") ? name + 7 : "";
  for (u32 i = 0; i < count; i++) {
    look_in(&search, platforms[i]);
  }
  if (search.count == 0) {
    find_broken_drivers(&search.broken);
    return search.broken.length ? search.broken.at : "OpenCL has no device here";
  }
  if (!search.taken) {
    fail(NO_DEVICE, text_of("there are %s", search.known.at), "there is no OpenCL device '%s'",
         search.wanted);
  }
  if (only_gpu && !(device.kind & GPU_KIND)) {
    return "OpenCL has no graphics processor here";
  }
  describe(&device);
  return NULL;
}

// ---- which version of the model

static int can_launch(const Version *version) {
  for (i64 i = 0; i < version->entries; i++) {
    const DeviceCode *code = version->entry[i].device;
    for (i64 k = 0; k < code->launches; k++) {
      const Launch *launch = code->launch + k;
      if (launch->items > device.group || launch->shared_bytes > device.shared_bytes) {
        return 0;
      }
    }
  }
  return 1;
}

static const Version *suiting(void) {
  int is_cpu = (device.kind & CPU_KIND) != 0 && !(device.kind & GPU_KIND);
  const Version *best = NULL;
  for (i64 i = 0; i < dlc_model.devices; i++) {
    const Version *each = dlc_model.device + i;
    int fits = is_cpu ? each->level > 0 && each->level <= device.vector_bytes
                      : each->level == 0 && can_launch(each);
    if (fits && (!best || each->level > best->level)) {
      best = each;
    }
  }
  return best;
}

const Version *device_version(void) {
  static const Version *version;
  version = version ? version : suiting();
  return version;
}

void device_failed(const char *what, i32 status) {
  fail(DEVICE_FAILED,
       "what was saved before is unharmed; try again, or let the processor compute: --device cpu",
       "opencl:%l (%s): %s (%s)", device.index, device.name, what, status_name(status));
}
