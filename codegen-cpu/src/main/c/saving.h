// SPDX-License-Identifier: Apache-2.0
// The folder of the checkpoints of a run: when they are written, and which of them stay.
#ifndef DLC_SAVING_H
#define DLC_SAVING_H

#include "checkpoint.h"

typedef struct {
  const char *folder;  // NULL: nothing is saved
  i64 every_steps;     // 0: after epochs alone
  RunFacts run;
  Position saved;
  int is_failing;  // of which the user is told once
  u8 *best;  // all state after the best epoch, NULL before the first or where training does not end with it
} Saving;

Position position_at_start(void);
void saving_begin(Saving *saving, const char *folder, i64 every_steps, RunFacts run);
// The state as it is now is the best so far.
void saving_keep_best(Saving *saving);
// Moves the checkpoints of an earlier run to a folder of their own, where there are any.
void saving_set_aside(const Saving *saving);
// Goes on from the newest checkpoint that is whole, if there is one.
int saving_resume(Saving *saving, Position *position, Scores *scores);
// Whether saving_after_batch saves.
int saving_is_due(const Saving *saving, const Position *position);
void saving_after_batch(Saving *saving, const Position *position, const Scores *scores);
void saving_after_epoch(Saving *saving, const Position *position, const Scores *scores,
                        int is_best);
void saving_at_end(Saving *saving, const Position *position, const Scores *scores);
void saving_note_how_to_go_on(const Saving *saving);

#endif
