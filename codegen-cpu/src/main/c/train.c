// SPDX-License-Identifier: Apache-2.0
#include "train.h"

#include "device.h"
#include "params.h"
#include "random.h"
#include "weights.h"

volatile int stop_requested;

// ---- steps

void set_scalar(const Entry *entry, const char *name, double value) {
  const Slot *slot = find_input(entry, name);
  if (slot) {
    store_element(slot_memory(slot), slot->type, 0, value);
  }
}

void init_state(i32 seed) {
  const Entry *entry = require_entry("init", dlc_model.batch);
  set_scalar(entry, "seed", seed);
  set_params(entry);
  run_entry(entry);
}

static void feed(const Entry *entry, const Column *column, const Data *data, const i32 *order,
                 i64 count) {
  const Slot *slot = find_input(entry, column->name);
  if (!slot) {
    return;
  }
  u8 *memory = slot_memory(slot);
  for (i64 i = 0; i < count; i++) {
    copy_row(column, data->row[order[i]], memory, slot->type, i);
  }
}

static void start_step(const Entry *entry, const Data *data, const i32 *order, i64 count) {
  for (i64 i = 0; i < data->inputs; i++) {
    feed(entry, data->input + i, data, order, count);
  }
  if (data->has_target) {
    feed(entry, &data->target, data, order, count);
  }
  set_params(entry);
  run_entry(entry);
}

// ---- measuring

Figures evaluate(const Data *data) {
  require_classes(data);
  Scores scores;
  scores_begin(&scores, data);
  i32 *order = allocate(data->size, sizeof(i32));
  for (i32 i = 0; i < data->size; i++) {
    order[i] = i;
  }
  for (i64 start = 0; start < data->size; start += dlc_model.batch) {
    i64 count = data->size - start < dlc_model.batch ? data->size - start : dlc_model.batch;
    const Entry *entry = require_entry("eval_step", count);
    start_step(entry, data, order + start, count);
    const Slot *loss = find_result(entry, "loss");
    const Slot *output = find_result(entry, dlc_model.output);
    scores_add(&scores, element_at(result_memory(loss), loss->type, 0), output,
               result_memory(output), order + start, count);
  }
  Figures figures = scores_figures(&scores);
  scores_end(&scores);
  free(order);
  return figures;
}

// ---- training

// A batch whose step was asked for, and of which nobody has heard yet how it went.
typedef struct {
  const Entry *entry;
  const i32 *order;
  i64 count;
  i64 step;
} Begun;

typedef struct {
  const Parts *parts;
  const Settings *settings;
  Saving *saving;
  Position position;
  Begun begun[MOST_KEPT];
  i64 pending;  // how many of them there are
  Scores scores;
  i32 *order;
  double rate;
  int is_over;
  double started;
  i64 started_at;
} Run;

static void not_finite(const Run *run, const char *found, const char *when, i64 step) {
  Text rate = {0};
  text_double(&rate, run->rate);
  fail(NOT_FINITE,
       text_of("lower the learning rate (now %s), clip the gradient (clip norm=1.0), normalize the "
               "data, or find the first bad value with --check-finite; %s",
               rate.at,
               run->saving->folder ? "the last checkpoint is from before it"
                                   : "nothing was saved"),
       "%s %s step %l (epoch %l)", found, when, step, run->position.epoch + 1);
}

static void steer(const Run *run, const Entry *entry, i64 step) {
  const Settings *settings = run->settings;
  set_scalar(entry, "seed", settings->seed);
  set_scalar(entry, "lr", settings->lr);
  set_scalar(entry, "step", (double)step);
  set_scalar(entry, "epoch", (double)run->position.epoch);
  set_scalar(entry, "epochs", (double)settings->epochs);
  set_scalar(entry, "steps_per_epoch", (double)settings->steps_in_epoch);
}

// Begins with a batch, when there is room to keep its results; gives how many may be begun in all.
static i64 begin(Run *run, const i32 *order, i64 count) {
  i64 next = run->position.batches + 1;
  int is_step =
      next % dlc_model.accumulate == 0 || next == run->settings->batches_in_epoch;
  const Entry *entry = require_entry(is_step ? "train_step" : "accumulate_step", count);
  steer(run, entry, run->position.step + 1);
  set_scalar(entry, "micro_step", (double)(run->position.batches_in_all + 1));
  start_step(entry, &run->parts->training, order, count);
  i64 room = keep_results(entry);
  run->position.batches++;
  run->position.batches_in_all++;
  run->position.step += is_step;
  run->begun[run->pending++] = (Begun){entry, order, count, run->position.step};
  return room;
}

static void require_finite(const Run *run, const Begun *batch, double loss) {
  if (!is_finite(loss)) {
    Text value = {0};
    text_double(&value, loss);
    not_finite(run, text_of("the loss is %s", value.at), "at", batch->step);
  }
  const char *broken = run->settings->check_finite ? first_not_finite() : NULL;
  if (broken) {
    not_finite(run, text_of("'%s' holds a NaN or an infinity", broken), "after", batch->step);
  }
}

// Waits for the batches that were begun, and counts them in their order.
static void settle(Run *run) {
  for (i64 i = 0; i < run->pending; i++) {
    const Begun *batch = run->begun + i;
    i64 back = 0;
    for (i64 later = i + 1; later < run->pending; later++) {
      back += run->begun[later].entry == batch->entry;
    }
    recall_results(batch->entry, back);
    const Slot *slot = find_result(batch->entry, "loss");
    double loss = element_at(slot_memory(slot), slot->type, 0);
    const Slot *rate = find_result(batch->entry, "lr");
    run->rate = rate ? element_at(slot_memory(rate), rate->type, 0) : run->rate;
    require_finite(run, batch, loss);
    const Slot *output = find_result(batch->entry, dlc_model.output);
    scores_add(&run->scores, loss, output, slot_memory(output), batch->order, batch->count);
  }
  run->pending = 0;
}

static double since(double start) {
  double seconds = seconds_now() - start;
  return seconds > 1e-9 ? seconds : 1e-9;
}

static double seconds_left(const Run *run) {
  i64 done = run->position.step - run->started_at;
  return since(run->started) / (double)(done > 1 ? done : 1) *
         (double)(run->settings->last_step - run->position.step);
}

// ---- the end of an epoch

// What early stopping watches, without the part of the data: ".loss" and so on.
static const char *watched_name(void) {
  const char *name = dlc_model.watched;
  while (*name && *name != '.') {
    name++;
  }
  return name;
}

static int watches_validation(const EpochReport *report) {
  return starts_with(dlc_model.watched, "validation.") && report->has_validation;
}

// The figure that early stopping watches.
static double watched(const EpochReport *report) {
  const char *name = watched_name();
  const Figures *figures = watches_validation(report) ? &report->validation : &report->training;
  if (same(name, ".loss")) {
    return figures->loss;
  }
  for (i64 i = 0; i < dlc_model.metrics; i++) {
    if (same(name + 1, metric_name(dlc_model.metric[i])) &&
        figures->figure[i] == figures->figure[i]) {
      return figures->figure[i];
    }
  }
  fail(BAD_SETTING, "name it among the metrics, or watch validation.loss",
       "stop: on=\"%s\" is not measured in this training", dlc_model.watched);
}

static int is_better(double figure, double best) {
  int greater = 0;
  for (i64 metric = 0; metric < METRICS; metric++) {
    greater |= (is_share(metric) || metric == R2) &&
               ends_with(dlc_model.watched, text_of(".%s", metric_name(metric)));
  }
  return best != best || (greater ? figure > best + dlc_model.least_gain
                                  : figure < best - dlc_model.least_gain);
}

static void restore_best(const Run *run) {
  const Position *position = &run->position;
  if (run->saving->best && position->waited > 0) {
    memcpy(state_memory(), run->saving->best, (u64)dlc_model.state_bytes);
    state_changed();
    note("note: the weights are those of epoch %l, which was the best",
         position->epoch - position->waited);
  }
}

static void watch(Run *run, const EpochReport *report) {
  double figure = watched(report);
  if (is_better(figure, run->position.best)) {
    run->position.best = figure;
    run->position.waited = 0;
    if (dlc_model.restores) {
      saving_keep_best(run->saving);
    }
    return;
  }
  run->position.waited++;
  if (run->position.waited >= dlc_model.patience) {
    run->is_over = 1;
    note("note: training ends early: %s%s was not better for %l epochs",
         watches_validation(report) ? "validation" : "training", watched_name(),
         run->position.waited);
  }
}

// What follows an epoch that is whole: schedules that watch, early stopping, a checkpoint.
static void end_epoch(Run *run, const EpochReport *report) {
  double loss = report->has_validation ? report->validation.loss : report->training.loss;
  const Entry *entry = find_entry("epoch_end", dlc_model.batch);
  if (entry) {
    steer(run, entry, run->position.step);
    set_scalar(entry, "watched", loss);
    set_params(entry);
    run_entry(entry);
  }
  if (dlc_model.stops_early) {
    watch(run, report);
  }
  int is_best = !(loss >= run->position.best_loss);
  if (is_best) {
    run->position.best_loss = loss;
  }
  run->position.epoch++;
  run->position.batches = 0;
  scores_end(&run->scores);
  scores_begin(&run->scores, &run->parts->training);
  saving_after_epoch(run->saving, &run->position, &run->scores, is_best);
}

// ---- epochs

static void train_batches(Run *run, i64 end) {
  const Data *training = &run->parts->training;
  while (run->position.batches < end && !stop_requested) {
    i64 done = run->position.batches * dlc_model.batch;
    i64 left = training->size - done;
    i64 room = begin(run, run->order + done, dlc_model.batch < left ? dlc_model.batch : left);
    int is_asked = run->settings->check_finite || bar_is_due() ||
                   saving_is_due(run->saving, &run->position);
    if (run->pending >= room || is_asked) {
      settle(run);
      bar_move(run->position.batches, scores_mean_loss(&run->scores));
    }
    saving_after_batch(run->saving, &run->position, &run->scores);
  }
  settle(run);
}

static EpochReport train_epoch(Run *run) {
  const Settings *settings = run->settings;
  const Data *training = &run->parts->training;
  double start = seconds_now();
  EpochReport report = {0};
  report.epoch = run->position.epoch + 1;
  report.epochs = settings->epochs;
  permutation(run->order, FOR_SHUFFLE, settings->seed, (i32)report.epoch, training->size);
  i64 rest = run->position.batches +
             (settings->last_step - run->position.step) * dlc_model.accumulate;
  i64 end = settings->batches_in_epoch < rest ? settings->batches_in_epoch : rest;
  i64 skipped = run->position.batches * dlc_model.batch;
  bar_begin(report.epoch, settings->epochs, end);
  train_batches(run, end);
  bar_end();
  i64 done = run->position.batches * dlc_model.batch;
  done = (done < training->size ? done : training->size) - skipped;
  report.samples_per_second = (double)done / since(start);
  if (!stop_requested && run->parts->has_validation) {
    report.validation = evaluate(&run->parts->validation);
    report.has_validation = 1;
  }
  report.step = run->position.step;
  report.lr = run->rate;
  report.training = scores_figures(&run->scores);
  report.seconds = since(start);
  report.seconds_left = seconds_left(run);
  report.stopped = stop_requested;
  if (run->position.batches == settings->batches_in_epoch && !report.stopped) {
    end_epoch(run, &report);
  }
  return report;
}

static void tell(const Settings *settings, const EpochReport *report) {
  Text line = {0};
  if (settings->json) {
    text_json_epoch(&line, report);
  } else {
    text_epoch(&line, report);
  }
  if (settings->json || !quiet) {
    print(1, &line);
  }
  free(line.at);
  report_epoch(report);
}

// What cannot run is said before hours of work, not after.
static void require_batches(const Parts *parts, const Settings *settings) {
  i64 rest = parts->training.size % dlc_model.batch;
  if (settings->batches_in_epoch * dlc_model.batch > parts->training.size && rest) {
    require_entry("train_step", rest);
  }
  const Data *measured[] = {parts->has_validation ? &parts->validation : NULL,
                            parts->has_test ? &parts->test : NULL};
  for (int i = 0; i < 2; i++) {
    if (measured[i] && measured[i]->size % dlc_model.batch) {
      require_entry("eval_step", measured[i]->size % dlc_model.batch);
    }
    if (measured[i]) {
      require_classes(measured[i]);
    }
  }
  require_classes(&parts->training);
}

void train(const Parts *parts, const Settings *settings, Saving *saving, int resumes,
           FinalReport *result) {
  require_batches(parts, settings);
  Run run = {0};
  run.parts = parts;
  run.settings = settings;
  run.saving = saving;
  run.rate = settings->lr;
  run.position = position_at_start();
  run.order = allocate(parts->training.size, sizeof(i32));
  scores_begin(&run.scores, &parts->training);
  if (resumes && saving_resume(saving, &run.position, &run.scores)) {
    report_resume(run.position.epoch);
    run.is_over = dlc_model.stops_early && run.position.waited >= dlc_model.patience;
  } else if (!resumes && saving->folder) {
    saving_set_aside(saving);
  }
  run.started = seconds_now();
  run.started_at = run.position.step;
  while (!run.is_over && run.position.step < settings->last_step && !stop_requested) {
    EpochReport report = train_epoch(&run);
    tell(settings, &report);
    // That of an epoch that was not finished is still counted in, and saved.
    if (report.training.confusion != run.scores.confusion) {
      free(report.training.confusion);
    }
    free(report.validation.confusion);
    result->validation = report.validation;
  }
  free(run.order);
  result->stopped = stop_requested;
  saving_at_end(saving, &run.position, &run.scores);
  if (!result->stopped) {
    restore_best(&run);
  } else if (saving->folder) {
    saving_note_how_to_go_on(saving);
  }
  free(saving->best);
  saving->best = NULL;
  if (!result->stopped && parts->has_test) {
    result->test = evaluate(&parts->test);
    result->has_test = 1;
  }
  result->steps = run.position.step;
  result->seconds = since(run.started);
  report_end(result);
}
