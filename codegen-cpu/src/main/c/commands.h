// SPDX-License-Identifier: Apache-2.0
// What a compiled model can be asked for, and how each command explains itself.
#ifndef DLC_COMMANDS_H
#define DLC_COMMANDS_H

#include "arguments.h"
#include "train.h"

typedef struct {
  const char *name;
  const char *use;   // what follows the name
  const char *help;
  const Flag *(*list)(i64 *count);
  void (*run)(const Options *options);
} Command;

// Ends with one without a name. Which ones there are follows from the entry points that were compiled.
extern const Command commands[];

const Flag *train_flags(i64 *count);
const Flag *eval_flags(i64 *count);
const Flag *predict_flags(i64 *count);
const Flag *info_flags(i64 *count);
void run_train(const Options *options);
void run_eval(const Options *options);
void run_predict(const Options *options);
void run_info(const Options *options);

void print_help(const char *program);
void print_command_help(const char *program, const Command *command, const Options *options);

// What several commands do first.
i64 dlc_pool_start(i64 workers);
void dlc_pool_stop(void);
extern i64 threads;
void start_threads(const Options *options);
void take_data_folder(const Options *options);
i32 seed_of(const Options *options);
void take_weights(const Options *options);

#endif
