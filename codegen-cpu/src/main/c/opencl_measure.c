// SPDX-License-Identifier: Apache-2.0
// How fast a device is, tried out as `dlc devices --measure` does.
#include "opencl.h"

enum { ROUNDS = 512, WORK_ITEMS = 1 << 14, FLOATS = 1 << 24, TRIES = 5, MOST_OF_GROUP = 64 };

// In each round of an item: 8 chains of 16 lanes, an addition and a multiplication each.
static const double OPERATIONS = 8.0 * 16 * 2 * ROUNDS * WORK_ITEMS;

static const char *const TEXT =
    "#pragma OPENCL FP_CONTRACT ON\n"
    "__kernel void compute(__global float16 *y) {\n"
    "  const float16 m = (float16)(0.999f);\n"
    "  float16 a = (float16)(get_global_id(0)), b = a + 1, c = a + 2, d = a + 3;\n"
    "  float16 e = a + 4, f = a + 5, g = a + 6, h = a + 7;\n"
    "  for (int i = 0; i < 512; i++) {\n"
    "    a = a * m + m; b = b * m + m; c = c * m + m; d = d * m + m;\n"
    "    e = e * m + m; f = f * m + m; g = g * m + m; h = h * m + m;\n"
    "  }\n"
    "  y[get_global_id(0)] = a + b + c + d + e + f + g + h;\n"
    "}\n"
    "__kernel void copy(__global float16 *y) {\n"
    "  y[get_global_id(0)] = y[get_global_id(0) + 524288];\n"
    "}\n";
_Static_assert(ROUNDS == 512 && FLOATS / 32 == 524288, "as the text has it");

static void *program_of(const char *text) {
  i32 status;
  void *program = cl.clCreateProgramWithSource(opened.context, 1, &text, NULL, &status);
  require(status, "it takes no program");
  require(cl.clBuildProgram(program, 1, &device.device, NULL, NULL, NULL), "it cannot be measured");
  return program;
}

// The shortest time that `items` take for the kernel called `name`.
static double best(void *program, const char *name, void *memory, i64 items) {
  i32 status;
  void *kernel = cl.clCreateKernel(program, name, &status);
  require(status, "it cannot be measured");
  require(cl.clSetKernelArg(kernel, 0, sizeof memory, &memory), "it cannot be measured");
  u64 all = (u64)items;
  u64 group = device.group < MOST_OF_GROUP ? (u64)device.group : MOST_OF_GROUP;
  while (all % group != 0) {
    group--;
  }
  double shortest = 1e9;
  for (int i = 0; i < TRIES; i++) {
    double start = seconds_now();
    u32 one;
    require(cl.clEnqueueNDRangeKernel(opened.queue, kernel, 1, NULL, &all, &group, 0, NULL, NULL),
            "it cannot be measured");
    require(cl.clEnqueueReadBuffer(opened.queue, memory, CL_TRUE, 0, sizeof one, &one, 0, NULL, NULL),
            "it cannot be measured");
    double taken = seconds_now() - start;
    shortest = taken < shortest ? taken : shortest;
  }
  return shortest;
}

Speed measure_device(void) {
  void *memory = reserve_on_device(4L * FLOATS, "the measurement");
  void *program = program_of(TEXT);
  Speed speed = {
      OPERATIONS / best(program, "compute", memory, WORK_ITEMS) / 1e9,
      4.0 * FLOATS / best(program, "copy", memory, FLOATS / 32) / 1e9,
  };
  free_on_device(memory, 4L * FLOATS);
  return speed;
}
