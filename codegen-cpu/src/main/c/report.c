// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "file.h"

enum { LONGEST_ROW_NAME = 16, LONGEST_COLUMN_NAME = 8 };

// ---- words

void text_number(Text *text, double value) {
  double size = value < 0 ? -value : value;
  if (size != 0 && (size < 1e-3 || size >= 1e5)) {
    text_scientific(text, value, 3);
  } else {
    text_fixed(text, value, 4);
  }
}

void text_seconds(Text *text, double seconds) {
  if (seconds < 0.9995) {
    text_fixed(text, 1000 * seconds, 0);
    text_add(text, " ms");
    return;
  }
  i64 whole = (i64)(seconds + 0.5);
  if (whole < 60) {
    text_add(text, seconds < 10 ? "%.1 s" : "", seconds);
    text_add(text, seconds < 10 ? "" : "%l s", whole);
  } else if (whole < 3600) {
    text_add(text, "%l min %l s", whole / 60, whole % 60);
  } else {
    text_add(text, "%l h %l min", whole / 3600, whole % 3600 / 60);
  }
}

void text_figures(Text *text, const char *prefix, const Figures *figures) {
  text_add(text, "%sloss ", prefix);
  text_number(text, figures->loss);
  for (i64 i = 0; i < dlc_model.metrics; i++) {
    double figure = figures->figure[i];
    if (figure != figure) {
      continue;
    }
    text_add(text, "  %s%s ", prefix, metric_name(dlc_model.metric[i]));
    if (is_share(dlc_model.metric[i])) {
      text_add(text, "%.2%%", 100 * figure);
    } else {
      text_number(text, figure);
    }
  }
}

void text_epoch(Text *text, const EpochReport *report) {
  text_add(text, "epoch %l/%l  ", report->epoch, report->epochs);
  text_figures(text, "", &report->training);
  if (report->has_validation) {
    text_add(text, "  ");
    text_figures(text, "validation ", &report->validation);
  }
  if (dlc_model.has_schedule) {
    text_add(text, "  lr ");
    text_general(text, report->lr, 4);
  }
  text_add(text, "  %n samples/s  ", (i64)(report->samples_per_second + 0.5));
  text_seconds(text, report->seconds);
  if (report->seconds_left > 0) {
    text_add(text, "  left ");
    text_seconds(text, report->seconds_left);
  }
  text_add(text, "\n");
}

// ---- JSON

void text_json_figures(Text *text, const Figures *figures) {
  text_add(text, "{\"loss\":");
  text_json_number(text, figures->loss);
  for (i64 i = 0; i < dlc_model.metrics; i++) {
    if (figures->figure[i] == figures->figure[i]) {
      text_add(text, ",%q:", metric_name(dlc_model.metric[i]));
      text_json_number(text, figures->figure[i]);
    }
  }
  text_add(text, ",\"samples\":%l}", figures->samples);
}

static void add_number(Text *text, const char *name, double value) {
  text_add(text, ",%q:", name);
  text_json_number(text, value);
}

void text_json_epoch(Text *text, const EpochReport *report) {
  text_add(text, "{\"event\":\"epoch\",\"epoch\":%l,\"step\":%l", report->epoch, report->step);
  text_add(text, report->stopped ? ",\"stopped\":true" : "");
  add_number(text, "lr", report->lr);
  text_add(text, ",\"training\":");
  text_json_figures(text, &report->training);
  if (report->has_validation) {
    text_add(text, ",\"validation\":");
    text_json_figures(text, &report->validation);
  }
  add_number(text, "seconds", report->seconds);
  add_number(text, "samples_per_second", report->samples_per_second);
  text_add(text, "}\n");
}

void text_json_end(Text *text, const FinalReport *report) {
  text_add(text, "{\"event\":\"end\",\"steps\":%l,\"stopped\":%s", report->steps,
           report->stopped ? "true" : "false");
  if (report->has_test) {
    text_add(text, ",\"test\":");
    text_json_figures(text, &report->test);
  }
  add_number(text, "seconds", report->seconds);
  text_add(text, "}\n");
}

// ---- the confusion matrix

static i64 characters(const char *text) {
  i64 count = 0;
  for (; *text; text++) {
    count += (*text & 0xC0) != 0x80;
  }
  return count;
}

static char *cut(const char *name, i64 longest) {
  if (characters(name) <= longest) {
    return copy_of(name, (i64)strlen(name));
  }
  i64 bytes = 0;
  for (i64 kept = 0; kept < longest - 1; kept++) {
    do {
      bytes++;
    } while ((name[bytes] & 0xC0) == 0x80);
  }
  return text_of("%s…", copy_of(name, bytes));
}

static void add_padded(Text *text, const char *word, i64 width, int left) {
  if (left) {
    text_add(text, "%s", word);
  }
  for (i64 i = characters(word); i < width; i++) {
    text_add(text, " ");
  }
  if (!left) {
    text_add(text, "%s", word);
  }
}

static void add_share(Text *text, double share, i64 width) {
  add_padded(text, text_of("%.1%%", 100 * share), width, 0);
}

void text_confusion(Text *text, const Figures *figures) {
  i64 classes = figures->classes;
  i64 name_width = 6;
  i64 *width = allocate(classes, sizeof(i64));
  for (i64 c = 0; c < classes; c++) {
    i64 length = characters(cut(class_name_of(figures->data, c), LONGEST_ROW_NAME));
    name_width = length > name_width ? length : name_width;
  }
  add_padded(text, "actual", name_width, 1);
  for (i64 predicted = 0; predicted < classes; predicted++) {
    const char *name = cut(class_name_of(figures->data, predicted), LONGEST_COLUMN_NAME);
    width[predicted] = characters(name);
    for (i64 actual = 0; actual < classes; actual++) {
      i64 length = (i64)strlen(text_of("%l", figures->confusion[actual * classes + predicted]));
      width[predicted] = length > width[predicted] ? length : width[predicted];
    }
    text_add(text, "  ");
    add_padded(text, name, width[predicted], 0);
  }
  text_add(text, "  precision  recall      f1\n");
  for (i64 actual = 0; actual < classes; actual++) {
    add_padded(text, cut(class_name_of(figures->data, actual), LONGEST_ROW_NAME), name_width, 1);
    i64 all = 0;
    i64 taken = 0;
    for (i64 predicted = 0; predicted < classes; predicted++) {
      i64 count = figures->confusion[actual * classes + predicted];
      all += count;
      taken += figures->confusion[predicted * classes + actual];
      text_add(text, "  ");
      add_padded(text, text_of("%l", count), width[predicted], 0);
    }
    double right = (double)figures->confusion[actual * classes + actual];
    double precision = taken == 0 ? 0 : right / (double)taken;
    double recall = all == 0 ? 0 : right / (double)all;
    double sum = precision + recall;
    add_share(text, precision, 11);
    add_share(text, recall, 8);
    add_share(text, sum == 0 ? 0 : 2 * precision * recall / sum, 8);
    text_add(text, "\n");
  }
  free(width);
}

// ---- the bar

static i64 bar_epoch;
static i64 bar_epochs;
static i64 bar_steps;
static double bar_shown;
static int bar_active;

void bar_begin(i64 epoch, i64 epochs, i64 steps) {
  bar_active = !quiet && isatty(2);
  bar_epoch = epoch;
  bar_epochs = epochs;
  bar_steps = steps;
  bar_shown = seconds_now();
}

int bar_is_due(void) {
  return bar_active && seconds_now() - bar_shown >= 0.2;
}

void bar_move(i64 step, double mean_loss) {
  if (!bar_is_due()) {
    return;
  }
  bar_shown = seconds_now();
  Text text = {0};
  text_add(&text, "\repoch %l/%l  ", bar_epoch, bar_epochs);
  for (i64 i = 0; i < 30; i++) {
    text_add(&text, i < 30 * step / bar_steps ? "█" : "░");
  }
  text_add(&text, " %l/%l  loss %.4\x1b[K", step, bar_steps, mean_loss);
  print(2, &text);
  free(text.at);
}

void bar_end(void) {
  if (bar_active) {
    Text text = {0};
    text_add(&text, "\r\x1b[K");
    print(2, &text);
    free(text.at);
  }
  bar_active = 0;
}
