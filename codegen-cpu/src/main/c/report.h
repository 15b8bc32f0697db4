// SPDX-License-Identifier: Apache-2.0
// What training tells: a line for each epoch, JSON for programs, a bar on a terminal.
#ifndef DLC_REPORT_H
#define DLC_REPORT_H

#include "scores.h"

typedef struct {
  i64 epoch;
  i64 epochs;
  i64 step;
  double lr;
  Figures training;
  int has_validation;
  Figures validation;
  double seconds;
  double samples_per_second;
  double seconds_left;
  int stopped;  // before its end
} EpochReport;

typedef struct {
  i64 steps;
  int stopped;
  int has_test;
  Figures test;
  Figures validation;  // of the last epoch
  double seconds;
} FinalReport;

void text_number(Text *text, double value);  // five digits or so
void text_seconds(Text *text, double seconds);
void text_figures(Text *text, const char *prefix, const Figures *figures);
void text_json_figures(Text *text, const Figures *figures);
void text_confusion(Text *text, const Figures *figures);

void text_epoch(Text *text, const EpochReport *report);
void text_json_epoch(Text *text, const EpochReport *report);
void text_json_end(Text *text, const FinalReport *report);

// What `count` folds of a cross-validation came to (folds.c).
void text_folds(Text *text, const Figures *figures, i64 count);
void text_json_folds(Text *text, const Figures *figures, i64 count);

// metrics.jsonl and the curves, in the folder of --report.
// Going on, it keeps the lines of the epochs that training goes on after.
void report_open(const char *folder, int resumes);
void report_resume(i64 epochs);
void report_epoch(const EpochReport *report);
void report_end(const FinalReport *report);

// The bar; shown when standard error is a terminal.
void bar_begin(i64 epoch, i64 epochs, i64 steps);
int bar_is_due(void);  // whether bar_move would change it
void bar_move(i64 step, double mean_loss);
void bar_end(void);

#endif
