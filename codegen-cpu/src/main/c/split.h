// SPDX-License-Identifier: Apache-2.0
// Which samples train, which validate and, where a format has none for that, which test.
#ifndef DLC_SPLIT_H
#define DLC_SPLIT_H

#include "data.h"

// Cuts the training part as the program says; of folds `fold` validates.
void split(Parts *parts, i32 seed, i64 fold);

#endif
