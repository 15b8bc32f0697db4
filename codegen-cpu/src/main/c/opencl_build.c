// SPDX-License-Identifier: Apache-2.0
// Entry points as the device's driver builds them, each when it is first wanted.
#include "file.h"
#include "opencl.h"

enum {
  ITEMS = 4,    // for each unit of a processor: the last ones to end keep few others idle
  GROUP = 64,   // items of a group where it may have them: two or one times what devices run in step
  GROUPS = 64,  // for each unit of other devices: some compute while others wait for memory
};

static char *build_log(void *program) {
  u64 bytes = 0;
  cl.clGetProgramBuildInfo(program, device.device, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes);
  char *log = allocate((i64)bytes + 1, 1);
  cl.clGetProgramBuildInfo(program, device.device, CL_PROGRAM_BUILD_LOG, bytes, log, NULL);
  i64 length = (i64)strlen(log);
  while (length > 0 && (log[length - 1] == '\n' || log[length - 1] == ' ')) {
    log[--length] = 0;
  }
  return log;
}

// The number in `:12:3: `, which says where something is; -1 when this is no such place.
static i64 line_at(const char *text) {
  i64 line = 0;
  int parts = 0;
  while (parts < 2 && *text == ':' && text[1] >= '0' && text[1] <= '9') {
    for (text++; *text >= '0' && *text <= '9'; text++) {
      line = parts == 0 && line < 100000000 ? 10 * line + (*text - '0') : line;
    }
    parts++;
  }
  return parts == 2 && *text == ':' ? line : -1;
}

// The line of the program of which `log` first says that it is wrong: `file.cl:12:3: error: …`, or as PoCL
// has it, `error: file.cl:12:3: …`.
static i64 wrong_line(const char *log) {
  while (*log) {
    i64 found = -1;
    int is_error = 0;
    for (; *log && *log != '\n'; log++) {
      is_error |= starts_with(log, "error: ");
      found = found < 0 ? line_at(log) : found;
    }
    if (is_error && found >= 0) {
      return found;
    }
    log += *log == '\n';
  }
  return -1;
}

static const char *kernel_at(const DeviceCode *code, i64 line) {
  const char *found = NULL;
  for (i64 i = 0; i < code->landmarks && code->landmark[i].line <= line; i++) {
    found = code->landmark[i].kernel;
  }
  return found;
}

static void not_built(const Entry *entry, void *program, i32 status) {
  char *log = build_log(program);
  const char *kernel = kernel_at(entry->device, wrong_line(log));
  fail(DEVICE_FAILED, "let the processor compute (--device cpu)",
       "the driver of opencl:%l (%s) cannot build %s%s%s:\n%s", device.index, device.name,
       entry->name, kernel ? ", in the kernel " : "", kernel ? kernel : "",
       *log ? log : status_name(status));
}

static void *build(const Entry *entry, void *context) {
  const DeviceCode *code = entry->device;
  if (code->needs_doubles && !device.has_doubles) {
    fail(DEVICE_FAILED,
         "leave precision f64 out, or let the processor compute: --device cpu",
         "opencl:%l (%s) computes no f64: it lacks cl_khr_fp64", device.index, device.name);
  }
  i64 length;
  const char *reason;
  const char *text = (const char *)gunzip(code->text, code->text_bytes, &length, &reason);
  u64 bytes = (u64)length;
  i32 status;
  void *program = cl.clCreateProgramWithSource(context, 1, &text, &bytes, &status);
  if (status != 0) {
    device_failed("it takes no program", status);
  }
  const char *options = device.rounds_divisions
                            ? "-w -cl-std=CL1.2 -cl-denorms-are-zero "
                              "-cl-fp32-correctly-rounded-divide-sqrt"
                            : "-w -cl-std=CL1.2 -cl-denorms-are-zero";
  status = cl.clBuildProgram(program, 1, &device.device, options, NULL, NULL);
  if (status != 0) {
    not_built(entry, program, status);
  }
  free((void *)text);
  return program;
}

static void set(void *kernel, u32 index, u64 bytes, const void *value, const Launch *launch) {
  i32 status = cl.clSetKernelArg(kernel, index, bytes, value);
  if (status != 0) {
    device_failed(text_of("it does not take the kernel %s", launch->function), status);
  }
}

// Who runs it: single items on processors, which are told steps, and groups of them on others, a turn each
// where the items of a group share memory.
static Ready ready_for(void *kernel, const Launch *launch, i64 is_processor) {
  i64 turns = launch->turns;
  if (launch->items > 0) {
    return (Ready){kernel, (u64)(turns * launch->items), (u64)launch->items};
  }
  i64 size = is_processor || turns == 1 ? 1 : device.group < GROUP ? device.group : GROUP;
  i64 most = device.units * (is_processor ? ITEMS : GROUPS);
  i64 groups = (turns + size - 1) / size;
  return (Ready){kernel, (u64)((groups < most ? groups : most) * size), (u64)size};
}

Ready *build_entry(const Entry *entry, void *context, void *state, void *work) {
  const DeviceCode *code = entry->device;
  void *program = build(entry, context);
  Ready *ready = allocate(code->launches, sizeof(Ready));
  for (i64 i = 0; i < code->launches; i++) {
    const Launch *launch = code->launch + i;
    i32 status;
    void *kernel = cl.clCreateKernel(program, launch->function, &status);
    if (status != 0) {
      device_failed(text_of("it does not take the kernel %s", launch->function), status);
    }
    set(kernel, 0, sizeof state, &state, launch);
    set(kernel, 1, sizeof work, &work, launch);
    if (code->tells_steps) {
      i32 steps[] = {(i32)launch->first, (i32)launch->last};
      set(kernel, 2, 4, steps, launch);
      set(kernel, 3, 4, steps + 1, launch);
    }
    ready[i] = ready_for(kernel, launch, code->tells_steps);
  }
  return ready;
}
