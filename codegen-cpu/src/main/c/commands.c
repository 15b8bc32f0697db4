// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include "device.h"
#include "params.h"
#include "weights.h"

#define DATA_FLAG \
  {"--data", "DIR", "where relative paths of data are looked up first (then $DLC_DATA)"}
#define SEED_FLAG {"--seed", "N", "instead of the program's seed"}
#define THREADS_FLAG {"--threads", "N", "threads that compute (default: one for each core)"}
#define WEIGHTS_FLAG {"--weights", "W", "the weights, as train --save wrote them"}
#define JSON_FLAG {"--json", NULL, "print JSON objects"}
#define QUIET_FLAG {"--quiet", NULL, "print results alone"}

static const Flag TRAIN[] = {
    DATA_FLAG,
    {"--epochs", "N", "instead of the program's epochs"},
    {"--steps", "N", "end after so many steps"},
    {"--lr", "X", "instead of the program's learning rate"},
    SEED_FLAG,
    THREADS_FLAG,
    {"--init", "W", "start with the weights in this file"},
    {"--save", "W", "write the weights to this file, in the safetensors format"},
    {"--report", "DIR", "write metrics.jsonl and curves as SVG to this folder"},
    {"--checkpoint-dir", "DIR", "save the whole state of training to this folder"},
    {"--checkpoint-every-steps", "N", "save it after every N steps, too"},
    {"--resume", "[DIR]", "go on from the newest checkpoint of DIR or --checkpoint-dir, if there is one"},
    {"--check-finite", NULL, "look for NaN and infinity after every step"},
    {"--drop-last", NULL, "leave out the last batch of an epoch when it is smaller"},
    JSON_FLAG,
    QUIET_FLAG,
};

static const Flag EVAL[] = {WEIGHTS_FLAG, DATA_FLAG, SEED_FLAG, THREADS_FLAG, JSON_FLAG,
                            QUIET_FLAG};
static const Flag PREDICT[] = {WEIGHTS_FLAG, DATA_FLAG, THREADS_FLAG, JSON_FLAG, QUIET_FLAG};
static const Flag INFO[] = {
    JSON_FLAG,
    QUIET_FLAG,
    {"--measure", NULL, "measure arithmetic and memory of the OpenCL device --device"},
};

// ---- flags

const Flag *train_flags(i64 *count) {
  *count = sizeof TRAIN / sizeof *TRAIN;
  return with_aliases(with_device(TRAIN, count), count);
}

const Flag *eval_flags(i64 *count) {
  *count = sizeof EVAL / sizeof *EVAL;
  return with_params(with_device(EVAL, count), count);
}

const Flag *predict_flags(i64 *count) {
  *count = sizeof PREDICT / sizeof *PREDICT;
  return with_params(with_device(PREDICT, count), count);
}

const Flag *info_flags(i64 *count) {
  *count = sizeof INFO / sizeof *INFO - !dlc_model.device_calls;
  return with_device(INFO, count);
}

// ---- what several commands share

static i64 processors(void) {
  u64 mask[128] = {0};
  int bytes = sched_getaffinity(0, sizeof mask, mask);
  i64 count = 0;
  for (u64 i = 0; bytes >= 0 && i < sizeof mask / 8; i++) {
    count += __builtin_popcountl(mask[i]);
  }
  return count > 0 ? count : 1;
}

i64 threads;

void start_threads(const Options *options) {
  threads = option_count(options, "--threads", 0, 1, 256);
  threads = threads ? threads : processors();
  dlc_pool_start(device_name() ? 0 : threads - 1);
}

void take_data_folder(const Options *options) {
  data_folder = option(options, "--data");
  int packed = data_folder && ends_with(data_folder, ".safetensors") && is_file(data_folder);
  if (data_folder && !packed && !is_folder(data_folder)) {
    fail(DATA_NOT_FOUND, "give the folder in which the data lie",
         "cannot find the folder %s of --data", data_folder);
  }
}

i32 seed_of(const Options *options) {
  i64 seed = count_or_alias(options, "--seed", dlc_model.seed, -0x7fffffffffffffff - 1,
                          0x7fffffffffffffff);
  return (i32)seed == seed ? (i32)seed : (i32)(seed ^ (i64)((u64)seed >> 32));
}

void take_weights(const Options *options) {
  const char *weights = option(options, "--weights");
  if (weights) {
    load_weights(weights);
  } else if (dlc_model.embedded) {
    load_embedded_weights();
  } else {
    fail(BAD_OPTION, "train writes them with --save W", "the option --weights W is missing");
  }
}

// ---- eval

void run_eval(const Options *options) {
  take_params(options);
  take_data_folder(options);
  take_device(options);
  allocate_model();
  take_weights(options);
  Parts parts = {0};
  load_data(&parts, seed_of(options), 0);
  if (!parts.has_test) {
    fail(DATA_EMPTY, "give one: data train=…, test=…", "the test part of %s holds no samples",
         parts.training.name);
  }
  start_threads(options);
  Figures figures = evaluate(&parts.test);
  Text text = {0};
  if (has_option(options, "--json")) {
    text_json_figures(&text, &figures);
    text_add(&text, "\n");
  } else {
    text_figures(&text, "test ", &figures);
    text_add(&text, "  (%n samples)\n", figures.samples);
    if (figures.confusion) {
      text_add(&text, "\n");
      text_confusion(&text, &figures);
    }
  }
  print(1, &text);
  dlc_pool_stop();
}
