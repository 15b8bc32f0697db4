// SPDX-License-Identifier: Apache-2.0
#include "checkpoint.h"

#include "json.h"
#include "weights.h"

static const char SCORES[] = "@scores";

// ---- the checksum

static u32 crc32c(u32 crc, const void *bytes, i64 length) {
  static u32 table[256];
  for (u32 i = 0; table[255] == 0 && i < 256; i++) {
    u32 value = i;
    for (int bit = 0; bit < 8; bit++) {
      value = value >> 1 ^ (value & 1 ? 0x82F63B78 : 0);
    }
    table[i] = value;
  }
  crc = ~crc;
  for (i64 i = 0; i < length; i++) {
    crc = crc >> 8 ^ table[(crc ^ ((const u8 *)bytes)[i]) & 255];
  }
  return ~crc;
}

static int pair_order(const void *left, const void *right) {
  return strcmp(((const Pair *)left)->name, ((const Pair *)right)->name);
}

static int array_order(const void *left, const void *right) {
  return strcmp(((const Array *)left)->name, ((const Array *)right)->name);
}

static char *checksum(const Array *arrays, i64 count, const Pair *facts, i64 fact_count) {
  Pair *sorted = allocate(fact_count, sizeof(Pair));
  memcpy(sorted, facts, (u64)fact_count * sizeof(Pair));
  qsort(sorted, (u64)fact_count, sizeof(Pair), pair_order);
  Array *in_order = allocate(count, sizeof(Array));
  memcpy(in_order, arrays, (u64)count * sizeof(Array));
  qsort(in_order, (u64)count, sizeof(Array), array_order);
  u32 sum = 0;
  for (i64 i = 0; i < fact_count; i++) {
    char *line = text_of("%s=%s\n", sorted[i].name, sorted[i].value);
    sum = crc32c(sum, line, (i64)strlen(line));
    free(line);
  }
  for (i64 i = 0; i < count; i++) {
    const Array *array = in_order + i;
    char *type = type_text(array->type, array->rank, array->dims);
    char *line = text_of("%s%s\n", array->name, type);
    sum = crc32c(sum, line, (i64)strlen(line));
    sum = crc32c(sum, array->values, array->elements * type_bytes(array->type));
    free(line);
    free(type);
  }
  free(sorted);
  free(in_order);
  return text_of("crc32c:%x", sum);
}

// ---- what is in a file

enum { POSITION_FACTS = 7, RUN_FACTS = 4, FACTS = POSITION_FACTS + RUN_FACTS };

static char *hexadecimal(double value) {
  Text text = {0};
  text_hexadecimal(&text, value);
  return text.at;
}

static void facts_of(const Position *position, const RunFacts *run, Pair *facts) {
  const Pair all[FACTS] = {
      {"epoch", text_of("%l", position->epoch)},
      {"batches", text_of("%l", position->batches)},
      {"step", text_of("%l", position->step)},
      {"batches_in_all", text_of("%l", position->batches_in_all)},
      {"best", hexadecimal(position->best)},
      {"waited", text_of("%l", position->waited)},
      {"best_loss", hexadecimal(position->best_loss)},
      {"run.seed", text_of("%l", run->seed)},
      {"run.batch", text_of("%l", run->batch)},
      {"run.accumulate", text_of("%l", run->accumulate)},
      {"run.samples", text_of("%l", run->samples)},
  };
  memcpy(facts, all, sizeof all);
}

static int write_checkpoint(const char *path, const Saving *saving, const Position *position,
                            const Scores *scores) {
  Array *arrays = allocate(dlc_model.states + 1, sizeof(Array));
  for (i64 s = 0; s < dlc_model.states; s++) {
    arrays[s] = array_of_state(dlc_model.state + s, dlc_model.state + s);
  }
  i64 numbers;
  double *snapshot = scores_snapshot(scores, &numbers);
  arrays[dlc_model.states] =
      (Array){SCORES, F64, 1, {numbers}, numbers, (const u8 *)snapshot};
  Pair facts[FACTS];
  facts_of(position, &saving->run, facts);
  Text text = {0};
  for (int i = 0; i < FACTS; i++) {
    text_add(&text, ",%q:%q", facts[i].name, facts[i].value);
  }
  text_add(&text, ",\"checksum\":%q", checksum(arrays, dlc_model.states + 1, facts, FACTS));
  int written = write_safetensors(path, text.at, arrays, dlc_model.states + 1);
  for (int i = 0; i < FACTS; i++) {
    free((char *)facts[i].value);
  }
  free(text.at);
  free(snapshot);
  free(arrays);
  return written;
}

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
  void *open = opendir(folder);
  for (const u8 *entry; open && (entry = readdir(open));) {
    // inode and offset take 8 bytes each, length 2, type 1.
    const char *name = (const char *)entry + 19;
    if (step_of(name) >= 0) {
      found = grow(found, *count + 1, sizeof(Named));
      found[(*count)++] = (Named){join(folder, name), step_of(name)};
    }
  }
  if (open) {
    closedir(open);
  }
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

// Removes those that are no longer needed. Later ones are damaged, or of another run, as are all at
// the start of a run.
static void clean(const Saving *saving, i64 step) {
  i64 count;
  Named *all = checkpoints(saving->folder, &count);
  i64 newest = 0;
  while (newest < count && all[newest].step != step) {
    newest++;
  }
  i64 oldest = saving->is_first && !saving->is_resumed ? newest
                                                       : newest - dlc_model.checkpoints_kept + 1;
  for (i64 i = 0; i < count; i++) {
    if (i < oldest || i > newest) {
      unlink(all[i].path);
    }
  }
  free_names(all, count);
}

static void save(Saving *saving, const Position *position, const Scores *scores, int is_best) {
  char *path = path_of(saving, position->step);
  keep_going = 1;
  int written = write_checkpoint(path, saving, position, scores);
  if (written && is_best && dlc_model.keeps_best) {
    written = write_checkpoint(join(saving->folder, "best.safetensors"), saving, position, scores);
  }
  keep_going = 0;
  if (written) {
    clean(saving, position->step);
    saving->saved = *position;
    saving->is_first = 0;
  } else {
    note("note: no checkpoint of step %l: %s; training goes on", position->step, write_problem);
    write_problem = NULL;
  }
  free(path);
}

// ---- when to save

Position position_at_start(void) {
  double nan = __builtin_nan("");
  return (Position){0, 0, 0, 0, nan, 0, nan};
}

void saving_begin(Saving *saving, const char *folder, i64 every_steps, RunFacts run) {
  *saving = (Saving){folder, every_steps, run, 1, 0, position_at_start()};
  if (folder) {
    require_folder_for_report(folder);
  }
}

int saving_is_empty(const Saving *saving) {
  i64 count;
  free_names(checkpoints(saving->folder, &count), 0);
  return count == 0;
}

void saving_after_batch(Saving *saving, const Position *position, const Scores *scores) {
  if (saving->folder && saving->every_steps && position->step > saving->saved.step &&
      position->step % saving->every_steps == 0) {
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

// ---- going on

typedef struct {
  const char *path;
  Array *arrays;
  i64 count;
  const Json *facts;
} Loaded;

static const char *fact(const Loaded *loaded, const char *name) {
  const Json *found = json_get(loaded->facts, name);
  return found && found->kind == JSON_STRING ? found->text : "";
}

// NULL when the file is a whole checkpoint, else what is wrong with it.
static const char *load(const char *path, Loaded *loaded) {
  loaded->path = path;
  File file = map_file(path);
  const char *problem = safetensors_problem(file.bytes, file.length, &loaded->arrays,
                                            &loaded->count, &loaded->facts);
  if (problem) {
    return problem;
  }
  Pair facts[64];
  i64 count = 0;
  const char *expected = NULL;
  const Json *each = loaded->facts ? loaded->facts->first : NULL;
  for (; each && count < 64; each = each->next) {
    const char *value = each->text ? each->text : "";
    if (same(each->name, "checksum")) {
      expected = value;
    } else if (!same(each->name, "format")) {
      facts[count++] = (Pair){each->name, value};
    }
  }
  if (!expected || !array_called(loaded->arrays, loaded->count, SCORES)) {
    return "this is no checkpoint";
  }
  return same(expected, checksum(loaded->arrays, loaded->count, facts, count))
             ? NULL
             : "its checksum is not that of its content";
}

static void require_same_run(const Loaded *loaded, const RunFacts *run) {
  const char *names[] = {"seed", "batch", "accumulate", "samples"};
  i64 values[] = {run->seed, run->batch, run->accumulate, run->samples};
  for (int i = 0; i < RUN_FACTS; i++) {
    const char *before = fact(loaded, text_of("run.%s", names[i]));
    if (!same(before, text_of("%l", values[i]))) {
      fail(WEIGHTS_MISMATCH,
           text_of("give this run the same %s, or begin anew without --resume", names[i]),
           "%s: it was made with %s %s, this run has %l", loaded->path, names[i],
           *before ? before : "nothing", values[i]);
    }
  }
}

static void restore(const Loaded *loaded, Position *position, Scores *scores) {
  require_match(loaded->path, loaded->arrays, loaded->count, 1);
  for (i64 s = 0; s < dlc_model.states; s++) {
    const Slot *state = dlc_model.state + s;
    const Array *array = array_called(loaded->arrays, loaded->count, state->name);
    memcpy(slot_memory(state), array->values,
           (u64)(state->elements * type_bytes(state->type)));
  }
  const Array *numbers = array_called(loaded->arrays, loaded->count, SCORES);
  if (!scores_restore(scores, numbers->values, numbers->elements)) {
    fail(WEIGHTS_MISMATCH, "begin anew without --resume",
         "%s: its scores are not those of these data and metrics", loaded->path);
  }
  position->epoch = (i64)strtod(fact(loaded, "epoch"), NULL);
  position->batches = (i64)strtod(fact(loaded, "batches"), NULL);
  position->step = (i64)strtod(fact(loaded, "step"), NULL);
  position->batches_in_all = (i64)strtod(fact(loaded, "batches_in_all"), NULL);
  position->best = strtod(fact(loaded, "best"), NULL);
  position->waited = (i64)strtod(fact(loaded, "waited"), NULL);
  position->best_loss = strtod(fact(loaded, "best_loss"), NULL);
}

int saving_resume(Saving *saving, Position *position, Scores *scores) {
  i64 count;
  Named *all = checkpoints(saving->folder, &count);
  for (i64 i = count - 1; i >= 0; i--) {
    Loaded loaded = {0};
    const char *problem = load(all[i].path, &loaded);
    if (problem) {
      note("note: %s: %s; the checkpoint before it is taken", all[i].path, problem);
      continue;
    }
    require_same_run(&loaded, &saving->run);
    restore(&loaded, position, scores);
    saving->is_resumed = 1;
    saving->saved = *position;
    note("note: going on from %s: step %l, epoch %l", all[i].path, position->step,
         position->epoch + 1);
    return 1;
  }
  note("note: there is no checkpoint in %s, so training begins anew", saving->folder);
  return 0;
}
