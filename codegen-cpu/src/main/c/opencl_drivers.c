// SPDX-License-Identifier: Apache-2.0
// The files by which OpenCL drivers are installed: each names a library (Khronos, cl_khr_icd). OpenCL's
// own library passes over those that it cannot load without a word.
#include "file.h"
#include "opencl.h"

// The library that a file names on its first line; NULL when it cannot be read.
static const char *named_by(const char *path) {
  static char line[4096];
  int file = open(path, O_RDONLY);
  i64 length = file < 0 ? -1 : read(file, line, sizeof line - 1);
  close(file);
  if (length < 0) {
    return NULL;
  }
  i64 end = 0;
  while (end < length && line[end] != '\n') {
    end++;
  }
  while (end > 0 && (u8)line[end - 1] <= ' ') {
    end--;
  }
  line[end] = 0;
  const char *start = line;
  while (*start && (u8)*start <= ' ') {
    start++;
  }
  return start;
}

static void look_at(const char *path, Text *broken) {
  const char *library = ends_with(path, ".icd") ? named_by(path) : NULL;
  if (library && (!*library || !dlopen(library, RTLD_NOW))) {
    text_add(broken, "%sthe OpenCL driver of %s is broken: '%s' cannot be loaded",
             broken->length ? "; " : "", path, library);
  }
}

void find_broken_drivers(Text *broken) {
  const char *place = getenv("OCL_ICD_VENDORS");  // names another folder, or a single file
  place = place && *place ? place : "/etc/OpenCL/vendors";
  if (!is_folder(place)) {
    look_at(place, broken);
    return;
  }
  i64 count;
  char **names = names_in(place, &count);
  for (i64 i = 0; i < count; i++) {
    look_at(join(place, names[i]), broken);
  }
}
