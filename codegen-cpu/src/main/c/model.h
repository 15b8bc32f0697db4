// SPDX-License-Identifier: Apache-2.0
// What the compiler says of a model: constants that it writes beside the machine code. Every field takes
// eight bytes, so that the layout is the same wherever this runs; `dlc.cpu.binary.ModelTables` writes it.
#ifndef DLC_MODEL_H
#define DLC_MODEL_H

#include "base.h"

// Element types, in programs and in files.
enum { F32, F64, F16, BF16, I32, I64, U8, BOOL, TYPES };

// A tensor at a fixed place in one of the two blocks of memory.
typedef struct {
  const char *name;
  i64 type;
  i64 rank;
  const i64 *dims;
  i64 elements;
  i64 offset;
  i64 in_state;
} Slot;

// Some steps of an entry point on a device: `turns` may be done side by side, each by a group of so many items,
// or by any number of items where that is 0.
typedef struct {
  const char *function;
  i64 first;
  i64 last;
  i64 turns;
  i64 items;
  i64 shared_bytes;  // that the items of a group have in common
} Launch;

// Where in a text the function of a kernel begins.
typedef struct {
  i64 line;
  const char *kernel;  // its name and its line of the model
} Landmark;

// An entry point in OpenCL C.
typedef struct {
  const u8 *text;  // compressed
  i64 text_bytes;
  i64 tells_steps;  // whether functions take the first and last step that they are to run
  i64 needs_doubles;
  i64 launches;
  const Launch *launch;
  i64 landmarks;
  const Landmark *landmark;
  i64 constants_at;  // in the work memory
  i64 constant_bytes;
  const u8 *constants;
  i64 writes_state;
} DeviceCode;

// One entry point for one batch size.
typedef struct {
  const char *name;
  i64 batch;
  void (*run)(u8 *state, u8 *work);  // NULL for devices
  // Where nothing has run since this entry point and the state is as it was: without what was then made of
  // the state alone. NULL where that is nothing.
  void (*again)(u8 *state, u8 *work);
  const DeviceCode *device;          // NULL for the processor
  i64 work_bytes;
  i64 inputs;
  i64 results;
  const Slot *slot;  // of the inputs, then of the results
} Entry;

// The program for one instruction set, or for one kind of devices.
typedef struct {
  const char *name;
  i64 level;  // of x86-64, 1 to 4 and with matrices 5; of processors in OpenCL the bytes of a vector; 0 runs anywhere
  i64 entries;
  const Entry *entry;
} Version;

typedef struct {
  const char *name;
  const char *value;
} Pair;

// A param that is told when the program starts.
typedef struct {
  const char *name;
  double preset;
} Steered;

// A number that follows from such params, in reverse Polish notation; or a comparison, which must hold or
// must not.
enum {
  TERM_NUMBER, TERM_PARAM, TERM_ADD, TERM_SUBTRACT, TERM_MULTIPLY, TERM_DIVIDE, TERM_EQUAL,
  TERM_UNEQUAL, TERM_LESS, TERM_AT_MOST, TERM_GREATER, TERM_AT_LEAST
};

typedef struct {
  i64 kind;
  double value;  // of a number; of a param its place
} Term;

typedef struct {
  const char *name;  // of the setting; of a comparison its text
  i64 holds;
  i64 terms;
  const Term *term;
} Formula;

struct Parts;
struct Data;
struct DeviceCalls;

typedef struct Source {
  const char *kind;
  void (*load)(const struct Source *source, const struct Source *training, struct Parts *parts);
  // Reads samples to predict on, for sources of tables; NULL for others.
  void (*inputs)(const struct Source *source, const char *path, struct Data *data);
  i64 options;
  const Pair *option;
  const struct Source *test;
} Source;

enum { TASK_CLASSES, TASK_BINARY, TASK_VALUES };
enum { LINK_SOFTMAX, LINK_EXP, LINK_SIGMOID, LINK_NONE };
enum {
  ACCURACY, TOP5, PRECISION, RECALL, F1, CONFUSION_MATRIX, MAE, RMSE, R2, PERPLEXITY, METRICS
};

typedef struct {
  const char *name;
  const char *compiler;   // its version
  const char *file;       // the program's name
  const char *optimizer;  // as text
  const char *loss;

  i64 state_bytes;
  i64 states;
  const Slot *state;
  i64 weights;  // how many numbers are trained
  i64 versions;
  const Version *version;
  i64 devices;
  const Version *device;  // the same for devices
  const struct DeviceCalls *device_calls;

  i64 inputs;
  const Slot *input;  // of one sample; the offset means nothing
  i64 has_target;
  Slot target;
  const char *output;
  // Reads an image as the bytes of a sample; NULL where samples are no images.
  u8 *(*read_image)(const char *path, i64 channels, i64 height, i64 width);

  const Source *source;
  double validation;
  i64 validation_is_fraction;
  i64 stratified;
  i64 folds;  // of cross-validation; 0 is none

  i64 batch;
  i64 epochs;
  i64 steps;  // 0 when the epochs count
  i64 seed;
  double lr;
  i64 drop_last;
  i64 accumulate;  // batches in a step
  i64 has_schedule;
  i64 stops_early;
  i64 patience;
  const char *watched;
  double least_gain;
  i64 restores;  // the weights of the best epoch
  i64 checkpoint_every;  // so many epochs
  i64 checkpoints_kept;
  i64 keeps_best;

  i64 task;
  i64 classes;
  i64 axis;
  i64 ignores;
  i64 ignored;
  double threshold;
  i64 link;
  i64 metrics;
  const i64 *metric;
  i64 class_names;
  const char *const *class_name;

  i64 params;
  const Pair *param;  // the value as the program was compiled
  i64 steered_params;
  const Steered *steered;  // those of them that are flags
  i64 aliases;
  const Pair *alias;  // those that are another way to say an option
  i64 formulas;
  const Formula *formula;
  i64 constraints;
  const Formula *constraint;

  i64 layers;
  const Pair *layer;  // name and what it gives
  const u8 *embedded;  // safetensors, or NULL
  i64 embedded_bytes;
} Model;

extern const Model dlc_model;

// The version that was chosen for this processor, or for the device.
extern const Version *version;
void choose_version(const char *forced);
int processor_level(void);

const Entry *find_entry(const char *name, i64 batch);
// The entry point, or a complaint that it was not compiled for so many samples.
const Entry *require_entry(const char *name, i64 batch);
// Nothing when the entry point has no such input or result.
const Slot *find_input(const Entry *entry, const char *name);
const Slot *find_result(const Entry *entry, const char *name);

void run_entry(const Entry *entry);

// Memory of the model: state lives as long as the process, work as long as a call. Where a device computes,
// it has its own, and these are copies.
extern u8 *work_memory;
void allocate_model(void);  // all 0
// All state as it is now; who changes it says so.
u8 *state_memory(void);
void state_changed(void);
// Where an input is written, or a state.
u8 *slot_memory(const Slot *slot);
// A result of the last run.
u8 *result_memory(const Slot *slot);
const char *option_of(const Source *source, const char *name, const char *otherwise);

int type_bytes(i64 type);
const char *type_name(i64 type);
double element_at(const u8 *values, i64 type, i64 index);
void store_element(u8 *values, i64 type, i64 index, double value);
char *type_text(i64 type, i64 rank, const i64 *dims);

#endif
