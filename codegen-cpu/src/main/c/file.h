// SPDX-License-Identifier: Apache-2.0
// Files that are read whole, mapped where they are plain, and files that are replaced at once.
#ifndef DLC_FILE_H
#define DLC_FILE_H

#include "base.h"

typedef struct {
  const char *name;  // what messages call it
  const u8 *bytes;
  i64 length;
  int compressed;
} File;

// The content of a file; what begins as gzip is decompressed.
File read_file(const char *path);
// The same without decompression.
File map_file(const char *path);
int is_folder(const char *path);
int exists(const char *path);
int is_file(const char *path);
// The names in a folder, in their order; none where it cannot be read.
char **names_in(const char *folder, i64 *count);
// `name` in `folder`, or else `name.gz`; nothing when neither is there.
char *find_file(const char *folder, const char *name);
char *join(const char *folder, const char *name);

// Where a relative path of the data is: below --data, $DLC_DATA, or the current folder.
char *resolve(const char *path);
extern const char *data_folder;

// A file that takes the place of `path` when it is complete. What is no file, such as a pipe or
// /dev/null, is written to and stays what it is: then there is no `temporary`.
typedef struct {
  const char *path;
  char *target;
  char *temporary;
  int file;
} Replacement;

Replacement replace(const char *path);
void replace_add(Replacement *replacement, const void *bytes, i64 length);
int replace_commit(Replacement *replacement);
// With `keep_going` what cannot be written ends nothing: `write_problem` says why, until it is cleared.
extern int keep_going;
extern const char *write_problem;
// Finds out before a long run whether a file can be written.
void require_writable(const char *path);
// The folder, made with those above it where there is none.
void require_folder(const char *path);

// Decompresses gzip data. NULL and a reason when they are broken.
u8 *gunzip(const u8 *bytes, i64 length, i64 *result_length, const char **reason);
// The same for zlib data, which have another frame.
u8 *unzlib(const u8 *bytes, i64 length, i64 *result_length, const char **reason);

#endif
