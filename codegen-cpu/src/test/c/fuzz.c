// SPDX-License-Identifier: Apache-2.0
// Feeds damaged files to the readers; each must end in a sentence or in data, never in anything else.
//
//   ./fuzz KIND FILE COUNT [SEED]
//
// FILE is what is damaged, COUNT times; KIND is npy, safetensors, csv, cifar10, mnist (FILE is the one with
// images), gunzip or image. FuzzTest compiles this with sanitizers, and runs it on the files of src/test/corpus.
#include "data.h"
#include "file.h"
#include "image.h"

int fork(void);
int waitpid(int process, int *status, int options);
int dup2(int file, int other);

const Model dlc_model;

static u64 random_state;

static u64 next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

static i64 mutate(u8 *target, const u8 *source, i64 length) {
  memcpy(target, source, (u64)length);
  i64 result = length;
  switch (next_random() % 4) {
    case 0:
      result = (i64)(next_random() % (u64)(length + 1));
      break;
    case 1: {
      i64 from = (i64)(next_random() % (u64)length);
      i64 to = (i64)(next_random() % (u64)length);
      i64 most = length - (from > to ? from : to);
      memmove(target + to, source + from, next_random() % (u64)(most + 1));
      break;
    }
    default:
      break;
  }
  // Headers are where the decisions are.
  i64 reach = next_random() % 2 && length > 160 ? 160 : length;
  for (u64 count = next_random() % 8; count > 0; count--) {
    static const u8 favourites[] = {0, 1, 0x7F, 0x80, 0xFF, '"', '{', '[', ',', '9', '-', '\n'};
    i64 at = (i64)(next_random() % (u64)reach);
    target[at] = next_random() % 2 ? favourites[next_random() % sizeof favourites]
                                   : (u8)(target[at] ^ 1 << next_random() % 8);
  }
  return result;
}

static void read_it(const char *kind, const char *path) {
  Parts parts = {0};
  Pair option = {same(kind, "npy") ? "x" : "file", path};
  Source source = {kind, NULL, NULL, 1, &option, NULL};
  data_folder = "/";
  if (same(kind, "npy")) {
    dlc_source_npy(&source, NULL, &parts);
  } else if (same(kind, "safetensors")) {
    dlc_source_safetensors(&source, NULL, &parts);
  } else if (same(kind, "csv")) {
    dlc_source_csv(&source, NULL, &parts);
  } else if (same(kind, "gunzip")) {
    read_file(path);
  } else if (same(kind, "image")) {
    exit(*dlc_read_image(path, 3, 8, 9) == 256);
  } else {
    option.name = "dir";
    option.value = copy_of(path, (i64)strlen(path));
    i64 end = (i64)strlen(path);
    while (path[end] != '/') {
      end--;
    }
    option.value = copy_of(path, end);
    (same(kind, "mnist") ? dlc_source_mnist : dlc_source_cifar10)(&source, NULL, &parts);
  }
  // Every element is touched.
  double sum = 0;
  for (i64 i = 0; i < parts.training.inputs; i++) {
    const Column *column = parts.training.input + i;
    for (i64 row = 0; row < column->rows; row++) {
      for (i64 e = 0; e < column->elements; e++) {
        sum += column_at(column, row, e);
      }
    }
  }
  exit(sum == 0.5);
}

int main(int count, char **arguments) {
  if (count < 4) {
    return 2;
  }
  File seed = map_file(arguments[2]);
  i64 rounds = (i64)strtod(arguments[3], NULL);
  random_state = count > 4 ? (u64)strtod(arguments[4], NULL) + 1 : 88172645463325252;
  const char *name = same(arguments[1], "cifar10") ? "data_batch_1.bin"
                     : same(arguments[1], "mnist") ? "train-images-idx3-ubyte"
                                                   : "input";
  char *folder = text_of("/tmp/dlc-fuzz-%d", getpid());
  mkdir(folder, 0700);
  char *path = join(folder, name);
  if (same(arguments[1], "mnist")) {
    // Labels for as many images as there are.
    u8 labels[8 + 64] = {0, 0, 8, 1, 0, 0, 0, 64};
    int file = open(join(folder, "train-labels-idx1-ubyte"), O_WRONLY | O_CREAT, 0600);
    write(file, labels, sizeof labels);
    close(file);
  }
  u8 *bytes = allocate(seed.length + 1, 1);
  i64 ended[2] = {0, 0};
  for (i64 round = 0; round < rounds; round++) {
    i64 length = mutate(bytes, seed.bytes, seed.length);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    write(file, bytes, (u64)length);
    close(file);
    int child = fork();
    if (child == 0) {
      int silent = open("/dev/null", O_WRONLY);
      dup2(silent, 1);
      if (!getenv("FUZZ_LOUD")) {
        dup2(open(join(folder, "errors"), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
      }
      read_it(arguments[1], path);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0 && status != 1 << 8) {
      say("round %l ended with status %d; the input is %s, the errors are beside it\n", round,
          status, path);
      return 1;
    }
    ended[status != 0]++;
  }
  say("%l inputs: %l read, %l refused\n", rounds, ended[0], ended[1]);
  return 0;
}
