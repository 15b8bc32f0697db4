// SPDX-License-Identifier: Apache-2.0
#include "saving.h"

static const char BEST[] = "best.safetensors";

// ---- the folder

typedef struct {
  char *path;
  i64 step;
} Named;

// step-000000120.safetensors
static i64 step_of(const char *name) {
  static const char start[] = "step-";
  i64 step = 0;
  i64 digits = 0;
  if (!starts_with(name, start)) {
    return -1;
  }
  for (name += sizeof start - 1; *name >= '0' && *name <= '9' && digits < 18; name++, digits++) {
    step = 10 * step + (*name - '0');
  }
  return digits >= 9 && same(name, ".safetensors") ? step : -1;
}

static int by_step(const void *left, const void *right) {
  i64 l = ((const Named *)left)->step;
  i64 r = ((const Named *)right)->step;
  return (l > r) - (l < r);
}

static Named *checkpoints(const char *folder, i64 *count) {
  Named *found = NULL;
  *count = 0;
  i64 all;
  char **names = names_in(folder, &all);
  for (i64 i = 0; i < all; i++) {
    if (step_of(names[i]) >= 0) {
      found = grow(found, *count + 1, sizeof(Named));
      found[(*count)++] = (Named){join(folder, names[i]), step_of(names[i])};
    }
    free(names[i]);
  }
  free(names);
  qsort(found, (u64)*count, sizeof(Named), by_step);
  return found;
}

static void free_names(Named *names, i64 count) {
  for (i64 i = 0; i < count; i++) {
    free(names[i].path);
  }
  free(names);
}

static char *path_of(const Saving *saving, i64 step) {
  char digits[24];
  snprintf(digits, sizeof digits, "%09ld", step);
  return join(saving->folder, text_of("step-%s.safetensors", digits));
}

// Removes those that are no longer needed. Later ones are damaged: training went on from one before them.
static void clean(const Saving *saving, i64 step) {
  i64 count;
  Named *all = checkpoints(saving->folder, &count);
  i64 newest = 0;
  while (newest < count && all[newest].step != step) {
    newest++;
  }
  for (i64 i = 0; i < count; i++) {
    if (i <= newest - dlc_model.checkpoints_kept || i > newest) {
      unlink(all[i].path);
    }
  }
  free_names(all, count);
}

// Whether the state is that after the best epoch.
static int is_at_best(const Position *position) {
  return position->batches == 0 && position->waited == 0 && position->best == position->best;
}

static int write_both(const Saving *saving, const char *path, const Position *position,
                      const Scores *scores, int is_best) {
  const u8 *best = is_at_best(position) ? NULL : saving->best;
  require_folder(saving->folder);
  return !write_problem && write_checkpoint(path, &saving->run, position, scores, best) &&
         (!is_best || !dlc_model.keeps_best ||
          write_checkpoint(join(saving->folder, BEST), &saving->run, position, scores, best));
}

static void save(Saving *saving, const Position *position, const Scores *scores, int is_best) {
  char *path = path_of(saving, position->step);
  keep_going = 1;
  int written = write_both(saving, path, position, scores, is_best);
  keep_going = 0;
  if (written) {
    clean(saving, position->step);
    saving->saved = *position;
    if (saving->is_failing) {
      note("note: step %l could be saved again", position->step);
    }
  } else {
    if (!saving->is_failing) {
      note("note: no checkpoint of step %l: %s; training goes on", position->step, write_problem);
    }
    write_problem = NULL;
  }
  saving->is_failing = !written;
  free(path);
}

// ---- when to save

Position position_at_start(void) {
  double nan = __builtin_nan("");
  return (Position){0, 0, 0, 0, nan, 0, nan};
}

void saving_begin(Saving *saving, const char *folder, i64 every_steps, RunFacts run) {
  *saving = (Saving){folder, every_steps, run, position_at_start(), 0, NULL};
  if (folder) {
    require_folder(folder);
    require_writable(join(folder, BEST));
  }
}

void saving_keep_best(Saving *saving) {
  saving->best = saving->best ? saving->best : allocate(dlc_model.state_bytes, 1);
  memcpy(saving->best, state_memory(), (u64)dlc_model.state_bytes);
}

static void move_aside(const char *path, const char *aside) {
  const char *name = path + strlen(path);
  while (name > path && name[-1] != '/') {
    name--;
  }
  if (rename(path, join(aside, name)) != 0) {
    fail(CANNOT_WRITE,
         "go on from the checkpoints there with --resume, or choose another folder",
         "cannot write %s: %s", aside, strerror(ERRNO));
  }
}

void saving_set_aside(const Saving *saving) {
  i64 count;
  Named *all = checkpoints(saving->folder, &count);
  i64 number = 1;
  while (exists(join(saving->folder, text_of("earlier-%l", number)))) {
    number++;
  }
  char *aside = join(saving->folder, text_of("earlier-%l", number));
  if (count > 0) {
    require_folder(aside);
    for (i64 i = 0; i < count; i++) {
      move_aside(all[i].path, aside);
    }
    char *best = join(saving->folder, BEST);
    if (is_file(best)) {
      move_aside(best, aside);
    }
    note("note: the checkpoints of an earlier run are now in %s", aside);
  }
  free_names(all, count);
}

int saving_is_due(const Saving *saving, const Position *position) {
  return saving->folder && saving->every_steps && position->step > saving->saved.step &&
         position->step % saving->every_steps == 0;
}

void saving_after_batch(Saving *saving, const Position *position, const Scores *scores) {
  if (saving_is_due(saving, position)) {
    save(saving, position, scores, 0);
  }
}

void saving_after_epoch(Saving *saving, const Position *position, const Scores *scores,
                        int is_best) {
  if (saving->folder && (position->epoch % dlc_model.checkpoint_every == 0 ||
                         (is_best && dlc_model.keeps_best))) {
    save(saving, position, scores, is_best);
  }
}

void saving_at_end(Saving *saving, const Position *position, const Scores *scores) {
  if (saving->folder && (position->batches_in_all > saving->saved.batches_in_all ||
                         position->epoch > saving->saved.epoch)) {
    save(saving, position, scores, 0);
  }
}

void saving_note_how_to_go_on(const Saving *saving) {
  note("note: step %l is saved in %s; --resume goes on from it", saving->saved.step, saving->folder);
}

// ---- going on

static void resume_best(Saving *saving, const Loaded *loaded, const Position *position) {
  if (is_at_best(position)) {
    saving_keep_best(saving);
  } else if (position->best == position->best) {
    u8 *best = allocate(dlc_model.state_bytes, 1);
    if (take_best_state(loaded, best)) {
      saving->best = best;
    } else {
      free(best);
      note("note: the checkpoint is without the best weights, so only later ones are restored");
    }
  }
}

int saving_resume(Saving *saving, Position *position, Scores *scores) {
  i64 count;
  Named *all = checkpoints(saving->folder, &count);
  for (i64 i = count - 1; i >= 0; i--) {
    Loaded loaded = {0};
    const char *problem = read_checkpoint(all[i].path, &loaded);
    if (problem) {
      note("note: %s: %s; the checkpoint before it is taken", all[i].path, problem);
      continue;
    }
    restore_checkpoint(&loaded, &saving->run, position, scores);
    saving->saved = *position;
    if (dlc_model.restores) {
      resume_best(saving, &loaded, position);
    }
    note("note: going on from %s: step %l, epoch %l", all[i].path, position->step,
         position->epoch + 1);
    return 1;
  }
  note("note: there is no checkpoint in %s, so training begins anew", saving->folder);
  return 0;
}
