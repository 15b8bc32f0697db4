// SPDX-License-Identifier: Apache-2.0
// The loop around a program: feed batches, run steps, keep score, report.
#ifndef DLC_TRAIN_H
#define DLC_TRAIN_H

#include "saving.h"

typedef struct {
  i64 epochs;
  i64 last_step;
  i64 batches_in_epoch;
  i64 steps_in_epoch;
  i32 seed;
  double lr;
  int check_finite;
  int json;
} Settings;

void set_scalar(const Entry *entry, const char *name, double value);
Figures evaluate(const Data *data);
void init_state(i32 seed);

extern volatile int stop_requested;
void train(const Parts *parts, const Settings *settings, Saving *saving, int resumes,
           FinalReport *result);

#endif
