// SPDX-License-Identifier: Apache-2.0
#include "weights.h"

enum { MOST_LISTED = 20 };

static const char *const FILE_TYPES[TYPES] = {"F32", "F64", "F16", "BF16",
                                              "I32", "I64", "U8",  "BOOL"};

static int is_weight(const Slot *state) {
  for (const char *at = state->name; *at; at++) {
    if (*at == '/') {
      return 0;
    }
  }
  return 1;
}

// What averages of weights are called; where there are such, they are what is evaluated and saved.
static const char AVERAGE[] = "/ema";

const Slot *state_called(const char *name) {
  for (i64 s = 0; s < dlc_model.states; s++) {
    if (same(dlc_model.state[s].name, name)) {
      return dlc_model.state + s;
    }
  }
  return NULL;
}

static const Slot *average_of(const char *name) {
  char *average = text_of("%s%s", name, AVERAGE);
  const Slot *found = state_called(average);
  free(average);
  return found;
}

// ---- writing

static const char *first_with(int (*wanted)(const Slot *), int nan_only) {
  for (i64 s = 0; s < dlc_model.states; s++) {
    const Slot *state = dlc_model.state + s;
    if (!wanted(state) || state->type == I32 || state->type == U8 || state->type == BOOL) {
      continue;
    }
    const u8 *values = slot_memory(state);
    for (i64 i = 0; i < state->elements; i++) {
      double value = element_at(values, state->type, i);
      if (nan_only ? value != value : !is_finite(value)) {
        return state->name;
      }
    }
  }
  return NULL;
}

static int any_state(const Slot *state) {
  (void)state;
  return 1;
}

const char *first_not_finite(void) {
  return first_with(any_state, 0);
}

Array array_of_state(const Slot *state, const Slot *memory) {
  Array array = {state->name, state->type, state->rank, {0}, state->elements, slot_memory(memory)};
  for (i64 d = 0; d < state->rank; d++) {
    array.dims[d] = state->dims[d];
  }
  return array;
}

int write_safetensors(const char *path, const char *facts, const Array *arrays, i64 count) {
  Text header = {0};
  text_add(&header, "{\"__metadata__\":{\"format\":\"pt\"%s}", facts);
  i64 offset = 0;
  for (i64 i = 0; i < count; i++) {
    const Array *array = arrays + i;
    text_add(&header, ",%q:{\"dtype\":\"%s\",\"shape\":[", array->name, FILE_TYPES[array->type]);
    for (i64 d = 0; d < array->rank; d++) {
      text_add(&header, d ? ",%l" : "%l", array->dims[d]);
    }
    i64 end = offset + array->elements * type_bytes(array->type);
    text_add(&header, "],\"data_offsets\":[%l,%l]}", offset, end);
    offset = end;
  }
  text_add(&header, "}");
  while (header.length % 8 != 0) {
    text_add(&header, " ");
  }
  Replacement file = replace(path);
  replace_add(&file, &header.length, 8);
  replace_add(&file, header.at, header.length);
  for (i64 i = 0; i < count; i++) {
    replace_add(&file, arrays[i].values, arrays[i].elements * type_bytes(arrays[i].type));
  }
  free(header.at);
  return replace_commit(&file);
}

void save_weights(const char *path) {
  const char *broken = first_with(is_weight, 1);
  if (broken) {
    fail(NOT_FINITE, "lower the learning rate; what was there before is untouched",
         "%s is not saved: '%s' holds a NaN", path, broken);
  }
  Array *arrays = allocate(dlc_model.states, sizeof(Array));
  i64 count = 0;
  for (i64 s = 0; s < dlc_model.states; s++) {
    const Slot *state = dlc_model.state + s;
    if (is_weight(state)) {
      const Slot *average = average_of(state->name);
      arrays[count++] = array_of_state(state, average ? average : state);
    }
  }
  write_safetensors(path, "", arrays, count);
  free(arrays);
}

// ---- reading

const Array *array_called(const Array *arrays, i64 count, const char *name) {
  for (i64 i = 0; i < count; i++) {
    if (same(arrays[i].name, name)) {
      return arrays + i;
    }
  }
  return NULL;
}

static int is_weight_name(const char *name) {
  if (*name == '@') {
    return 0;
  }
  while (*name && *name != '/') {
    name++;
  }
  return !*name;
}

static int fits(const Array *array, const Slot *state) {
  int same_dims = array->rank == state->rank;
  for (i64 d = 0; same_dims && d < state->rank; d++) {
    same_dims = array->dims[d] == state->dims[d];
  }
  return same_dims;
}

typedef struct {
  Text names;
  i64 count;
} Listed;

static void list(Listed *listed, const char *text) {
  if (listed->count++ < MOST_LISTED) {
    text_add(&listed->names, listed->names.length ? ", %s" : "%s", text);
  }
}

static void add_listed(Text *found, const char *title, const Listed *listed) {
  if (listed->count > 0) {
    text_add(found, found->length ? "; %s%s" : "%s%s", title, listed->names.at);
    if (listed->count > MOST_LISTED) {
      text_add(found, " and %l more", listed->count - MOST_LISTED);
    }
  }
}

static void require_match(const char *path, const Array *arrays, i64 count) {
  Listed missing = {0};
  Listed different = {0};
  Listed extra = {0};
  for (i64 s = 0; s < dlc_model.states; s++) {
    const Slot *state = dlc_model.state + s;
    if (!is_weight(state)) {
      continue;
    }
    const char *type = type_text(state->type, state->rank, state->dims);
    const Array *array = array_called(arrays, count, state->name);
    if (!array) {
      list(&missing, text_of("%s %s", state->name, type));
    } else if (!fits(array, state)) {
      list(&different, text_of("%s is %s, not %s", state->name,
                               type_text(array->type, array->rank, array->dims), type));
    }
  }
  for (i64 i = 0; i < count; i++) {
    const char *name = arrays[i].name;
    int ignored = ends_with(name, "num_batches_tracked") || !is_weight_name(name);
    if (!ignored && !state_called(name)) {
      list(&extra, name);
    }
  }
  Text found = {0};
  add_listed(&found, "missing: ", &missing);
  add_listed(&found, "of another shape: ", &different);
  add_listed(&found, "not in the model: ", &extra);
  if (found.length) {
    fail(WEIGHTS_MISMATCH, "these are the weights of another model; nothing was loaded", "%s: %s",
         path, found.at);
  }
}

static void store(const Array *array, const Slot *state) {
  u8 *memory = slot_memory(state);
  if (array->type == state->type) {
    memcpy(memory, array->values, (u64)(state->elements * type_bytes(state->type)));
    return;
  }
  for (i64 i = 0; i < state->elements; i++) {
    store_element(memory, state->type, i, element_at(array->values, array->type, i));
  }
}

static void take(const char *path, const Array *arrays, i64 count) {
  require_match(path, arrays, count);
  for (i64 s = 0; s < dlc_model.states; s++) {
    const Slot *state = dlc_model.state + s;
    if (!is_weight(state)) {
      continue;
    }
    // The averages stand for the weights, in a checkpoint as in memory.
    const Array *array =
        array_called(arrays, count, text_of("%s%s", state->name, AVERAGE));
    array = array ? array : array_called(arrays, count, state->name);
    store(array, state);
    const Slot *average = average_of(state->name);
    if (average) {
      store(array, average);
    }
  }
  state_changed();
}

void load_weights(const char *path) {
  Array *arrays;
  i64 count = read_safetensors(path, &arrays);
  take(path, arrays, count);
}

void load_embedded_weights(void) {
  static const char name[] = "the weights inside this program";
  Array *arrays;
  i64 count = safetensors_arrays(name, dlc_model.embedded, dlc_model.embedded_bytes, &arrays);
  take(name, arrays, count);
}
