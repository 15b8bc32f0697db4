// SPDX-License-Identifier: Apache-2.0
// Carries weights and buffers, but not the optimizer's state, between the model and files.
#ifndef DLC_WEIGHTS_H
#define DLC_WEIGHTS_H

#include "data.h"

// All weights and buffers or none; on any error the model stays as it was.
void load_weights(const char *path);
void load_embedded_weights(void);
void save_weights(const char *path);
// The first state that holds a NaN or an infinity, or NULL.
const char *first_not_finite(void);

// ---- files of states

Array array_of_state(const Slot *state, const Slot *memory);
const Array *array_called(const Array *arrays, i64 count, const char *name);
// Nothing when the model has no such state.
const Slot *state_called(const char *name);
// Facts are members of a JSON object, each after a comma. False when the file could not be written and
// that is not to end the process.
int write_safetensors(const char *path, const char *facts, const Array *arrays, i64 count);

#endif
