// SPDX-License-Identifier: Apache-2.0
// Trains the model of corners.dl from C and writes its weights for others to use:
//
//   dlc compile corners.dl --emit=staticlib -o corners.a
//   cc train.c corners.a -o train && ./train corners.safetensors
#include <stdio.h>
#include <stdlib.h>

#include "corners.h"

static int require(int32_t code, const char *what) {
  if (code != CORNERS_FINE) {
    fprintf(stderr, "%s: code %d\n", what, code);
    exit(1);
  }
  return code;
}

int main(int count, char **arguments) {
  void *model = aligned_alloc(64, (size_t)corners_arena_bytes());
  require(corners_open(model), "open");
  require(corners_init(model, 1), "init");
  unsigned random = 1;
  float loss = 0;
  for (int step = 1; step <= 500; step++) {
    float points[8][2];
    int32_t corners[8];
    for (int i = 0; i < 8; i++) {
      corners[i] = i % 2;
      for (int c = 0; c < 2; c++) {
        random = random * 1664525u + 1013904223u;
        points[i][c] = (float)(random >> 16) / 65536.0f + (float)(c == 0 ? corners[i] : -corners[i]);
      }
    }
    require(corners_train_step(model, points[0], corners, 1, step, 0.01f, &loss, NULL), "train");
  }
  float point[2] = {1.5f, -0.5f};
  float scores[2];
  require(corners_predict(model, point, scores), "predict");
  printf("loss %.4f, scores %.6f %.6f\n", loss, scores[0], scores[1]);

  int64_t bytes = corners_saved_bytes();
  void *weights = malloc((size_t)bytes);
  require(corners_save(model, weights), "save");
  FILE *file = fopen(count > 1 ? arguments[1] : "corners.safetensors", "wb");
  int written = file && fwrite(weights, 1, (size_t)bytes, file) == (size_t)bytes;
  free(weights);
  free(model);
  return file && fclose(file) == 0 && written ? 0 : 1;
}
