// SPDX-License-Identifier: Apache-2.0
/* Runs kernel.cl on an OpenCL device and compares what it writes with what was expected.
 *
 *   cc host.c -o host -lm -lOpenCL     (without the library's development files: -l:libOpenCL.so.1)
 *   ./host [NUMBER OF THE DEVICE, counted over all platforms]
 *
 * It ends with 0 where all is as expected, 1 where it is not, and 2 where OpenCL or a file fails.
 */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type { F32, F64, F16, BF16, I32, U8, BOOL };

/* Places are bytes from the start of buffers.safetensors; 0 is none. */
struct buffer {
  const char *name;
  enum type type;
  size_t bytes;
  long given, expected;
};

struct launch {
  const char *kernel;
  size_t items, group;
};

/*TABLES*/

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void stop(const char *what, int status) {
  fprintf(stderr, "%s: error %d\n", what, status);
  exit(2);
}

static void check(cl_int status, const char *what) {
  if (status != CL_SUCCESS) stop(what, status);
}

/* What lies at a place of a file; all of the file, and a 0, where bytes is 0. */
static void *contents(const char *path, long place, size_t bytes) {
  FILE *file = fopen(path, "rb");
  if (!file) stop(path, 0);
  if (bytes == 0) {
    fseek(file, 0, SEEK_END);
    bytes = (size_t)ftell(file);
  }
  char *memory = calloc(bytes + 1, 1);
  fseek(file, place, SEEK_SET);
  if (!memory || fread(memory, 1, bytes, file) != bytes) stop(path, 0);
  fclose(file);
  return memory;
}

static size_t size(enum type type) {
  static const size_t sizes[] = {4, 8, 2, 2, 4, 1, 1};
  return sizes[type];
}

static double half(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double value = exponent == 31  ? (fraction ? NAN : INFINITY)
                 : exponent == 0 ? ldexp(fraction, -24)
                                 : ldexp(fraction + 1024, exponent - 25);
  return bits >> 15 ? -value : value;
}

static double element(const void *memory, enum type type, size_t i) {
  switch (type) {
    case F32: return ((const float *)memory)[i];
    case F64: return ((const double *)memory)[i];
    case F16: return half(((const uint16_t *)memory)[i]);
    case BF16: {
      uint32_t bits = (uint32_t)((const uint16_t *)memory)[i] << 16;
      float value;
      memcpy(&value, &bits, 4);
      return value;
    }
    case I32: return ((const int32_t *)memory)[i];
    default: return ((const uint8_t *)memory)[i];
  }
}

static cl_device_id device(unsigned number, cl_platform_id *platform) {
  cl_platform_id platforms[32];
  cl_uint count = 0;
  check(clGetPlatformIDs(32, platforms, &count), "looking for platforms");
  for (cl_uint i = 0; i < count && i < 32; i++) {
    cl_device_id devices[32];
    cl_uint here = 0;
    if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, 32, devices, &here) != CL_SUCCESS) continue;
    if (number < here) {
      *platform = platforms[i];
      return devices[number];
    }
    number -= here;
  }
  stop("there is no such device", 0);
  return NULL;
}

static cl_program build(cl_context context, cl_device_id id) {
  cl_int status;
  char *text = contents("kernel.cl", 0, 0);
  cl_program program = clCreateProgramWithSource(context, 1, (const char **)&text, NULL, &status);
  check(status, "making the program");
  cl_device_fp_config floats = 0;
  clGetDeviceInfo(id, CL_DEVICE_SINGLE_FP_CONFIG, sizeof floats, &floats, NULL);
  const char *options = floats & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT
                            ? "-w -cl-std=CL1.2 -cl-denorms-are-zero "
                              "-cl-fp32-correctly-rounded-divide-sqrt"
                            : "-w -cl-std=CL1.2 -cl-denorms-are-zero";
  status = clBuildProgram(program, 1, &id, options, NULL, NULL);
  if (status != CL_SUCCESS) {
    static char log[65536];
    clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, sizeof log - 1, log, NULL);
    fprintf(stderr, "%s\n", log);
    stop("building kernel.cl", status);
  }
  return program;
}

/* Whether the elements are as expected; differences count relative to the largest of them. */
static int same(const struct buffer *buffer, const void *actual) {
  void *expected = contents("buffers.safetensors", buffer->expected, buffer->bytes);
  size_t elements = buffer->bytes / size(buffer->type), worst = 0;
  double scale = 1e-6, most = 0;
  for (size_t i = 0; i < elements; i++) {
    double x = element(expected, buffer->type, i);
    if (isfinite(x)) scale = fmax(scale, fabs(x));
  }
  for (size_t i = 0; i < elements; i++) {
    double x = element(expected, buffer->type, i), y = element(actual, buffer->type, i);
    double apart = x == y || (isnan(x) && isnan(y)) ? 0 : fabs(x - y) / scale;
    if (isnan(apart)) apart = INFINITY;
    if (apart > most) {
      most = apart;
      worst = i;
    }
  }
  double rounding = buffer->type == F16 ? 0x1p-10 : buffer->type == BF16 ? 0x1p-7 : 0;
  int good = most <= TOLERANCE + rounding;
  printf("%s %s: largest difference %.1e, at %zu: expected %.9g, the device has %.9g\n",
         good ? "same   " : "DIFFERS", buffer->name, most, worst,
         element(expected, buffer->type, worst), element(actual, buffer->type, worst));
  free(expected);
  return good;
}

int main(int count, char **arguments) {
  cl_int status;
  cl_platform_id platform;
  cl_device_id id = device(count > 1 ? (unsigned)atoi(arguments[1]) : 0, &platform);
  char name[256] = "";
  clGetDeviceInfo(id, CL_DEVICE_NAME, sizeof name - 1, name, NULL);
  printf("%s\n", name);
  cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)platform, 0};
  cl_context context = clCreateContext(properties, 1, &id, NULL, NULL, &status);
  check(status, "making a context");
  cl_command_queue queue = clCreateCommandQueue(context, id, 0, &status);
  check(status, "making a queue");
  cl_mem memory[COUNT(BUFFERS)];
  for (size_t i = 0; i < COUNT(BUFFERS); i++) {
    void *given = contents("buffers.safetensors", BUFFERS[i].given, BUFFERS[i].bytes);
    memory[i] = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR,
                               BUFFERS[i].bytes, given, &status);
    check(status, "making a buffer");
    free(given);
  }
  cl_program program = build(context, id);
  for (size_t i = 0; i < COUNT(LAUNCHES); i++) {
    cl_kernel kernel = clCreateKernel(program, LAUNCHES[i].kernel, &status);
    check(status, LAUNCHES[i].kernel);
    for (cl_uint k = 0; k < COUNT(BUFFERS); k++) {
      check(clSetKernelArg(kernel, k, sizeof(cl_mem), &memory[k]), BUFFERS[k].name);
    }
    check(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &LAUNCHES[i].items, &LAUNCHES[i].group, 0, NULL,
                                 NULL),
          LAUNCHES[i].kernel);
  }
  check(clFinish(queue), "running");
  int good = 1;
  for (size_t i = 0; i < COUNT(BUFFERS); i++) {
    if (BUFFERS[i].expected == 0) continue;
    void *actual = malloc(BUFFERS[i].bytes);
    check(clEnqueueReadBuffer(queue, memory[i], CL_TRUE, 0, BUFFERS[i].bytes, actual, 0, NULL, NULL),
          "reading a buffer");
    good &= same(&BUFFERS[i], actual);
    free(actual);
  }
  return good ? 0 : 1;
}
