// SPDX-License-Identifier: Apache-2.0
#include "checkpoint.h"

#include "json.h"
#include "weights.h"

static const char SCORES[] = "@scores";
static const char BEST[] = "@best/";

// Where in a copy of all state is that of `state`.
static i64 offset_of(const Slot *state) {
  return state->offset;
}

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

int write_checkpoint(const char *path, const RunFacts *run, const Position *position,
                     const Scores *scores, const u8 *best) {
  i64 states = dlc_model.states;
  i64 count = states + 1 + (best ? states : 0);
  Array *arrays = allocate(count, sizeof(Array));
  for (i64 s = 0; s < states; s++) {
    arrays[s] = array_of_state(dlc_model.state + s, dlc_model.state + s);
  }
  i64 numbers;
  double *snapshot = scores_snapshot(scores, &numbers);
  arrays[states] = (Array){SCORES, F64, 1, {numbers}, numbers, (const u8 *)snapshot};
  for (i64 i = states + 1; i < count; i++) {
    const Slot *state = dlc_model.state + (i - states - 1);
    arrays[i] = array_of_state(state, state);
    arrays[i].name = text_of("%s%s", BEST, state->name);
    arrays[i].values = best + offset_of(state);
  }
  Pair facts[FACTS];
  facts_of(position, run, facts);
  Text text = {0};
  for (int i = 0; i < FACTS; i++) {
    text_add(&text, ",%q:%q", facts[i].name, facts[i].value);
  }
  text_add(&text, ",\"checksum\":%q", checksum(arrays, count, facts, FACTS));
  int written = write_safetensors(path, text.at, arrays, count);
  for (int i = 0; i < FACTS; i++) {
    free((char *)facts[i].value);
  }
  for (i64 i = states + 1; i < count; i++) {
    free((char *)arrays[i].name);
  }
  free(text.at);
  free(snapshot);
  free(arrays);
  return written;
}

// ---- reading

static const char *fact(const Loaded *loaded, const char *name) {
  const Json *found = json_get(loaded->facts, name);
  return found && found->kind == JSON_STRING ? found->text : "";
}

const char *read_checkpoint(const char *path, Loaded *loaded) {
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
  const Array *scores = array_called(loaded->arrays, loaded->count, SCORES);
  if (!expected || !scores || scores->type != F64) {
    return "this is no checkpoint";
  }
  return same(expected, checksum(loaded->arrays, loaded->count, facts, count))
             ? NULL
             : "its checksum is not that of its content";
}

// ---- what a checkpoint and a run that is to go on from it do not have in common

enum { MOST_LISTED = 20 };

typedef struct {
  Text lines;
  i64 count;
} Difference;

static void compare(Difference *difference, const char *name, const char *before, const char *now) {
  if (!same(before, now) && difference->count++ < MOST_LISTED) {
    text_add(&difference->lines, "\n    %s: %s in the checkpoint, %s now", name, before, now);
  }
}

static void compare_runs(Difference *difference, const Loaded *loaded, const RunFacts *run) {
  const char *names[] = {"seed", "batch", "accumulate", "samples"};
  i64 values[] = {run->seed, run->batch, run->accumulate, run->samples};
  for (int i = 0; i < RUN_FACTS; i++) {
    const char *before = fact(loaded, text_of("run.%s", names[i]));
    compare(difference, names[i], *before ? before : "nothing", text_of("%l", values[i]));
  }
}

static void compare_states(Difference *difference, const Loaded *loaded) {
  for (i64 s = 0; s < dlc_model.states; s++) {
    const Slot *state = dlc_model.state + s;
    const Array *array = array_called(loaded->arrays, loaded->count, state->name);
    compare(difference, state->name,
            array ? type_text(array->type, array->rank, array->dims) : "nothing",
            type_text(state->type, state->rank, state->dims));
  }
  for (i64 i = 0; i < loaded->count; i++) {
    const Array *array = loaded->arrays + i;
    int is_best = starts_with(array->name, BEST);
    const Slot *state = state_called(is_best ? array->name + strlen(BEST) : array->name);
    if (!same(array->name, SCORES) && (is_best || !state)) {
      compare(difference, array->name, type_text(array->type, array->rank, array->dims),
              state ? type_text(state->type, state->rank, state->dims) : "nothing");
    }
  }
}

static void require_no_difference(const Loaded *loaded, const RunFacts *run, const Scores *scores) {
  Difference difference = {0};
  compare_runs(&difference, loaded, run);
  compare_states(&difference, loaded);
  i64 counts;
  free(scores_snapshot(scores, &counts));
  compare(&difference, "counts for metrics",
          text_of("%l", array_called(loaded->arrays, loaded->count, SCORES)->elements),
          text_of("%l", counts));
  if (difference.count > MOST_LISTED) {
    text_add(&difference.lines, "\n    and %l more", difference.count - MOST_LISTED);
  }
  if (difference.count > 0) {
    fail(WEIGHTS_MISMATCH,
         "go on with the program and options that made it, or begin anew without --resume; --init "
         "takes weights alone",
         "%s: it was made by another model or run:%s", loaded->path, difference.lines.at);
  }
}

// ---- going on

void restore_checkpoint(const Loaded *loaded, const RunFacts *run, Position *position,
                        Scores *scores) {
  require_no_difference(loaded, run, scores);
  for (i64 s = 0; s < dlc_model.states; s++) {
    const Slot *state = dlc_model.state + s;
    const Array *array = array_called(loaded->arrays, loaded->count, state->name);
    memcpy(slot_memory(state), array->values,
           (u64)(state->elements * type_bytes(state->type)));
  }
  state_changed();
  scores_restore(scores, array_called(loaded->arrays, loaded->count, SCORES)->values);
  position->epoch = (i64)strtod(fact(loaded, "epoch"), NULL);
  position->batches = (i64)strtod(fact(loaded, "batches"), NULL);
  position->step = (i64)strtod(fact(loaded, "step"), NULL);
  position->batches_in_all = (i64)strtod(fact(loaded, "batches_in_all"), NULL);
  position->best = strtod(fact(loaded, "best"), NULL);
  position->waited = (i64)strtod(fact(loaded, "waited"), NULL);
  position->best_loss = strtod(fact(loaded, "best_loss"), NULL);
}

int take_best_state(const Loaded *loaded, u8 *best) {
  for (i64 s = 0; s < dlc_model.states; s++) {
    const Slot *state = dlc_model.state + s;
    char *name = text_of("%s%s", BEST, state->name);
    const Array *array = array_called(loaded->arrays, loaded->count, name);
    free(name);
    if (!array) {
      return 0;
    }
    memcpy(best + offset_of(state), array->values,
           (u64)(state->elements * type_bytes(state->type)));
  }
  return 1;
}
