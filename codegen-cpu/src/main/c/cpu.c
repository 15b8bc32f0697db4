// SPDX-License-Identifier: Apache-2.0
// Which of the program's versions this processor runs.
#include "model.h"

static void choose_named(const char *name) {
  int level = processor_level();
  Text known = {0};
  for (i64 i = 0; i < dlc_model.versions; i++) {
    const Version *each = dlc_model.version + i;
    text_add(&known, i ? ", %s" : "%s", each->name);
    if (same(each->name, name) || (*name && ends_with(each->name, text_of("-%s", name)))) {
      if (each->level > level) {
        fail(UNKNOWN_CPU, "leave DLC_ISA out to use all that it can",
             "this processor cannot run code for %s", each->name);
      }
      version = each;
      return;
    }
  }
  fail(UNKNOWN_CPU, text_of("there are %s", known.at),
       "this program has no code for a processor called '%s'", name);
}

void choose_version(const char *forced) {
  if (forced && *forced) {
    choose_named(forced);
    return;
  }
  int level = processor_level();
  for (i64 i = 0; i < dlc_model.versions; i++) {
    const Version *each = dlc_model.version + i;
    if (each->level <= level && (!version || each->level > version->level)) {
      version = each;
    }
  }
  if (!version) {
    fail(UNKNOWN_CPU, "compile it again without --cpu", "this processor cannot run code for %s",
         dlc_model.version[0].name);
  }
}
