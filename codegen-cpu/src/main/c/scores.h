// SPDX-License-Identifier: Apache-2.0
// Keeps score over the batches of one pass through a dataset.
#ifndef DLC_SCORES_H
#define DLC_SCORES_H

#include "data.h"

typedef struct {
  double loss;
  double figure[METRICS];  // of the metrics of the model, in its order; NaN where there is none
  i64 samples;
  i64 classes;
  i64 *confusion;  // [actual, predicted], or NULL
  const Data *data;
} Figures;

typedef struct {
  const Data *data;
  double loss_sum;
  i64 samples;
  i64 counted;
  i64 among_top;
  i64 classes;
  i64 *right;
  i64 *actual;
  i64 *predicted;
  i64 *confusion;
  i64 elements;
  double *squared_errors;
  double *target_means;
  double *target_deviations;
  double absolute_errors;
} Scores;

void scores_begin(Scores *scores, const Data *data);
// Adds samples order[0] to order[count - 1], of which `outputs` are laid out as the slot says.
void scores_add(Scores *scores, double loss, const Slot *output, const u8 *outputs,
                const i32 *order, i64 count);
// All counts and sums, in the order in which checkpoints have them.
double *scores_snapshot(const Scores *scores, i64 *count);
// Takes as many numbers as `scores_snapshot` gives.
void scores_restore(Scores *scores, const u8 *numbers);
double scores_mean_loss(const Scores *scores);
Figures scores_figures(const Scores *scores);
void scores_end(Scores *scores);  // what `scores_figures` gave keeps its confusion matrix

int is_share(i64 metric);
const char *metric_name(i64 metric);
double exponential(double x);

#endif
