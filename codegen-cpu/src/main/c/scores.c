// SPDX-License-Identifier: Apache-2.0
#include "scores.h"

enum { LARGEST_MATRIX = 1000, TOP = 5 };

int is_share(i64 metric) {
  return metric <= F1;
}

const char *metric_name(i64 metric) {
  static const char *const names[METRICS] = {
      "accuracy", "top5", "precision", "recall", "f1", "confusion_matrix",
      "mae",      "rmse", "r2",        "perplexity"};
  return names[metric];
}

static int asks_for(i64 metric) {
  for (i64 i = 0; i < dlc_model.metrics; i++) {
    if (dlc_model.metric[i] == metric) {
      return 1;
    }
  }
  return 0;
}

void scores_begin(Scores *scores, const Data *data) {
  memset(scores, 0, sizeof *scores);
  scores->data = data;
  if (!data->has_target) {
    return;
  }
  if (dlc_model.task == TASK_VALUES) {
    scores->elements = data->target.elements;
    scores->squared_errors = allocate(scores->elements, sizeof(double));
    scores->target_means = allocate(scores->elements, sizeof(double));
    scores->target_deviations = allocate(scores->elements, sizeof(double));
    return;
  }
  scores->classes = dlc_model.task == TASK_BINARY ? 2 : dlc_model.classes;
  scores->right = allocate(scores->classes, sizeof(i64));
  scores->actual = allocate(scores->classes, sizeof(i64));
  scores->predicted = allocate(scores->classes, sizeof(i64));
  if (asks_for(CONFUSION_MATRIX) && scores->classes <= LARGEST_MATRIX) {
    scores->confusion = allocate(scores->classes * scores->classes, sizeof(i64));
  }
}

void scores_end(Scores *scores) {
  free(scores->right);
  free(scores->actual);
  free(scores->predicted);
  free(scores->squared_errors);
  free(scores->target_means);
  free(scores->target_deviations);
}

// ---- classes

static void count(Scores *scores, i64 target, i64 prediction) {
  scores->counted++;
  scores->actual[target]++;
  scores->predicted[prediction]++;
  scores->right[target] += target == prediction;
  if (scores->confusion) {
    scores->confusion[target * scores->classes + prediction]++;
  }
}

static i64 rank_of(const u8 *outputs, i64 type, i64 start, i64 inner, i64 classes, i64 target) {
  double own = element_at(outputs, type, start + target * inner);
  i64 rank = 0;
  for (i64 c = 0; c < classes; c++) {
    double score = element_at(outputs, type, start + c * inner);
    rank += score > own || (score == own && c < target);
  }
  return rank;
}

static void add_classes(Scores *scores, const Slot *output, const u8 *outputs, i64 sample,
                        i64 row) {
  const Column *targets = &scores->data->target;
  i64 elements = output->elements / output->dims[0];
  i64 inner = 1;
  for (i64 d = dlc_model.axis + 2; d < output->rank; d++) {
    inner *= output->dims[d];
  }
  int ranks = asks_for(TOP5);
  for (i64 i = 0; i < targets->elements; i++) {
    i64 target = (i64)column_at(targets, row, i);
    if (dlc_model.ignores && target == dlc_model.ignored) {
      continue;
    }
    i64 start = sample * elements + i / inner * inner * scores->classes + i % inner;
    i64 best = 0;
    double best_score = element_at(outputs, output->type, start);
    for (i64 c = 1; c < scores->classes; c++) {
      double score = element_at(outputs, output->type, start + c * inner);
      if (score > best_score) {
        best = c;
        best_score = score;
      }
    }
    count(scores, target, best);
    scores->among_top +=
        ranks && rank_of(outputs, output->type, start, inner, scores->classes, target) < TOP;
  }
}

static void add_binary(Scores *scores, const Slot *output, const u8 *outputs, i64 sample,
                       i64 row) {
  const Column *targets = &scores->data->target;
  for (i64 i = 0; i < targets->elements; i++) {
    double value = element_at(outputs, output->type, sample * targets->elements + i);
    count(scores, (i64)column_at(targets, row, i), value > dlc_model.threshold);
  }
}

// ---- values

static void add_values(Scores *scores, const Slot *output, const u8 *outputs, i64 sample,
                       i64 row) {
  i64 elements = scores->elements;
  if (output->elements / output->dims[0] != elements) {
    return;  // the loss compares parts of them, of which nothing is known here
  }
  scores->counted++;
  for (i64 i = 0; i < elements; i++) {
    double target = column_as_float(&scores->data->target, row, i);
    double error = element_at(outputs, output->type, sample * elements + i) - target;
    scores->absolute_errors += error < 0 ? -error : error;
    scores->squared_errors[i] += error * error;
    double before = target - scores->target_means[i];
    scores->target_means[i] += before / (double)scores->counted;
    scores->target_deviations[i] += before * (target - scores->target_means[i]);
  }
}

void scores_add(Scores *scores, double loss, const Slot *output, const u8 *outputs,
                const i32 *order, i64 count) {
  scores->loss_sum += loss * (double)count;
  scores->samples += count;
  if (!scores->data->has_target) {
    return;
  }
  for (i64 i = 0; i < count; i++) {
    i64 row = scores->data->row[order[i]];
    switch (dlc_model.task) {
      case TASK_CLASSES:
        add_classes(scores, output, outputs, i, row);
        break;
      case TASK_BINARY:
        add_binary(scores, output, outputs, i, row);
        break;
      default:
        add_values(scores, output, outputs, i, row);
    }
  }
}

// ---- checkpoints

// The counts of classes: right, actual, predicted, then the rows of the matrix.
static i64 class_counts(const Scores *scores, i64 **rows) {
  i64 count = 0;
  if (scores->data->has_target && scores->classes) {
    rows[count++] = scores->right;
    rows[count++] = scores->actual;
    rows[count++] = scores->predicted;
    for (i64 c = 0; scores->confusion && c < scores->classes; c++) {
      rows[count++] = scores->confusion + c * scores->classes;
    }
  }
  return count;
}

double *scores_snapshot(const Scores *scores, i64 *count) {
  i64 **rows = allocate(scores->classes + 3, sizeof(i64 *));
  i64 row_count = class_counts(scores, rows);
  i64 elements = scores->elements;
  double *numbers = allocate(row_count * scores->classes + 3 * elements + 4, sizeof(double));
  i64 at = 0;
  for (i64 i = 0; i < row_count * scores->classes; i++) {
    numbers[at++] = (double)rows[i / scores->classes][i % scores->classes];
  }
  const double *sums[] = {scores->squared_errors, scores->target_means,
                          scores->target_deviations};
  for (i64 i = 0; i < 3 * elements; i++) {
    numbers[at++] = sums[i / elements][i % elements];
  }
  if (scores->data->has_target) {
    int values = dlc_model.task == TASK_VALUES;
    numbers[at++] = values ? scores->absolute_errors : (double)scores->counted;
    numbers[at++] = values ? (double)scores->counted : (double)scores->among_top;
  }
  numbers[at++] = scores->loss_sum;
  numbers[at++] = (double)scores->samples;
  free(rows);
  *count = at;
  return numbers;
}

void scores_restore(Scores *scores, const u8 *numbers) {
  i64 **rows = allocate(scores->classes + 3, sizeof(i64 *));
  i64 row_count = class_counts(scores, rows);
  i64 at = 0;
  for (i64 i = 0; i < row_count * scores->classes; i++) {
    rows[i / scores->classes][i % scores->classes] = (i64)element_at(numbers, F64, at++);
  }
  double *into[] = {scores->squared_errors, scores->target_means, scores->target_deviations};
  for (i64 i = 0; i < 3 * scores->elements; i++) {
    into[i / scores->elements][i % scores->elements] = element_at(numbers, F64, at++);
  }
  if (scores->data->has_target) {
    double first = element_at(numbers, F64, at++);
    double second = element_at(numbers, F64, at++);
    int values = dlc_model.task == TASK_VALUES;
    scores->absolute_errors = values ? first : 0;
    scores->counted = (i64)(values ? second : first);
    scores->among_top = values ? 0 : (i64)second;
  }
  scores->loss_sum = element_at(numbers, F64, at++);
  scores->samples = (i64)element_at(numbers, F64, at);
  free(rows);
}

// ---- figures

static double part_of(i64 part, i64 whole) {
  return whole == 0 ? 0 : (double)part / (double)whole;
}

// The mean over the classes that occurred, summed with compensation as Java's streams do.
static double mean_over(const Scores *scores, i64 metric) {
  double sum = 0;
  double compensation = 0;
  i64 occurred = 0;
  for (i64 c = 0; c < scores->classes; c++) {
    i64 actual = scores->actual[c];
    i64 predicted = scores->predicted[c];
    if (actual + predicted == 0) {
      continue;
    }
    double figure = metric == PRECISION ? part_of(scores->right[c], predicted)
                    : metric == RECALL  ? part_of(scores->right[c], actual)
                                        : part_of(2 * scores->right[c], actual + predicted);
    double corrected = figure - compensation;
    double next = sum + corrected;
    compensation = next - sum - corrected;
    sum = next;
    occurred++;
  }
  return occurred == 0 ? 0 : (sum - compensation) / (double)occurred;
}

static double r2(const Scores *scores) {
  double sum = 0;
  for (i64 i = 0; i < scores->elements; i++) {
    if (scores->target_deviations[i] == 0) {
      sum += scores->squared_errors[i] == 0;
    } else {
      sum += 1 - scores->squared_errors[i] / scores->target_deviations[i];
    }
  }
  return sum / (double)scores->elements;
}

double scores_mean_loss(const Scores *scores) {
  return scores->loss_sum / (double)scores->samples;
}

static double figure_of(const Scores *scores, i64 metric) {
  double none = __builtin_nan("");
  if (metric == PERPLEXITY) {
    return exponential(scores_mean_loss(scores));
  }
  if (!scores->data->has_target) {
    return none;
  }
  int values = dlc_model.task == TASK_VALUES;
  double elements = (double)scores->counted * (double)scores->elements;
  double squares = 0;
  i64 right = 0;
  for (i64 c = 0; c < scores->classes; c++) {
    right += scores->right[c];
  }
  for (i64 i = 0; values && i < scores->elements; i++) {
    squares += scores->squared_errors[i];
  }
  switch (metric) {
    case ACCURACY:
      return values ? none : part_of(right, scores->counted);
    case TOP5:
      return dlc_model.task == TASK_CLASSES ? part_of(scores->among_top, scores->counted) : none;
    case PRECISION:
    case RECALL:
    case F1:
      return values ? none : mean_over(scores, metric);
    case MAE:
      return values ? scores->absolute_errors / elements : none;
    case RMSE:
      return values ? __builtin_sqrt(squares / elements) : none;
    case R2:
      return values ? r2(scores) : none;
    default:
      return none;
  }
}

Figures scores_figures(const Scores *scores) {
  Figures figures = {0};
  figures.loss = scores_mean_loss(scores);
  figures.samples = scores->samples;
  figures.classes = scores->classes;
  figures.confusion = scores->confusion;
  figures.data = scores->data;
  for (i64 i = 0; i < dlc_model.metrics; i++) {
    figures.figure[i] = figure_of(scores, dlc_model.metric[i]);
  }
  return figures;
}

// FreeBSD's e_exp.c: the argument is brought near 0 by a multiple of ln 2, then a rational function.
double exponential(double x) {
  static const double p[] = {1.66666666666666019037e-01, -2.77777777770155933842e-03,
                             6.61375632143793436117e-05, -1.65339022054652515390e-06,
                             4.13813679705723846039e-08};
  if (x != x) {
    return x;
  }
  if (x > 7.09782712893383973096e+02) {
    return __builtin_inf();
  }
  if (x < -7.45133219101941108420e+02) {
    return 0;
  }
  double size = x < 0 ? -x : x;
  i64 k = size > 0.34657359027997264 ? (i64)(1.44269504088896338700 * x + (x < 0 ? -0.5 : 0.5)) : 0;
  double high = x - (double)k * 6.93147180369123816490e-01;
  double low = (double)k * 1.90821492927058770002e-10;
  double r = high - low;
  double t = r * r;
  double c = r - t * (p[0] + t * (p[1] + t * (p[2] + t * (p[3] + t * p[4]))));
  double y = k == 0 ? 1 - (r * c / (c - 2) - r) : 1 - (low - r * c / (2 - c) - high);
  for (; k > 1000; k -= 1000) {
    y *= 0x1p1000;
  }
  for (; k < -1000; k += 1000) {
    y *= 0x1p-1000;
  }
  u64 bits = (u64)(k + 1023) << 52;
  double power;
  memcpy(&power, &bits, 8);
  return y * power;
}
