// SPDX-License-Identifier: Apache-2.0
#include "commands.h"
#include "device.h"
#include "file.h"
#include "params.h"
#include "weights.h"

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
       device_name() ? device_name() : threads == 1 ? "1 thread" : text_of("%l threads", threads));
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

// The folder of checkpoints, which --resume names as well.
static const char *checkpoint_folder(const Options *options) {
  const char *resumed = option(options, "--resume");
  const char *folder = option(options, "--checkpoint-dir");
  return folder || !resumed || !*resumed ? folder : resumed;
}

static void require_checkpoint_folder(const Options *options) {
  const char *needs = has_option(options, "--resume") ? "--resume"
                      : has_option(options, "--checkpoint-every-steps")
                          ? "--checkpoint-every-steps"
                          : NULL;
  const char *folder = checkpoint_folder(options);
  if (needs && !folder) {
    fail(BAD_OPTION, "name the folder of the checkpoints: --checkpoint-dir run",
         "%s is given without --checkpoint-dir", needs);
  }
  const char *resumed = option(options, "--resume");
  if (resumed && *resumed && !same(resumed, folder)) {
    fail(BAD_OPTION, "leave one of them out", "--resume %s and --checkpoint-dir %s are two folders",
         resumed, folder);
  }
  if (resumed && is_file(folder)) {
    fail(BAD_OPTION, "name the folder it is in: the newest checkpoint there is taken",
         "--resume needs a folder, and %s is a file", folder);
  }
}

static void begin_saving(const Options *options, const Parts *parts, i32 seed, Saving *saving) {
  RunFacts facts = {seed, dlc_model.batch, dlc_model.accumulate, parts->training.size};
  saving_begin(saving, checkpoint_folder(options),
               option_count(options, "--checkpoint-every-steps", 0, 1, 0x7fffffffffff), facts);
}

// Trains from the first weights on; in cross-validation `fold` is the one that validates.
static FinalReport train_once(const Options *options, i64 fold, const char *report) {
  int resumes = has_option(options, "--resume");
  if (report) {
    report_open(report, resumes);
  }
  i32 seed = seed_of(options);
  Parts parts = {0};
  load_data(&parts, seed, fold);
  Settings settings = settings_of(options, &parts);
  settings.seed = seed;
  allocate_model();
  init_state(seed);
  if (option(options, "--init")) {
    load_weights(option(options, "--init"));
  }
  if (fold == 0) {
    introduce(&parts, &settings);
  }
  if (dlc_model.folds) {
    note("fold %l/%l", fold + 1, dlc_model.folds);
  }
  Saving saving;
  begin_saving(options, &parts, seed, &saving);
  FinalReport result = {0};
  train(&parts, &settings, &saving, resumes, &result);
  conclude(&result, &settings);
  return result;
}

// Trains anew for each fold, and says how the figures of all vary.
static void cross_validate(const Options *options) {
  const char *report = option(options, "--report");
  const char *refused = has_option(options, "--save")             ? "--save"
                        : checkpoint_folder(options)              ? "--checkpoint-dir"
                                                                  : NULL;
  if (refused) {
    fail(BAD_OPTION, "measure without it, then train with validation= in the place of folds=",
         "%s is given, but cross-validation trains %l models", refused, dlc_model.folds);
  }
  Figures *figures = allocate(dlc_model.folds, sizeof(Figures));
  i64 count = 0;
  for (i64 fold = 0; fold < dlc_model.folds && !stop_requested; fold++) {
    char *part = report ? join(report, text_of("fold-%l", fold + 1)) : NULL;
    FinalReport result = train_once(options, fold, part);
    if (!result.stopped) {
      figures[count++] = result.validation;
    }
  }
  Text text = {0};
  if (has_option(options, "--json")) {
    text_json_folds(&text, figures, count);
  } else {
    text_folds(&text, figures, count);
  }
  print(1, &text);
}

void run_train(const Options *options) {
  const char *save = option(options, "--save");
  require_checkpoint_folder(options);
  take_params(options);
  if (save) {
    require_writable(save);
  }
  take_data_folder(options);
  take_device(options);
  start_threads(options);
  signal(SIGINT, interrupted);
  signal(SIGTERM, interrupted);
  if (dlc_model.folds) {
    cross_validate(options);
  } else {
    FinalReport result = train_once(options, 0, option(options, "--report"));
    if (save && result.steps == 0) {
      note("nothing was learned, so nothing is saved");
    } else if (save) {
      save_weights(save);
      note("saved %s", save);
    }
  }
  dlc_pool_stop();
}
