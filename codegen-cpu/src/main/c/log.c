// SPDX-License-Identifier: Apache-2.0
// The folder of --report: metrics.jsonl, a line for each epoch and one at the end, and the curves of
// the loss and of the first metric as SVG.
#include "file.h"
#include "report.h"

static char *folder;
static int file = -1;
static EpochReport *history;
static i64 epochs;
static File earlier;

// A report that cannot be written is no reason to lose what is trained.
static void give_up(const char *problem) {
  note("note: %s; training goes on without a report", problem);
  close(file);
  file = -1;
}

static void write_line(const Text *line) {
  if (write(file, line->at, (u64)line->length) != line->length) {
    give_up(text_of("cannot write %s/metrics.jsonl: %s", folder, strerror(ERRNO)));
  }
}

// Keeps the lines of the first epochs of a log.
void report_resume(i64 count) {
  static const char start[] = "{\"event\":\"epoch\",\"epoch\":";
  const char *at = (const char *)earlier.bytes;
  const char *end = at + earlier.length;
  while (file >= 0 && at && at < end) {
    const char *next = at;
    while (next < end && *next != '\n') {
      next++;
    }
    Text line = {0};
    text_bytes(&line, at, next - at);
    text_bytes(&line, "\n", 1);
    if (next < end && starts_with(line.at, start) &&
        strtod(line.at + sizeof start - 1, NULL) <= (double)count) {
      write_line(&line);
    }
    free(line.at);
    at = next + 1;
  }
}

void report_open(const char *path, int resumes) {
  require_folder(path);
  folder = copy_of(path, (i64)strlen(path));
  char *log = join(folder, "metrics.jsonl");
  if (resumes && is_file(log)) {
    File mapped = map_file(log);
    earlier = mapped;
    earlier.bytes = (const u8 *)copy_of((const char *)mapped.bytes, mapped.length);
  }
  history = NULL;
  epochs = 0;
  file = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0) {
    fail(CANNOT_WRITE, "choose a folder that you may write to", "cannot write %s: %s", log,
         strerror(ERRNO));
  }
}

static double point_of(const EpochReport *report, i64 metric, int validation) {
  const Figures *figures = validation ? &report->validation : &report->training;
  if (validation && !report->has_validation) {
    return __builtin_nan("");
  }
  return metric < 0 ? figures->loss : figures->figure[metric];
}

static void bounds(i64 metric, double *low, double *high) {
  *low = 0;
  *high = 0;
  for (i64 i = 0; i < 2 * epochs; i++) {
    double value = point_of(history + i / 2, metric, (int)(i % 2));
    if (value == value) {
      *high = value > *high ? value : *high;
      *low = value < *low ? value : *low;
    }
  }
  if (*high == *low) {
    *high = *low + 1;
  }
}

static void add_curve(Text *svg, i64 metric, int validation, double low, double high) {
  const char *command = "M";
  text_add(svg, "<path fill=\"none\" stroke-width=\"2\" stroke=\"%s\" d=\"",
           validation ? "#d95f02" : "#1b6ca8");
  for (i64 i = 0; i < epochs; i++) {
    double value = point_of(history + i, metric, validation);
    if (value == value) {
      double x = epochs == 1 ? 340 : 60 + 560 * (double)i / (double)(epochs - 1);
      text_add(svg, "%s%.1 %.1", command, x, 290 - 250 * (value - low) / (high - low));
      command = "L";
    }
  }
  text_add(svg, "\"/>\n");
}

static void write_curves(const char *name, i64 metric) {
  double low;
  double high;
  bounds(metric, &low, &high);
  Text svg = {0};
  text_add(&svg,
           "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 340\" "
           "font-family=\"sans-serif\" font-size=\"12\">\n"
           "<rect width=\"640\" height=\"340\" fill=\"white\"/>\n"
           "<text x=\"60\" y=\"24\" font-size=\"15\">%s %s</text>\n",
           dlc_model.name, name);
  for (int i = 0; i <= 4; i++) {
    double y = 290 - 250 * i / 4.0;
    text_add(&svg,
             "<line x1=\"60\" x2=\"620\" y1=\"%.1\" y2=\"%.1\" stroke=\"#ddd\"/>"
             "<text x=\"54\" y=\"%.1\" text-anchor=\"end\">%.3</text>\n",
             y, y, y + 4, low + (high - low) * i / 4.0);
  }
  text_add(&svg,
           "<text x=\"60\" y=\"310\">1</text><text x=\"620\" y=\"310\" text-anchor=\"end\">%l"
           "</text>\n<text x=\"340\" y=\"328\" text-anchor=\"middle\">epoch</text>\n"
           "<text x=\"520\" y=\"24\" fill=\"#1b6ca8\">training</text>\n",
           epochs);
  add_curve(&svg, metric, 0, low, high);
  if (history[0].has_validation) {
    text_add(&svg, "<text x=\"520\" y=\"38\" fill=\"#d95f02\">validation</text>\n");
    add_curve(&svg, metric, 1, low, high);
  }
  text_add(&svg, "</svg>\n");
  keep_going = 1;
  Replacement target = replace(join(folder, text_of("%s.svg", name)));
  replace_add(&target, svg.at, svg.length);
  if (!replace_commit(&target)) {
    note("note: %s", write_problem);
    write_problem = NULL;
  }
  keep_going = 0;
  free(svg.at);
}

void report_epoch(const EpochReport *report) {
  if (file < 0) {
    return;
  }
  Text line = {0};
  text_json_epoch(&line, report);
  write_line(&line);
  free(line.at);
  history = grow(history, epochs + 1, sizeof(EpochReport));
  history[epochs++] = *report;
}

void report_end(const FinalReport *report) {
  if (file < 0) {
    return;
  }
  Text line = {0};
  text_json_end(&line, report);
  write_line(&line);
  if (file < 0) {
    return;
  }
  close(file);
  if (epochs > 0) {
    write_curves("loss", -1);
    for (i64 i = 0; i < dlc_model.metrics; i++) {
      if (dlc_model.metric[i] == ACCURACY) {
        write_curves("accuracy", i);
      }
    }
  }
}
