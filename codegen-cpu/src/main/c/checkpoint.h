// SPDX-License-Identifier: Apache-2.0
// The file of all that training goes on from, in the format that dlc train writes and reads: a safetensors file with
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

// A file and what is in it.
typedef struct {
  const char *path;
  Array *arrays;
  i64 count;
  const struct Json *facts;
} Loaded;

// `best`, unless it is NULL, is all state after the best epoch, which goes inside. False when it could not be
// written and that is not to end the process.
int write_checkpoint(const char *path, const RunFacts *run, const Position *position,
                     const Scores *scores, const u8 *best);
// NULL when the file is a whole checkpoint, else what is wrong with it.
const char *read_checkpoint(const char *path, Loaded *loaded);
// Takes all of it, or complains with a list of what this run has otherwise.
void restore_checkpoint(const Loaded *loaded, const RunFacts *run, Position *position,
                        Scores *scores);
// Whether all state after the best epoch is inside; then `best` has it.
int take_best_state(const Loaded *loaded, u8 *best);

#endif
