// SPDX-License-Identifier: Apache-2.0
// All that training goes on from, in the format that dlc train writes and reads: a safetensors file with
// every state, the scores of the epoch under way, and how far training is as metadata.
#ifndef DLC_CHECKPOINT_H
#define DLC_CHECKPOINT_H

#include "report.h"

// How far training is; figures are NaN before the first.
typedef struct {
  i64 epoch;    // the one under way, from 0
  i64 batches;  // of it that are done
  i64 step;
  i64 batches_in_all;
  double best;
  i64 waited;
  double best_loss;
} Position;

// What must be the same to go on.
typedef struct {
  i64 seed;
  i64 batch;
  i64 accumulate;
  i64 samples;
} RunFacts;

typedef struct {
  const char *folder;  // NULL: nothing is saved
  i64 every_steps;     // 0: after epochs alone
  RunFacts run;
  int is_first;
  int is_resumed;
  Position saved;
} Saving;

Position position_at_start(void);
void saving_begin(Saving *saving, const char *folder, i64 every_steps, RunFacts run);
int saving_is_empty(const Saving *saving);
// Goes on from the newest checkpoint that is whole, if there is one.
int saving_resume(Saving *saving, Position *position, Scores *scores);
void saving_after_batch(Saving *saving, const Position *position, const Scores *scores);
void saving_after_epoch(Saving *saving, const Position *position, const Scores *scores,
                        int is_best);
void saving_at_end(Saving *saving, const Position *position, const Scores *scores);

#endif
