// SPDX-License-Identifier: Apache-2.0
// The figures of the folds of a cross-validation: their means and standard deviations.
#include "report.h"

// The loss, or a metric of the model; NaN where it was not measured.
static double figure_at(const Figures *figures, i64 metric) {
  return metric < 0 ? figures->loss : figures->figure[metric];
}

static double mean_of(const Figures *figures, i64 count, i64 metric) {
  double sum = 0;
  for (i64 i = 0; i < count; i++) {
    sum += figure_at(figures + i, metric);
  }
  return sum / (double)count;
}

// Of a sample; 0 of one value.
static double deviation_of(const Figures *figures, i64 count, i64 metric) {
  double mean = mean_of(figures, count, metric);
  double squares = 0;
  for (i64 i = 0; i < count; i++) {
    double off = figure_at(figures + i, metric) - mean;
    squares += off * off;
  }
  return count < 2 ? 0 : __builtin_sqrt(squares / (double)(count - 1));
}

static int is_measured(const Figures *figures, i64 count, i64 metric) {
  return count > 0 && figure_at(figures, metric) == figure_at(figures, metric);
}

static const char *name_at(i64 metric) {
  return metric < 0 ? "loss" : metric_name(dlc_model.metric[metric]);
}

void text_folds(Text *text, const Figures *figures, i64 count) {
  text_add(text, "%l folds", count);
  for (i64 i = -1; i < dlc_model.metrics; i++) {
    if (!is_measured(figures, count, i)) {
      continue;
    }
    double mean = mean_of(figures, count, i);
    double deviation = deviation_of(figures, count, i);
    if (i >= 0 && is_share(dlc_model.metric[i])) {
      text_add(text, "  validation %s %.2%% ± %.2%%", name_at(i), 100 * mean, 100 * deviation);
    } else {
      text_add(text, "  validation %s %.4 ± %.4", name_at(i), mean, deviation);
    }
  }
  text_add(text, "\n");
}

void text_json_folds(Text *text, const Figures *figures, i64 count) {
  text_add(text, "{\"event\":\"folds\",\"folds\":%l,\"validation\":{", count);
  for (i64 i = -1; i < dlc_model.metrics; i++) {
    if (is_measured(figures, count, i)) {
      text_add(text, i < 0 ? "%q:{\"mean\":" : ",%q:{\"mean\":", name_at(i));
      text_json_number(text, mean_of(figures, count, i));
      text_add(text, ",\"deviation\":");
      text_json_number(text, deviation_of(figures, count, i));
      text_add(text, "}");
    }
  }
  text_add(text, "}}\n");
}
