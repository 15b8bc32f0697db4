// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include "params.h"
#include "weights.h"

i64 dlc_pool_start(i64 workers);
void dlc_pool_stop(void);

#define DATA_FLAG \
  {"--data", "DIR", "where relative paths of data are looked up first (then $DLC_DATA)"}
#define SEED_FLAG {"--seed", "N", "instead of the program's seed"}
#define THREADS_FLAG {"--threads", "N", "threads that compute (default: one for each core)"}
#define WEIGHTS_FLAG {"--weights", "W", "the weights, as train --save wrote them"}
#define JSON_FLAG {"--json", NULL, "print JSON objects"}
#define QUIET_FLAG {"--quiet", NULL, "print results alone"}

static const Flag TRAIN[] = {
    DATA_FLAG,
    {"--epochs", "N", "instead of the program's epochs"},
    {"--steps", "N", "end after so many steps"},
    {"--lr", "X", "instead of the program's learning rate"},
    SEED_FLAG,
    THREADS_FLAG,
    {"--init", "W", "start with the weights in this file"},
    {"--save", "W", "write the weights to this file, in the safetensors format"},
    {"--report", "DIR", "write metrics.jsonl and curves as SVG to this folder"},
    {"--checkpoint-dir", "DIR", "save the whole state of training to this folder"},
    {"--checkpoint-every-steps", "N", "save it after every N steps, too"},
    {"--resume", NULL, "go on from the newest checkpoint of --checkpoint-dir, if there is one"},
    {"--check-finite", NULL, "look for NaN and infinity after every step"},
    {"--drop-last", NULL, "leave out the last batch of an epoch when it is smaller"},
    JSON_FLAG,
    QUIET_FLAG,
};

static const Flag EVAL[] = {WEIGHTS_FLAG, DATA_FLAG, SEED_FLAG, THREADS_FLAG, JSON_FLAG,
                            QUIET_FLAG};
static const Flag PREDICT[] = {WEIGHTS_FLAG, DATA_FLAG, THREADS_FLAG, JSON_FLAG, QUIET_FLAG};
static const Flag INFO[] = {JSON_FLAG, QUIET_FLAG};

// ---- flags

const Flag *train_flags(i64 *count) {
  *count = sizeof TRAIN / sizeof *TRAIN;
  return with_aliases(TRAIN, count);
}

const Flag *eval_flags(i64 *count) {
  *count = sizeof EVAL / sizeof *EVAL;
  return with_params(EVAL, count);
}

const Flag *predict_flags(i64 *count) {
  *count = sizeof PREDICT / sizeof *PREDICT;
  return with_params(PREDICT, count);
}

const Flag *info_flags(i64 *count) {
  *count = sizeof INFO / sizeof *INFO;
  return INFO;
}

// ---- what several commands share

static i64 processors(void) {
  u64 mask[128] = {0};
  int bytes = sched_getaffinity(0, sizeof mask, mask);
  i64 count = 0;
  for (u64 i = 0; bytes >= 0 && i < sizeof mask / 8; i++) {
    count += __builtin_popcountl(mask[i]);
  }
  return count > 0 ? count : 1;
}

static i64 threads;

void start_threads(const Options *options) {
  threads = option_count(options, "--threads", 0, 1, 256);
  threads = threads ? threads : processors();
  dlc_pool_start(threads - 1);
}

void take_data_folder(const Options *options) {
  data_folder = option(options, "--data");
  int packed = data_folder && ends_with(data_folder, ".safetensors") && is_file(data_folder);
  if (data_folder && !packed && !is_folder(data_folder)) {
    fail(DATA_NOT_FOUND, "give the folder in which the data lie",
         "cannot find the folder %s of --data", data_folder);
  }
}

i32 seed_of(const Options *options) {
  i64 seed = count_or_alias(options, "--seed", dlc_model.seed, -0x7fffffffffffffff - 1,
                          0x7fffffffffffffff);
  return (i32)seed == seed ? (i32)seed : (i32)(seed ^ (i64)((u64)seed >> 32));
}

void take_weights(const Options *options) {
  const char *weights = option(options, "--weights");
  if (weights) {
    load_weights(weights);
  } else if (dlc_model.embedded) {
    load_embedded_weights();
  } else {
    fail(BAD_OPTION, "train writes them with --save W", "the option --weights W is missing");
  }
}

// ---- train

static void interrupted(int number) {
  static const char message[] = "\nstopping after this step …\n";
  (void)number;
  if (!stop_requested && !quiet) {
    write(2, message, sizeof message - 1);
  }
  stop_requested = 1;
  signal(SIGINT, NULL);  // the second Ctrl-C ends the process at once
}

static Settings settings_of(const Options *options, const Parts *parts) {
  Settings settings = {0};
  i64 samples = parts->training.size;
  i64 full = samples / dlc_model.batch;
  i64 drop_last = dlc_model.drop_last || has_option(options, "--drop-last");
  settings.batches_in_epoch = full + (samples % dlc_model.batch > 0 && !drop_last);
  settings.steps_in_epoch =
      (settings.batches_in_epoch + dlc_model.accumulate - 1) / dlc_model.accumulate;
  if (settings.batches_in_epoch == 0) {
    fail(BAD_SETTING, "compile it with a smaller batch, or leave drop_last out",
         "drop_last: with batch %l and %l samples no batch is left", dlc_model.batch, samples);
  }
  i64 given_epochs = count_or_alias(options, "--epochs", 0, 1, 0x7fffffff);
  i64 given_steps = count_or_alias(options, "--steps", 0, 1, 0x7fffffffffff);
  i64 steps = given_steps ? given_steps : dlc_model.steps;
  int steps_alone = !given_epochs && given_steps;
  if (given_epochs) {
    settings.epochs = given_epochs;
  } else if (steps && (steps_alone || !dlc_model.epochs)) {
    settings.epochs = (steps + settings.steps_in_epoch - 1) / settings.steps_in_epoch;
  } else {
    settings.epochs = dlc_model.epochs ? dlc_model.epochs : 1;
  }
  settings.last_step = settings.steps_in_epoch * settings.epochs;
  if (steps && steps < settings.last_step) {
    settings.last_step = steps;
  }
  const Formula *rate = find_formula("lr");
  settings.lr = option_number(options, "--lr", rate ? formula_value(rate) : dlc_model.lr);
  settings.check_finite = has_option(options, "--check-finite");
  settings.json = has_option(options, "--json");
  return settings;
}

static void introduce(const Parts *parts, const Settings *settings) {
  note("%s: %n weights, %s, batch %l, seed %d, %s", dlc_model.name, dlc_model.weights,
       dlc_model.optimizer, dlc_model.batch, settings->seed,
       threads == 1 ? "1 thread" : text_of("%l threads", threads));
  Text text = {0};
  text_add(&text, "%s: %n samples to train on", parts->training.name, (i64)parts->training.size);
  if (parts->has_validation) {
    text_add(&text, ", %n to validate", (i64)parts->validation.size);
  }
  if (parts->has_test) {
    text_add(&text, ", %n to test", (i64)parts->test.size);
  }
  note("%s", text.at);
}

static void conclude(const FinalReport *report, const Settings *settings) {
  Text text = {0};
  if (report->stopped) {
    note("stopped after step %n", report->steps);
  }
  if (settings->json) {
    text_json_end(&text, report);
  } else if (report->has_test) {
    text_figures(&text, "test ", &report->test);
    text_add(&text, "  (%n samples)\n", report->test.samples);
    if (report->test.confusion) {
      text_add(&text, "\n");
      text_confusion(&text, &report->test);
    }
  }
  print(1, &text);
  Text seconds = {0};
  text_seconds(&seconds, report->seconds);
  note("%n steps in %s", report->steps, seconds.at);
}

static void require_checkpoint_folder(const Options *options) {
  const char *needs = has_option(options, "--resume") ? "--resume"
                      : has_option(options, "--checkpoint-every-steps")
                          ? "--checkpoint-every-steps"
                          : NULL;
  if (needs && !has_option(options, "--checkpoint-dir")) {
    fail(BAD_OPTION, "name the folder of the checkpoints: --checkpoint-dir run",
         "%s is given without --checkpoint-dir", needs);
  }
}

static void begin_saving(const Options *options, const Parts *parts, i32 seed, Saving *saving) {
  const char *folder = option(options, "--checkpoint-dir");
  RunFacts facts = {seed, dlc_model.batch, dlc_model.accumulate, parts->training.size};
  saving_begin(saving, folder,
               option_count(options, "--checkpoint-every-steps", 0, 1, 0x7fffffffffff), facts);
  if (folder && !has_option(options, "--resume") && !saving_is_empty(saving)) {
    note("note: %s holds checkpoints, which this run replaces; --resume would go on from them",
         folder);
  }
}

void run_train(const Options *options) {
  const char *save = option(options, "--save");
  int resumes = has_option(options, "--resume");
  require_checkpoint_folder(options);
  take_params(options);
  if (save) {
    require_writable(save);
  }
  if (option(options, "--report")) {
    report_open(option(options, "--report"), resumes);
  }
  take_data_folder(options);
  i32 seed = seed_of(options);
  Parts parts = {0};
  load_data(&parts, seed);
  Settings settings = settings_of(options, &parts);
  settings.seed = seed;
  start_threads(options);
  allocate_model();
  init_state(seed);
  if (option(options, "--init")) {
    load_weights(option(options, "--init"));
  }
  introduce(&parts, &settings);
  signal(SIGINT, interrupted);
  signal(SIGTERM, interrupted);
  Saving saving;
  begin_saving(options, &parts, seed, &saving);
  FinalReport report = {0};
  train(&parts, &settings, &saving, resumes, &report);
  conclude(&report, &settings);
  if (save && report.steps == 0) {
    note("nothing was learned, so nothing is saved");
  } else if (save) {
    save_weights(save);
    note("saved %s", save);
  }
  dlc_pool_stop();
}

// ---- eval

void run_eval(const Options *options) {
  take_params(options);
  take_data_folder(options);
  allocate_model();
  take_weights(options);
  Parts parts = {0};
  load_data(&parts, seed_of(options));
  if (!parts.has_test) {
    fail(DATA_EMPTY, "give one: data train=…, test=…", "the test part of %s holds no samples",
         parts.training.name);
  }
  start_threads(options);
  Figures figures = evaluate(&parts.test);
  Text text = {0};
  if (has_option(options, "--json")) {
    text_json_figures(&text, &figures);
    text_add(&text, "\n");
  } else {
    text_figures(&text, "test ", &figures);
    text_add(&text, "  (%n samples)\n", figures.samples);
    if (figures.confusion) {
      text_add(&text, "\n");
      text_confusion(&text, &figures);
    }
  }
  print(1, &text);
  dlc_pool_stop();
}
