// SPDX-License-Identifier: Apache-2.0
#include "commands.h"

#include "device.h"

static void add_bytes(Text *text, i64 bytes) {
  if (bytes < 1000) {
    text_add(text, "%l B", bytes);
    return;
  }
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
  double amount = (double)bytes;
  int unit = 0;
  while (amount >= 999.95 && unit < 4) {
    amount /= 1000;
    unit++;
  }
  text_add(text, "%.1 %s", amount, units[unit]);
}

static i64 most_work(void) {
  i64 most = 0;
  for (i64 i = 0; i < version->entries; i++) {
    most = version->entry[i].work_bytes > most ? version->entry[i].work_bytes : most;
  }
  return most;
}

static void add_json(Text *text) {
  text_add(text, "{\"model\":%q,\"program\":%q,\"compiler\":%q,\"isa\":%q,\"isas\":[",
           dlc_model.name, dlc_model.file, dlc_model.compiler, version->name);
  for (i64 i = 0; i < dlc_model.versions; i++) {
    text_add(text, i ? ",%q" : "%q", dlc_model.version[i].name);
  }
  text_add(text, "],\"devices\":[");
  for (i64 i = 0; i < dlc_model.devices; i++) {
    text_add(text, i ? ",%q" : "%q", dlc_model.device[i].name);
  }
  text_add(text, "],\"weights\":%l,\"state_bytes\":%l,\"work_bytes\":%l,\"batch\":%l,\"entries\":[",
           dlc_model.weights, dlc_model.state_bytes, most_work(), dlc_model.batch);
  for (i64 i = 0; i < version->entries; i++) {
    text_add(text, i ? "," : "");
    text_add(text, "{\"name\":%q,\"batch\":%l,\"work_bytes\":%l}", version->entry[i].name,
             version->entry[i].batch, version->entry[i].work_bytes);
  }
  text_add(text, "],\"params\":{");
  for (i64 i = 0; i < dlc_model.params; i++) {
    text_add(text, i ? ",%q:%q" : "%q:%q", dlc_model.param[i].name, dlc_model.param[i].value);
  }
  text_add(text, "}}\n");
}

static void add_padded(Text *text, const char *word, i64 width) {
  text_add(text, "%s", word);
  for (i64 i = (i64)strlen(word); i < width; i++) {
    text_add(text, " ");
  }
}

static void add_words(Text *text) {
  text_add(text, "%s from %s, compiled by dlc %s\n", dlc_model.name, dlc_model.file,
           dlc_model.compiler);
  i64 width = 6;
  for (i64 i = 0; i < dlc_model.layers; i++) {
    i64 length = (i64)strlen(dlc_model.layer[i].name);
    width = length > width ? length : width;
  }
  for (i64 i = 0; i < dlc_model.layers; i++) {
    text_add(text, "  ");
    add_padded(text, dlc_model.layer[i].name, width + 2);
    text_add(text, "%s\n", dlc_model.layer[i].value);
  }
  text_add(text, "weights     %n numbers; with the optimizer's state ", dlc_model.weights);
  add_bytes(text, dlc_model.state_bytes);
  text_add(text, "\nwork        ");
  add_bytes(text, most_work());
  text_add(text, "\nprocessor   %s of", version->name);
  for (i64 i = 0; i < dlc_model.versions; i++) {
    text_add(text, "%s%s", i ? ", " : " ", dlc_model.version[i].name);
  }
  for (i64 i = 0; i < dlc_model.devices; i++) {
    text_add(text, i ? ", %s" : "\ndevices     %s", dlc_model.device[i].name);
  }
  text_add(text, "\nentries    ");
  for (i64 i = 0; i < version->entries; i++) {
    text_add(text, " %s(%l)", version->entry[i].name, version->entry[i].batch);
  }
  if (*dlc_model.optimizer) {
    text_add(text, "\ntraining    %s, %s, batch %l, seed %l", dlc_model.loss, dlc_model.optimizer,
             dlc_model.batch, dlc_model.seed);
  }
  for (i64 i = 0; i < dlc_model.params; i++) {
    text_add(text, i ? ", %s = %s" : "\nparams      %s = %s", dlc_model.param[i].name,
             dlc_model.param[i].value);
  }
  text_add(text, dlc_model.embedded ? "\nweights are inside\n" : "\n");
}

// The device of --device with how fast it is, and nothing else.
static void add_speed(Text *text, int as_json) {
  Speed speed = device_speed();
  text_add(text,
           as_json ? "{\"device\":%q,\"gflops\":%.1,\"gb_per_s\":%.1}\n"
                   : "%s: %.1 GFLOP/s in f32, copying %.1 GB/s\n",
           device_name(), speed.gigaflops, speed.gigabytes);
}

void run_info(const Options *options) {
  Text text = {0};
  int as_json = has_option(options, "--json");
  if (has_option(options, "--measure")) {
    take_device(options);
    if (!device_name()) {
      fail(BAD_OPTION, "choose one: --device opencl", "--measure measures OpenCL devices");
    }
    add_speed(&text, as_json);
  } else if (as_json) {
    add_json(&text);
  } else {
    add_words(&text);
  }
  print(1, &text);
}

// ---- help

static int is_flag(const char *param) {
  int found = 0;
  for (i64 i = 0; i < dlc_model.steered_params; i++) {
    found |= same(dlc_model.steered[i].name, param);
  }
  for (i64 i = 0; i < dlc_model.aliases; i++) {
    found |= same(dlc_model.alias[i].name, param);
  }
  return found;
}

void print_help(const char *program) {
  Text text = {0};
  text_add(&text, "%s: the model %s of %s, compiled by dlc %s\n\nUsage: %s COMMAND [options]\n\n",
           program, dlc_model.name, dlc_model.file, dlc_model.compiler, program);
  for (const Command *each = commands; each->name; each++) {
    text_add(&text, "  ");
    add_padded(&text, each->name, 9);
    text_add(&text, "%s\n", each->help);
  }
  text_add(&text, "\n%s COMMAND --help lists the options of a command.\n", program);
  if (dlc_model.source) {
    text_add(&text, "The data are %s(", dlc_model.source->kind);
    for (i64 i = 0; i < dlc_model.source->options; i++) {
      const Pair *pair = dlc_model.source->option + i;
      text_add(&text, "%s%s=%q", i ? ", " : "", pair->name, pair->value);
    }
    text_add(&text, "), batches have %l samples.\n", dlc_model.batch);
  }
  for (i64 i = 0; i < dlc_model.params; i++) {
    const Pair *param = dlc_model.param + i;
    text_add(&text, is_flag(param->name) ? "The param %s is a flag, --%s; it is %s without it.\n"
                                         : "The param %s is fixed: %s%s.\n",
             param->name, is_flag(param->name) ? param->name : "", param->value);
  }
  print(1, &text);
}

static const char *usage_of(const Flag *flag) {
  return flag->value ? text_of("%s %s", flag->name, flag->value) : flag->name;
}

void print_command_help(const char *program, const Command *command, const Options *options) {
  Text text = {0};
  text_add(&text, "Usage: %s %s %s\n\n%s.\n\n", program, command->name, command->use,
           command->help);
  i64 width = 0;
  for (i64 i = 0; i < options->flags; i++) {
    i64 length = (i64)strlen(usage_of(options->flag + i));
    width = length > width ? length : width;
  }
  for (i64 i = 0; i < options->flags; i++) {
    const Flag *flag = options->flag + i;
    text_add(&text, "  ");
    add_padded(&text, usage_of(flag), width + 2);
    text_add(&text, "%s\n", flag->help);
  }
  print(1, &text);
}
